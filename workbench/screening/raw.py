"""Screening of raw model output, page by page, without a study: what `workbench screen` does."""

import re
from dataclasses import dataclass, replace

from policies import Entity, Policy
from redaction.folding import fold, without_possessive
from redaction.leaks import PROPER, leaks
from redaction.pets import pets
from redaction.roster import Known
from redaction.scanner import Scanner
from redaction.words import WORD, Page, Word
from workbench.paraphrase.parse import parse_exchange
from workbench.screening.form import form_fault
from workbench.screening.length import short_sides
from workbench.screening.unsupported import Unsupported, unsupported
from workbench.screening.verbatim import copied, copied_share

SURE = 0.6
"""Score from which a finding that nothing on the page explains counts as a leak of the exchange."""


@dataclass(frozen=True, slots=True)
class RawLeak:
    """An identifier in the raw output (`end` exclusive)."""

    start: int
    end: int
    entity: Entity
    why: str


@dataclass(frozen=True, slots=True)
class RawScreened:
    """All that was found on one raw output; offsets are those of the raw output."""

    question: str
    answer: str
    leaks: list[RawLeak]
    verbatim: bool
    unsupported: list[Unsupported]
    malformed: str | None
    too_short: str | None


def screen_raw(
    raw: str,
    source: str,
    identifiers: list[Known],
    scanner: Scanner,
    policy: Policy,
) -> RawScreened:
    """Hold a raw output against its page; `identifiers` are those of the page, its session and the roster."""
    parsed = parse_exchange(raw, policy.speakers)
    fault = parsed.malformed or form_fault(parsed.question, parsed.answer, parsed.around)
    rules = policy.screening
    sides = [raw[slice(*place)] for place in parsed.places]
    claims: list[Unsupported] = []
    if rules.unsupported:
        for (start, _), hits in zip(parsed.places, unsupported(source, *sides), strict=True):
            claims += [Unsupported(start + h.start, start + h.end, h.explanation) for h in hits]
    return RawScreened(
        parsed.question,
        parsed.answer,
        _leaks(raw, source, identifiers, scanner),
        any(copied(source, side, rules.verbatim_words) for side in sides)
        or any(copied_share(source, side) >= rules.verbatim_share for side in sides),
        claims,
        fault,
        short_sides(parsed.question, parsed.answer, policy.length_filter.min_words),
    )


def _leaks(raw: str, source: str, identifiers: list[Known], scanner: Scanner) -> list[RawLeak]:
    """What the page's identifiers and the detector find, the page's first; a pet is nobody."""
    animals = pets(source) | pets(raw)
    hunted = [(entity, words) for entity, words in identifiers if fold(words) not in animals]
    found = [RawLeak(k.start, k.end, k.entity, k.explanation) for k in leaks(hunted, raw)]
    page = f" {' '.join(without_possessive(fold(word)) for word in WORD.findall(source))} "
    words = Page(raw).words
    for finding in scanner.scan(raw):
        inside = [w for w in words if w.start < finding.end and w.end > finding.start]
        # Words that stand on the page, where nothing was found in them, are ordinary words here too.
        ordinary = f" {' '.join(w.fold for w in inside)} " in page or not _written_as_one(finding.entity, inside)
        known = any(k.start < finding.end and finding.start < k.end for k in found)
        if finding.identifies and finding.score >= SURE and not ordinary and not known:
            found.append(RawLeak(finding.start, finding.end, finding.entity, finding.explanation))
    return sorted((_with_lead(raw, leak) for leak in found), key=lambda k: k.start)


def _written_as_one(entity: Entity, words: list[Word]) -> bool:
    """Whether the words are written as such an identifier: a model writes names and months with capitals."""
    capital = any(w.capital or w.caseless for w in words)
    if entity is Entity.DATE:
        # "The second" of two things; as a day it would stand on the page and be hunted.
        return capital or not any(w.fold in {"may", "march", "first", "second", "third"} for w in words)
    return capital or entity not in PROPER


def _with_lead(raw: str, leak: RawLeak) -> RawLeak:
    """A date with its article, a record number with its abbreviation: what a reader would blacken with it."""
    lead = re.search(
        r"(?i)\b(?:the |on the )$" if leak.entity is Entity.DATE else r"\b(?:MRN|SSN|ID|DOB) $", raw[: leak.start]
    )
    return leak if lead is None else replace(leak, start=lead.start())
