"""What is done to findings: placeholders or surrogates that stay the same throughout a study, and the rest."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from policies.names import Entity, Treatment
from policies.schema import Redaction
from redaction.anonymizer import AnonymizerEngine, AnonymizerResult, Operator, OperatorConfig, OperatorType
from redaction.book import StudyBook
from redaction.finding import Finding
from redaction.folding import fold, without_possessive
from redaction.generalise import generalised
from redaction.spoken_dates import shifted
from redaction.spoken_numbers import digits_of
from redaction.standins import TITLES
from redaction.surrogates import surrogate_for

NAMED = frozenset({Entity.NAME, Entity.LOCATION, Entity.FACILITY})
"""Entities whose parts are words that tell somebody by themselves."""
MASK = "****"
"""The same for every finding: the length of a name says something about it."""
NUMERIC = frozenset(
    {Entity.PHONE, Entity.SSN, Entity.MRN, Entity.HEALTH_PLAN, Entity.ACCOUNT, Entity.LICENCE, Entity.ID}
)


@dataclass(frozen=True, slots=True)
class TreatedSpan:
    """Where a finding stands in the treated text (`end` exclusive), and what was done to it."""

    start: int
    end: int
    entity: Entity
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class Treated:
    """A text after treatment; `spans` lists every finding in order of position, kept ones included."""

    text: str
    spans: tuple[TreatedSpan, ...]


class Replacement(Operator):  # type: ignore[misc]
    """Presidio operator that looks its replacement up, so that numbers are given in reading order."""

    def operate(self, text: str, params: dict[str, Any]) -> str:
        """The replacement of these very words."""
        return str(params["replacements"][text])

    def validate(self, params: dict[str, Any]) -> None:
        """Nothing to check: `treat` fills the table for every finding."""

    def operator_name(self) -> str:
        """Presidio's name for it."""
        return "replacement"

    def operator_type(self) -> OperatorType:
        """It anonymizes."""
        return OperatorType.Anonymize


class _Apart:
    """A study's book that gives nobody a stand-in which is one of these identifiers, or a part of one."""

    def __init__(self, book: StudyBook, identifiers: Iterable[tuple[Entity, str]]) -> None:
        self._book = book
        identifiers = list(identifiers)
        self._keys = {placeholder_key(entity, words) for entity, words in identifiers}
        self._parts = {part for _, words in identifiers for part in _parts(words)}
        self.number, self.chance, self.days = book.number, book.chance, book.days

    def surrogate(self, entity: Entity, key: str, candidates: Iterable[str]) -> str | None:
        """As the book's; None where the one it remembers is an identifier here, so that no text says it by chance."""
        known = self._book.surrogate(entity, key, (c for c in candidates if self._is_free(entity, c)))
        return known if known is not None and self._is_free(entity, known) else None

    def _is_free(self, entity: Entity, words: str) -> bool:
        if entity in NAMED:
            return self._parts.isdisjoint(_parts(words))
        return placeholder_key(entity, words) not in self._keys


def _parts(words: str) -> list[str]:
    """Words and numbers in folded form; single letters are too common to tell anybody."""
    return re.findall(r"[^\W\d_]{2,}|\d+", fold(words))


def placeholder_key(entity: Entity, words: str) -> str:
    """What two mentions of the same person, place or number have in common.

    Case, diacritics, titles and possessives do not count; numbers are compared by their digits, spoken or written.
    """
    folded = without_possessive(fold(words).strip())
    if entity in NUMERIC and (digits := digits_of(words)):
        return re.sub(r"[^a-z]", "", folded) + digits if not _spoken(folded) else digits
    parts = re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded)
    while len(parts) > 1 and parts[0] in TITLES:
        parts = parts[1:]
    return " ".join(parts)


def _spoken(folded: str) -> bool:
    return any(len(word) > 2 for word in re.findall(r"[a-z]+", folded))


def replacement(entity: Entity, words: str, treatment: Treatment, book: StudyBook) -> str:
    """What stands in the place of these words under a treatment other than `keep`."""
    key, new = placeholder_key(entity, words), None
    if treatment is Treatment.MASK:
        return MASK
    if treatment is Treatment.SURROGATE:
        new = surrogate_for(entity, words, key, book)
    elif treatment is Treatment.SHIFT:
        new = shifted(words, book.days())
    elif treatment is Treatment.GENERALISE:
        new = generalised(entity, words)
    return new or f"[{entity}_{book.number(entity, key)}]"


def stand_in(
    entity: Entity, words: str, settings: Redaction, book: StudyBook, elsewhere: Iterable[tuple[Entity, str]] = ()
) -> str:
    """What the policy puts in the place of these words; the words themselves where it keeps the entity.

    No surrogate is one of the identifiers known from `elsewhere` (entity and words).
    """
    treatment = settings.treatment(entity)
    if treatment is Treatment.KEEP:
        return words
    return replacement(entity, words, treatment, _Apart(book, [(entity, words), *elsewhere]))


def treat(
    text: str,
    findings: Sequence[Finding],
    settings: Redaction,
    book: StudyBook,
    elsewhere: Iterable[tuple[Entity, str]] = (),
) -> Treated:
    """The text with each finding replaced as the policy's `redaction` section says.

    `findings` must be those of this very text, without overlaps, as `Scanner.scan` returns them.  Findings marked
    `keep` stand as they are; what cannot be treated as asked (a spoken house number has no surrogate, a holiday cannot
    be shifted) gets a placeholder.  Everything outside the findings stays untouched.  No surrogate is an identifier of
    this text or one of those known from `elsewhere` (entity and words), so that nobody's name appears by chance.
    """
    book = _Apart(book, [*((f.entity, f.text_in(text)) for f in findings if not f.keep), *elsewhere])
    replacements: dict[str, dict[str, str]] = {}
    lengths: list[tuple[Finding, Treatment, int]] = []
    for finding in sorted(findings, key=lambda f: f.start):
        treatment = Treatment.KEEP if finding.keep else settings.treatment(finding.entity)
        words = finding.text_in(text)
        new = words if treatment is Treatment.KEEP else replacement(finding.entity, words, treatment, book)
        if treatment is not Treatment.KEEP:
            replacements.setdefault(str(finding.entity), {})[words] = new
        lengths.append((finding, treatment, len(new)))
    engine = AnonymizerEngine()
    engine.add_anonymizer(Replacement)
    done = engine.anonymize(
        text,
        [AnonymizerResult(str(f.entity), f.start, f.end, f.score) for f, t, _ in lengths if t is not Treatment.KEEP],
        {entity: OperatorConfig("replacement", {"replacements": table}) for entity, table in replacements.items()},
        merge_entities_with_spaces=False,
    )
    spans: list[TreatedSpan] = []
    shift = 0
    for finding, treatment, length in lengths:
        start = finding.start + shift
        spans.append(TreatedSpan(start, start + length, finding.entity, treatment))
        shift += length - (finding.end - finding.start)
    return Treated(done.text, tuple(spans))
