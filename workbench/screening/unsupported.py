"""Unsupported content: people, numbers, illnesses and events in the exchange that its page does not have.

Word lists and number words, not a model: each hit says what is missing on the page, and a reviewer decides.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from redaction.folding import fold
from redaction.spoken_numbers import digits_of, spoken_numbers
from redaction.words import Page

FEWEST = 3
"""Smaller numbers are said for "a few" and in advice ("one hour"), and prove nothing."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A span of one side (`end` exclusive) that the page does not support, and what it lacks."""

    start: int
    end: int
    explanation: str


@dataclass(frozen=True, slots=True)
class _Group:
    """Words that stand for the same thing: `say` is what may be reported, `back` is what supports it."""

    say: re.Pattern[str]
    back: re.Pattern[str]
    explanation: str


def unsupported(source: str, question: str, answer: str) -> tuple[list[Unsupported], list[Unsupported]]:
    """What neither the page nor common sense supports, for the question and for the answer.

    Numbers are compared in the question only: an answer may propose "ten minutes" of its own.
    """
    page = fold(source)
    found = [list(_groups(page, side)) for side in (question, answer)]
    found[0] += _numbers(source, question)
    return _settled(found[0]), _settled(found[1])


def _settled(found: Iterable[Unsupported]) -> list[Unsupported]:
    settled: list[Unsupported] = []
    for hit in sorted(found, key=lambda h: (h.start, -h.end)):
        if not settled or hit.start >= settled[-1].end:
            settled.append(hit)
    return settled


def _groups(page: str, side: str) -> Iterator[Unsupported]:
    for group in _lexicon():
        if group.back.search(page):
            continue
        for match in group.say.finditer(side):
            yield Unsupported(match.start(), match.end(), group.explanation)


@cache
def _lexicon() -> tuple[_Group, ...]:
    lists = yaml.safe_load((resources.files("workbench.screening") / "unsupported.yaml").read_text(encoding="utf-8"))
    groups = [
        _Group(
            # With the name that may follow: "my daughter Megan" is one claim.
            re.compile(
                rf"\b(?i:(?:my|his|her|our|their|your) (?:own |late |\w+ )?{_any(entry['say'])})\b(?: [A-Z]\w+)?"
            ),
            re.compile(rf"\b{_any([*entry['say'], *entry.get('back', [])])}"),
            "a relation that the page does not mention",
        )
        for entry in lists["relations"]
    ]
    groups += [
        _Group(
            re.compile(rf"(?i)\b(?:(?:my|his|her|our|their|the) )?{_any(entry['say'])}\b"),
            re.compile(rf"\b{_any([*entry['say'], *entry.get('back', [])])}"),
            "an illness that the page does not mention",
        )
        for entry in lists["illnesses"]
    ]
    groups += [
        _Group(
            re.compile(rf"(?i)\b{_any(entry['say'])}(?: (?:my|his|her|our|their) \w+)?"),
            re.compile(rf"\b{_any([*entry['say'], *entry.get('back', [])])}"),
            "an event that the page does not mention",
        )
        for entry in lists["events"]
    ]
    return tuple(groups)


def _any(entries: Iterable[str]) -> str:
    return rf"(?:{'|'.join(sorted(entries, key=len, reverse=True))})"


def _numbers(source: str, side: str) -> Iterator[Unsupported]:
    """Numbers of the question that cannot be read off the page, with the noun they count."""
    have = {_value(digits_of(source[n.start : n.end])) for n in spoken_numbers(Page(source))}
    have |= {_value(m) for m in re.findall(r"\d+", source)}
    # "Nearly four decades" for thirty-eight years, "a year and a half" for eighteen months.
    near = {10 * round(n / 10) for n in have if n >= 10} | {n + 1 for n in have if n >= 20}
    near |= {round(n / 10) for n in have if n >= 15} | {n // 12 for n in have if n >= 24}
    for number in spoken_numbers(Page(side)):
        value = _value(digits_of(side[number.start : number.end]))
        if value < FEWEST or value in have or value in near:
            continue
        noun = re.match(r"(?: of them| \w+)?", side[number.end :])
        if noun and noun[0].strip() == "words":
            continue  # an instruction, which the form tells about
        lead = re.search(r"(?:after |for |about |nearly )$", side[: number.start])
        start = lead.start() if lead else number.start
        yield Unsupported(start, number.end + (noun.end() if noun else 0), "a number that the page does not mention")


def _value(digits: str) -> int:
    return int(digits) if digits and len(digits) < 12 else 0
