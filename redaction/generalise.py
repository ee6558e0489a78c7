"""From exact to coarse: ages over 89 to one group, dates to their year, ZIP codes to three digits."""

import re

from policies.names import Entity
from redaction.spoken_dates import REFERENCE_YEAR, year_of
from redaction.spoken_numbers import DIGITS, REPEATS, TEENS, TENS, digits_of

OLDEST = "90 or older"
"""The one group that Safe Harbor allows for ages over 89 (45 CFR 164.514(b)(2)(i)(C))."""
SMALL_ZIP3 = frozenset("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split())
"""Three-digit ZIP areas of 20,000 people or fewer by the Census of 2000, as listed in the guidance of the HHS Office
for Civil Rights on de-identification (November 26, 2012).  The initial digits of these become 000."""
SMALL_ZIP3_VERSION = "Census 2000, HHS guidance of 2012-11-26"
_NUMBER_WORDS = frozenset([*DIGITS, *TEENS, *TENS, *REPEATS, "dash"])
_AGE_WORDS = frozenset([*DIGITS, *TEENS, *TENS, "hundred", "a", "and", "year", "years", "yr", "yrs", "old"])


def generalised(entity: Entity, words: str) -> str | None:
    """The coarser form of a finding's words; None where there is none and a placeholder must do.

    A year that by itself shows an age over 89 is no coarser form: Safe Harbor removes "all elements of dates (including
    year) indicative of such age".
    """
    if entity is Entity.AGE:
        return OLDEST if _is_high_age(words) else None
    if entity is Entity.DATE:
        year = year_of(words)
        return year if year and int(year) > REFERENCE_YEAR - 90 else None
    if entity is Entity.LOCATION:
        return _zip3(words)
    return None


def _is_high_age(words: str) -> bool:
    """Whether these words are a number of 90 years or more, and not a birth year, a birthday or a decade."""
    said = re.findall(r"[^\W\d_]+", words.lower())
    if not words.strip() or any(word not in _AGE_WORDS for word in said):
        return False
    return "hundred" in said or (re.fullmatch(r"9\d|1[0-4]\d", digits_of(words)) is not None)


def _zip3(words: str) -> str | None:
    """ZIP3 of a finding that is a ZIP code and nothing else, written or said."""
    said = re.findall(r"[^\W\d_]+", words.lower())
    digits = digits_of(words)
    if len(digits) not in {5, 9} or any(word not in _NUMBER_WORDS for word in said):
        return None
    return "000**" if digits[:3] in SMALL_ZIP3 else f"{digits[:3]}**"
