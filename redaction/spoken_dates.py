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
ABBREVIATED = {month[:3]: month for month in MONTHS} | {"sept": "september"}
REFERENCE_YEAR = 2026
"""Whoever was born 90 years before this or earlier counts as over 89.

Fixed, because the same page must give the same findings in any year; raise it with a new version.
"""
COMMON_YEAR, LEAP_YEAR = 2001, 2000
"""What a date without a year is read in: three years of four are common ones; February 29th needs a leap year."""
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})")
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
    without a year.  A holiday, a month without a day and a day without a month are not, nor are figures between dots
    (most of the world puts the day first there).  Where a weekday is named, the number of days must be whole weeks.
    Intervals stay as they are; only between a date with a year and one without can a leap day be missed.
    """
    if (match := _ISO.fullmatch(words.strip())) is not None:
        moved = _moved(int(match[1]), int(match[2]), int(match[3]), days)
        return moved.isoformat() if moved else None
    if (match := _NUMERIC.fullmatch(words.strip())) is not None:
        moved = _moved(int(match[4]) + (2000 if len(match[4]) == 2 else 0), int(match[1]), int(match[3]), days)
        wide = 2 if match[1].startswith("0") or match[3].startswith("0") else 1
        written = f"{moved.year % 100:02}" if moved and len(match[4]) == 2 else f"{moved.year}" if moved else ""
        return f"{moved.month:0{wide}}{match[2]}{moved.day:0{wide}}{match[2]}{written}" if moved else None
    read = _read(words)
    if read is None or (read.weekday and days % 7):
        return None
    stands_in = LEAP_YEAR if (read.month, read.day) == (2, 29) else COMMON_YEAR
    moved = _moved(read.year or stands_in, read.month, read.day, days)
    if moved is None:
        return None
    text = f"{MONTHS[moved.month - 1].title()} {moved.day}{ordinal_ending(moved.day)}"
    if read.weekday:
        text = f"{moved:%A}, {text}" if read.year else f"{_weekday(words)}, {text}"
    if read.year:
        text += f", {moved.year}"
    return text.lower() if words.islower() else text.upper() if words.isupper() else text


def year_of(words: str) -> str | None:
    """The year that stands in a date, in four digits; None where there is none."""
    if (match := _YEAR.search(words)) is not None:
        return match[0]
    if (read := _read(words)) is not None and read.year:
        return str(read.year)
    tokens = _tokens(words)
    if tokens and tokens[0] in MONTHS and (year := _year(tokens[1:])) is not None:
        return str(year)  # "march nineteen ninety eight"
    return None


def _tokens(words: str) -> list[str]:
    """Words and numbers that say something about the date, months in full."""
    tokens = [ABBREVIATED.get(token, token) for token in _WORD.findall(fold(words))]
    return [token for token in tokens if token not in _SILENT]


def _moved(year: int, month: int, day: int, days: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day) + datetime.timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def _read(words: str) -> _Read | None:
    tokens = _tokens(words)
    weekday = any(t in _WEEKDAYS for t in tokens)
    tokens = [t for t in tokens if t not in _WEEKDAYS]
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
    if first[0].isdecimal():
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
    if tokens[0].isdecimal() and len(tokens) == 1:
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


def ordinal_ending(number: int) -> str:
    """What makes a number in figures an ordinal: st, nd, rd or th."""
    return "th" if 4 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
