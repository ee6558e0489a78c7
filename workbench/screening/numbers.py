"""Numbers of a question that cannot be read off its page."""

import re
from collections.abc import Iterator

from redaction.folding import fold
from redaction.spoken_dates import ORDINALS
from redaction.spoken_numbers import DIGITS, TEENS, TENS, digits_of, is_number, spoken_numbers
from redaction.words import Page

FEWEST = 3
"""Smaller numbers are said for "a few" and in advice ("one hour"), and prove nothing."""
_DOZENS = (("half a dozen", 6), ("a dozen", 12), ("two dozen", 24), ("a couple dozen", 24), ("a couple of dozen", 24))
_ROUND = frozenset({100, 1000, 911})
"""Said for "many" ("a hundred times"), or a number to call."""
_SAYING = re.compile(r"(?:/7\b|-hour\b| (?:hours a|days a week|meals a day|percent|o'clock))")
_LEAD = re.compile(r"(?i)\b(?:after |for |about |nearly |almost |over )$")


def new_numbers(source: str, question: str) -> Iterator[tuple[int, int]]:
    """Where the question has a number that the page has neither as such nor rounded, with the noun it counts."""
    have = _said(source)
    # "Nearly four decades" for thirty-eight years, "a year and a half" for eighteen months.
    near = {10 * round(n / 10) for n in have if n >= 10} | {n + 1 for n in have if n >= 20}
    near |= {round(n / 10) for n in have if n >= 15} | {n // 12 for n in have if n >= 24}
    near |= {n * 12 for n in have if n < 10} | {n * 7 for n in have if n < 5}
    for number in spoken_numbers(Page(question)):
        value = _value(digits_of(question[number.start : number.end]))
        behind = question[number.end :]
        dozens = re.match(r"(?i)\s+dozen", behind)
        value = value * 12 if dozens else value
        if value < FEWEST or value in have | near | _ROUND or _SAYING.match(behind):
            continue
        if re.match(r"\s*[-\u2013]?\s*\d*\s*words\b", behind):
            continue  # an instruction, which the form tells about
        noun = re.match(r"(?: of them| (?!and\b|or\b|but\b)\w+(?: ago)?)?", behind)
        lead = _LEAD.search(question[: number.start])
        yield lead.start() if lead else number.start, number.end + (noun.end() if noun else 0)


def _said(source: str) -> set[int]:
    """Every value that the page's numbers can be read as: whole runs, and the words of a run by themselves."""
    page = Page(source)
    have = {_value(digits_of(source[n.start : n.end])) for n in spoken_numbers(page)}
    have |= {_value(m) for m in re.findall(r"\d+", source)}
    have |= {_value(re.sub(r",", "", m)) for m in re.findall(r"\d+(?:,\d{3})+", source)}
    for at, word in enumerate(page.words):
        if word.fold in ORDINALS:
            day = ORDINALS.index(word.fold) + 1
            have |= {day, day + 10 * int(TENS.get(page.fold_at(at - 1), 0))}
    folded = fold(source)
    have |= {value for words, value in _DOZENS if words in folded}
    for at in (i for i, word in enumerate(page.words) if is_number(word)):
        have.add(_value(digits_of(page.words[at].text)))
        have.add(_value(digits_of(" ".join(word.text for word in page.words[at : at + 2]))))
        have.add(_cardinal([word.fold for word in page.words[at : at + 8]]))
    return have


def _cardinal(words: list[str]) -> int:
    """The number that the words begin with, read as a whole: "two thousand one hundred" is 2100."""
    total = part = 0
    for word in words:
        if word in TENS:
            part += 10 * int(TENS[word])
        elif word in TEENS or word in DIGITS:
            part += int(TEENS.get(word) or DIGITS[word])
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word == "thousand":
            total, part = total + max(part, 1) * 1000, 0
        elif word != "and":
            break
    return total + part


def _value(digits: str) -> int:
    return int(digits) if digits and len(digits) < 12 else 0
