"""Screening of raw model output, page by page, without a study: what `workbench screen` does."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from policies import Entity, Policy
from redaction.folding import fold, without_possessive
from redaction.gazetteers import COMMON, common_words, first_names, not_identifiers
from redaction.leaks import PROPER, leaks
from redaction.pets import pets
from redaction.roster import Known
from redaction.words import WORD, Page, Word
from workbench.paraphrase.parse import parse_exchange
from workbench.screening.form import exchange_fault
from workbench.screening.length import short_sides
from workbench.screening.unsupported import Unsupported, invented, settled, unexplained, unsupported
from workbench.screening.verbatim import copied, copied_share

if TYPE_CHECKING:
    from redaction.scanner import Scanner  # Presidio loads for a second

SURE = 0.6
"""Score from which a finding that nothing on the page explains counts as a leak of the exchange."""
_AMOUNT = re.compile(r"\d{1,4} ?[-\u2013] ?\d{1,4} (?:words|sentences|minutes|hours|days|weeks|pages|times|percent)\b")
"""A range that counts something, and is no number of anybody's."""


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
    scanner: "Scanner",
    policy: Policy,
) -> RawScreened:
    """Hold a raw output against its page; `identifiers` are those of the page, its session and the roster."""
    parsed = parse_exchange(raw, policy.speakers)
    rules = policy.screening
    question, answer = sides = [raw[slice(*place)] for place in parsed.places]
    known = _repeated(raw, source, identifiers)
    strange = _strange(raw, source, known, scanner)
    claims: list[Unsupported] = []
    if rules.unsupported:
        for (start, _), hits in zip(parsed.places, unsupported(source, question, answer, policy.speakers), strict=True):
            claims += [Unsupported(start + h.start, start + h.end, h.explanation) for h in hits]
        claims = unexplained(claims, [(leak.start, leak.end) for leak in [*known, *strange]])
        names = [(leak.start, leak.end) for leak in strange if leak.entity is Entity.NAME]
        claims = settled([*claims, *invented(source, raw, names)])
    return RawScreened(
        parsed.question,
        parsed.answer,
        sorted((_with_lead(raw, leak) for leak in [*known, *strange]), key=lambda k: k.start),
        any(copied(source, side, rules.verbatim_words) for side in sides)
        or any(copied_share(source, side) >= rules.verbatim_share for side in sides),
        claims,
        exchange_fault(parsed),
        short_sides(parsed.question, parsed.answer, policy.length_filter.min_words),
    )


def _repeated(raw: str, source: str, identifiers: list[Known]) -> list[RawLeak]:
    """Identifiers of the page, its session and the roster that stand in the output; a pet is nobody."""
    animals = pets(source) | pets(raw)
    hunted = [(entity, words) for entity, words in identifiers if without_possessive(fold(words)) not in animals]
    return [RawLeak(k.start, k.end, k.entity, k.explanation) for k in leaks(hunted, raw)]


def _strange(raw: str, source: str, known: list[RawLeak], scanner: "Scanner") -> list[RawLeak]:
    """What the detector finds in the output and nothing on the page explains."""
    animals = pets(source) | pets(raw)
    page = f" {' '.join(without_possessive(fold(word)) for word in WORD.findall(source))} "
    words = Page(raw).words
    found = []
    for finding in scanner.scan(raw):
        inside = [w for w in words if w.start < finding.end and w.end > finding.start]
        folded = " ".join(w.fold for w in inside)
        # Words that stand on the page, where nothing was found in them, are ordinary words here too.
        ordinary = f" {folded} " in page or folded in animals or not _written_as_one(finding.entity, inside)
        ordinary = ordinary or bool(_AMOUNT.match(raw, finding.start))
        explained = any(k.start < finding.end and finding.start < k.end for k in known)
        if finding.identifies and finding.score >= SURE and not ordinary and not explained:
            found.append(RawLeak(finding.start, finding.end, finding.entity, finding.explanation))
    return found


def _written_as_one(entity: Entity, words: list[Word]) -> bool:
    """Whether the words are written as such an identifier: a model writes names and months with capitals."""
    capital = any(_means_something(w) for w in words)
    if entity is Entity.DATE:
        # "The second" of two things; as a day it would stand on the page and be hunted.
        return capital or not any(w.fold in {"may", "march", "first", "second", "third"} for w in words)
    if entity in PROPER and len(words) == 1 and words[0].initial and words[0].fold in common_words():
        # "Bathing may go better": an ordinary word that opens a sentence, unless people are called so.
        return words[0].fold in first_names() and words[0].common <= 2
    return capital or entity not in PROPER


def _means_something(word: Word) -> bool:
    """Whether a word's capital can be that of a name; that of "I" and of Medicaid cannot."""
    brand = word.fold in not_identifiers() and first_names().get(word.fold, 0) < COMMON
    return word.caseless or (word.capital and not brand and not re.match(r"I(?:['\u2019]|$)", word.text))


def _with_lead(raw: str, leak: RawLeak) -> RawLeak:
    """A date with its article, a record number with its abbreviation: what a reader would blacken with it."""
    lead = re.search(
        r"(?i)\b(?:the |on the )$" if leak.entity is Entity.DATE else r"\b(?:MRN|SSN|ID|DOB) $", raw[: leak.start]
    )
    return leak if lead is None else replace(leak, start=lead.start())
