"""Dates as they are written and said: read, moved by a number of days, or cut down to the year."""

import datetime
import re
from dataclasses import dataclass

from redaction.folding import fold
from redaction.spoken_numbers import DIGITS, TEENS, TENS

MONTHS = "january february march april may june july august september october november december".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
LEAP_YEAR = 2000
"""Stands in where a date has no year, so that February 29th can be read."""
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_WORD = re.compile(r"[a-z]+|\d+(?:st|nd|rd|th)?")
_SILENT = frozenset("the of on in and".split())
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())


@dataclass(frozen=True, slots=True)
class _Read:
    month: int
    day: int
    year: int | None
    weekday: bool


def shifted(words: str, days: int) -> str | None:
    """The date moved by so many days, in the same manner of writing; None for a form that cannot be moved safely.

    Read are year-month-day, month/day/year (as in the United States), and month and day in words or digits with or
    without a year.  A holiday, a month without a day and a day without a month are not.  Where a weekday is named, the
    number of days must be whole weeks.
    """
    if (match := _ISO.fullmatch(words.strip())) is not None:
        moved = _moved(int(match[1]), int(match[2]), int(match[3]), days)
        return moved.isoformat() if moved else None
    if (match := _NUMERIC.fullmatch(words.strip())) is not None:
        moved = _moved(int(match[4]), int(match[1]), int(match[3]), days)
        return f"{moved.month}{match[2]}{moved.day}{match[2]}{moved.year}" if moved else None
    read = _read(words)
    if read is None or (read.weekday and days % 7):
        return None
    moved = _moved(read.year or LEAP_YEAR, read.month, read.day, days)
    if moved is None:
        return None
    text = f"{MONTHS[moved.month - 1].title()} {moved.day}{_ending(moved.day)}"
    if read.weekday:
        text = f"{moved:%A}, {text}" if read.year else f"{_weekday(words)}, {text}"
    if read.year:
        text += f", {moved.year}"
    return text.lower() if words.islower() else text


def year_of(words: str) -> str | None:
    """The year that stands in a date, in four digits; None where there is none."""
    if (match := _YEAR.search(words)) is not None:
        return match[0]
    read = _read(words)
    return str(read.year) if read and read.year else None


def _moved(year: int, month: int, day: int, days: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day) + datetime.timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def _read(words: str) -> _Read | None:
    tokens = _WORD.findall(fold(words))
    weekday = any(t in _WEEKDAYS for t in tokens)
    tokens = [t for t in tokens if t not in _SILENT and t not in _WEEKDAYS]
    months = [t for t in tokens if t in MONTHS]
    if len(months) != 1:
        return None
    rest = tokens[: tokens.index(months[0])], tokens[tokens.index(months[0]) + 1 :]
    before, after = rest
    if before:
        day, used = _day(before)
        if used != len(before):
            return None
        year = after
    else:
        day, used = _day(after)
        year = after[used:]
    number = _year(year)
    if not 1 <= day <= 31 or (year and number is None):
        return None
    return _Read(MONTHS.index(months[0]) + 1, day, number, weekday)


def _day(tokens: list[str]) -> tuple[int, int]:
    """The day that the tokens begin with, and how many of them it takes (0: none)."""
    if not tokens:
        return 0, 0
    first = tokens[0]
    if first[0].isdigit():
        return int(re.sub(r"\D", "", first)), 1
    if first in ORDINALS:
        return ORDINALS.index(first) + 1, 1
    if first == "thirtieth":
        return 30, 1
    if first in {"twenty", "thirty"}:
        tens = 20 if first == "twenty" else 30
        follower = tokens[1] if len(tokens) > 1 else ""
        if follower in ORDINALS[:9]:
            return tens + ORDINALS.index(follower) + 1, 2
        if DIGITS.get(follower, "0") != "0":
            return tens + int(DIGITS[follower]), 2
        return tens, 1
    if first in TEENS:
        return int(TEENS[first]), 1
    if DIGITS.get(first, "0") != "0":
        return int(DIGITS[first]), 1
    return 0, 0


def _year(tokens: list[str]) -> int | None:
    if not tokens:
        return None
    if tokens[0].isdigit() and len(tokens) == 1:
        number = int(tokens[0])
        return number if 1800 <= number < 2100 else None
    if tokens[0] in {"nineteen", "twenty"}:
        century, tail = (1900 if tokens[0] == "nineteen" else 2000), _two_digits(tokens[1:])
        return None if tail is None else century + tail
    if tokens[:2] == ["two", "thousand"]:
        tail = _two_digits(tokens[2:]) if len(tokens) > 2 else 0
        return None if tail is None else 2000 + tail
    return None


def _two_digits(tokens: list[str]) -> int | None:
    if len(tokens) == 1 and tokens[0] in TEENS:
        return int(TEENS[tokens[0]])
    if len(tokens) == 1 and DIGITS.get(tokens[0], "0") != "0":
        return int(DIGITS[tokens[0]])
    if len(tokens) == 2 and tokens[0] in {"oh", "o"} and tokens[1] in DIGITS:
        return int(DIGITS[tokens[1]])
    if tokens and tokens[0] in TENS:
        tens = 10 * int(TENS[tokens[0]])
        if len(tokens) == 1:
            return tens
        if len(tokens) == 2 and DIGITS.get(tokens[1], "0") != "0":
            return tens + int(DIGITS[tokens[1]])
    return None


def _weekday(words: str) -> str:
    return str(next(t for t in _WORD.findall(fold(words)) if t in _WEEKDAYS)).title()


def _ending(day: int) -> str:
    return "th" if 4 <= day <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
