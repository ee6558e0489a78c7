"""Numbers as they are said: runs of number words and digits, read as one string with offsets into the text."""

import re
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from redaction.gazetteers import not_identifiers
from redaction.words import Page, Word

DIGITS = {"zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
          "seven": "7", "eight": "8", "nine": "9", "niner": "9", "nought": "0"}  # fmt: skip
TEENS = {"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
         "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"}  # fmt: skip
TENS = {"twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
        "eighty": "8", "ninety": "9"}  # fmt: skip
REPEATS = {"double": 2, "triple": 3}
FILLERS = frozenset({"uh", "um", "er", "and", "dash", "hyphen", "then", "wait", "ay", "hmm"})
SEPARATORS = re.compile(r"[\s,\-\u2010-\u2013.]*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BEFORE_YEARS = frozenset({"in", "since", "until", "till", "of", "by", "from", "before", "after", "around"})


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """A run of number words: `value` is its digits and letters as read, `first`..`last` its word indices."""

    start: int
    end: int
    first: int
    last: int
    value: str
    digits: int
    """How many digits were read."""
    pieces: int
    """How many words carried them: seven words for seven single digits, two for "twenty-two sixteen"."""
    spoken: bool
    """At least one digit was said as a word."""


_NUMBERED = frozenset({"number", "id", "code", "case", "file", "claim", "policy", "member"})
_READ: "WeakKeyDictionary[Page, dict[bool, list[SpokenNumber]]]" = WeakKeyDictionary()
"""What was read on the pages still in use; several rules ask."""


def is_number(word: Word) -> bool:
    """Whether a word is digits or a number word."""
    return (
        word.text[0].isdecimal()
        or word.fold in DIGITS
        or word.fold in TEENS
        or word.fold in TENS
        or (word.fold in {"hundred", "thousand"} or word.fold in REPEATS)
    )


def _value(words: list[Word], index: int) -> tuple[str, int]:
    """What the word at `index` adds to a run, and how many words that took (0: not a number)."""
    word = words[index]
    follower = words[index + 1] if index + 1 < len(words) else None
    near = follower is not None and SEPARATORS.fullmatch(follower.gap) is not None and len(follower.gap) == 1
    if word.text[0].isdecimal():
        return word.text, 1
    if word.fold in DIGITS:
        return DIGITS[word.fold], 1
    if word.fold in TEENS:
        return TEENS[word.fold], 1
    if word.fold in TENS:
        if near and follower and follower.gap in "- " and DIGITS.get(follower.fold, "0") != "0":
            return TENS[word.fold] + DIGITS[follower.fold], 2
        return TENS[word.fold] + "0", 1
    if word.fold in REPEATS and near and follower and follower.fold in DIGITS:
        return DIGITS[follower.fold] * REPEATS[word.fold], 2
    if word.fold == "hundred":
        return "00", 1
    if word.fold == "thousand":
        return "000", 1
    return "", 0


def _letter(words: list[Word], index: int, inside: bool) -> int:
    """How many words a single letter takes here, with its "as in ..." (0: no letter of a number)."""
    word = words[index]
    if len(word.fold) > 1 or not word.fold.isalpha() or word.text.endswith("'s"):
        return 0
    if index + 3 < len(words) and words[index + 1].fold == "as" and words[index + 2].fold in {"in", "an"}:
        return 4
    if index + 2 < len(words) and words[index + 1].fold in {"like", "for"} and words[index + 2].fold[0] == word.fold:
        return 3
    follower = words[index + 1] if index + 1 < len(words) else None
    if word.fold in {"i", "a"} and not (follower and (is_number(follower) or len(follower.fold) == 1)):
        return 0  # the pronoun or the article, unless the number goes on after it
    if word.fold in {"i", "a"} and not inside and not word.text.isupper():
        return 0
    return 1


def _prefix(words: list[Word], index: int) -> int:
    """1 where two to four capitals begin or continue a number ("KB zero zero four"), else 0.

    Without capitals only consonants do that, and only after a word for a number.
    """
    word = words[index]
    follower = words[index + 1] if index + 1 < len(words) else None
    if not 2 <= len(word.text) <= 4 or not word.text.isalpha() or word.fold in _NUMBERED:
        return 0
    if follower is None or follower.gap not in {" ", "-"} or not is_number(follower):
        return 0
    told = any(before.fold in _NUMBERED for before in words[max(0, index - 2) : index])
    if not word.caseless:
        return int(word.text.isupper() and (told or word.fold not in not_identifiers()))
    return int(told and not word.common and not set(word.fold) & set("aeiouy"))


def _dated(words: list[Word], at: int) -> bool:
    """Whether a year in figures stands here after a word of time ("in 2019, 4 of us left")."""
    return _YEAR.fullmatch(words[at].text) is not None and at > 0 and words[at - 1].fold in _BEFORE_YEARS


def spoken_numbers(page: Page, letters: bool = False) -> list[SpokenNumber]:
    """Maximal runs of number words in reading order.

    Commas, hyphens, "dash" and fillers (um, uh) do not end a run; a line break does, and so does a comma after a year.
    With `letters`, single letters that stand beside numbers belong to the run ("W two two seven", "M as in Mary, zero
    zero four").
    """
    known = _READ.setdefault(page, {})
    if letters not in known:
        known[letters] = _runs(page, letters)
    return known[letters]


def _runs(page: Page, letters: bool) -> list[SpokenNumber]:
    words = page.words
    found: list[SpokenNumber] = []
    at = 0
    while at < len(words):
        value, digits, pieces, spoken = "", 0, 0, False
        first, last, cursor = at, at - 1, at
        while cursor < len(words):
            word = words[cursor]
            if cursor > at and not SEPARATORS.fullmatch(word.gap):
                break
            if cursor > at and ("\n" in word.gap or ". " in word.gap):
                break
            if cursor == at + 1 and "," in word.gap and _dated(words, at):
                break
            read, used = _value(words, cursor)
            if used:
                value, digits, pieces = value + read, digits + sum(c.isdecimal() for c in read), pieces + 1
                spoken = spoken or not word.text[0].isdecimal()
                cursor += used
                last = cursor - 1
                continue
            taken = (_letter(words, cursor, cursor > at) or _prefix(words, cursor)) if letters else 0
            if taken:
                value, cursor = value + word.fold, cursor + taken
                last = cursor - 1
                continue
            if value and word.fold in FILLERS:
                cursor += 1
                continue
            break
        if digits and last >= first:
            found.append(SpokenNumber(words[first].start, words[last].end, first, last, value, digits, pieces, spoken))
        at = max(cursor, at + 1)
    return found


def digits_of(text: str) -> str:
    """The digits of a text, spoken or written, in order; for comparing two readings of one number."""
    page = Page(text)
    parts: list[str] = []
    at = 0
    while at < len(page.words):
        read, used = _value(page.words, at)
        parts.append("".join(c for c in read if c.isdecimal()))
        at += used or 1
    return "".join(parts)
