"""Unsupported content: people, numbers, illnesses and events in the exchange that its page does not have.

Word lists and number words, not a model: each hit says what is missing on the page, and a reviewer decides.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib import resources

import yaml

from policies.schema import Speakers
from redaction.folding import fold, without_possessive
from redaction.gazetteers import common_words
from redaction.lexicon import FUNCTION_WORDS
from redaction.nearness import near, nicknames
from redaction.words import WORD
from workbench.paraphrase.parse import said_by_coach
from workbench.screening.numbers import new_numbers

NUMBER = "a number that the page does not mention"
ALIKE = 0.66
"""Share of letters in common (Ratcliff and Obershelp) from which two spellings can be one name."""
PERSON = "a named person whom the page does not mention"
_WHY = {
    "relations": "a relation that the page does not mention",
    "illnesses": "an illness that the page does not mention",
    "treatments": "a medicine, treatment or substance that the page does not mention",
    "events": "an event that the page does not mention",
    "dangers": "a danger or harm that the page does not mention",
    "times": "a time that the page does not mention",
    "own": "a part of the coach's own life, of which the coach says nothing on the page",
}
_TOLD = frozenset({"relations", "illnesses", "events"})
"""Kinds compared in both sides."""
_PROPOSED = frozenset({"treatments", "dangers", "times"})
"""Kinds that an answer may speak of in its advice: they are compared in the question only."""
_BEFORE = {
    "relations": r"(?i:(?:my|his|her|our|their|your) (?:own |late |\w+ )?{})\b(?: [A-Z]\w+)?",
    "illnesses": r"(?i:(?:(?:my|his|her|our|their|the) )?{}\b)",
    "treatments": r"(?i:(?:(?:my|his|her|our|their|the) )?{}\b(?: (?:every|each) \w+)?)",
    "own": r"(?i:{}\b)",
}
_OTHERWISE = r"(?i:{}\b(?: (?:my|his|her|our|their) \w+)?)"
_QUOTED = re.compile(r"(?:\"|\u201c)[^\"\u201d]*(?:\"|\u201d)")
"""Words that a coach puts into the caregiver's mouth."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A span of one side (`end` exclusive) that the page does not support, and what it lacks."""

    start: int
    end: int
    explanation: str


@dataclass(frozen=True, slots=True)
class _Group:
    """Words that stand for the same thing: `say` is what may be reported, `back` is what supports it."""

    kind: str
    say: re.Pattern[str]
    back: re.Pattern[str]


def unsupported(
    source: str, question: str, answer: str, speakers: Speakers
) -> tuple[list[Unsupported], list[Unsupported]]:
    """What neither the page nor common sense supports, for the question and for the answer.

    Numbers, times, treatments and dangers are compared in the question only: an answer may propose "ten minutes" of
    its own.  What a coach tells of a life of their own is compared with the coach's lines of the page.
    """
    page = fold(source)
    numbers = (Unsupported(start, end, NUMBER) for start, end in new_numbers(source, question))
    asked = [*_groups(page, question, _TOLD | _PROPOSED), *numbers]
    quoteless = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), answer)
    answered = [*_groups(page, answer, _TOLD), *_groups(fold(said_by_coach(source, speakers)), quoteless, {"own"})]
    return settled(asked), settled(answered)


def settled(found: Iterable[Unsupported]) -> list[Unsupported]:
    """The claims in order, of those that overlap the first and longest."""
    kept: list[Unsupported] = []
    for hit in sorted(found, key=lambda h: (h.start, -h.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def unexplained(claims: Iterable[Unsupported], leaked: Sequence[tuple[int, int]]) -> list[Unsupported]:
    """The claims without numbers that lie in an identifier: a date or a record number is told as one already."""
    return [
        claim
        for claim in claims
        if claim.explanation != NUMBER or not any(start < claim.end and claim.start < end for start, end in leaked)
    ]


def invented(source: str, text: str, names: Iterable[tuple[int, int]]) -> Iterator[Unsupported]:
    """Those of the names that are like no word on the page, each with what it is said to be ("my friend ...")."""
    page = {without_possessive(fold(word)) for word in WORD.findall(source) if _may_name(word)} - FUNCTION_WORDS
    for start, end in names:
        parts = [without_possessive(fold(word)) for word in WORD.findall(text[start:end])]
        if any(_alike(part, word) for part in [*parts, "".join(parts)] for word in page):
            continue
        lead = re.search(r"(?i)\b(?:(?:my|our|his|her|their|your) )(?:\w+ ){1,2}$", text[:start])
        yield Unsupported(lead.start() if lead else start, end, PERSON)


def _may_name(word: str) -> bool:
    """Whether a word of a page can be a name: it has a capital, or is no ordinary word."""
    return word[0].isupper() or fold(word) not in common_words()


def _alike(one: str, other: str) -> bool:
    """Whether two folded words can be one name: the same, short for each other, misspelt, or known as nicknames."""
    if one == other or other in nicknames(one) or near(one, other):
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 3:
        return False
    return one[:3] == other[:3] or long.endswith(short) or SequenceMatcher(None, one, other).ratio() >= ALIKE


def _groups(page: str, side: str, kinds: Set[str]) -> Iterator[Unsupported]:
    plain = side.replace("\u2019", "'")
    for group in _lexicon():
        if group.kind in kinds and not group.back.search(page):
            for match in group.say.finditer(plain):
                yield Unsupported(match.start(), match.end(), _WHY[group.kind])


@cache
def _lexicon() -> tuple[_Group, ...]:
    lists = yaml.safe_load((resources.files("workbench.screening") / "unsupported.yaml").read_text(encoding="utf-8"))
    same = lists["same"]

    def any_of(entries: Iterable[str]) -> str:
        longest = sorted(entries, key=len, reverse=True)
        return "(?:" + "|".join(re.sub(r"\{([a-z]+)\}", lambda m: str(same[m[1]]), entry) for entry in longest) + ")"

    return tuple(
        _Group(
            kind,
            re.compile(r"\b" + _BEFORE.get(kind, _OTHERWISE).replace("{}", any_of(entry["say"]))),
            # Whole words only: a moment is no mother, and "also" is no illness.
            re.compile(rf"\b(?:{any_of([*entry['say'], *entry.get('back', [])])})(?:'s|s|es)?\b"),
        )
        for kind in _WHY
        for entry in lists[kind]
    )
