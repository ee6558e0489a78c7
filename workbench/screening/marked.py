"""Words that reviewers marked, found again wherever they stand in the texts made from the page."""

from collections.abc import Sequence

from policies import Entity, Treatment
from policies.schema import Redaction
from redaction.alike import alike
from redaction.finding import Finding
from redaction.folding import fold
from redaction.gazetteers import common_words
from redaction.overlaps import resolve
from redaction.words import FREQUENT

REVIEWER = "reviewer"
MARKED = "marked by a reviewer"


def with_marks(
    text: str, found: Sequence[Finding], marked: Sequence[tuple[Entity, str]], settings: Redaction
) -> list[Finding]:
    """Findings on a text with those that the marked words add; of two marks on the same words the first one counts.

    A mark takes the words that it covers from other findings, which keep the rest.  One that the policy keeps yields
    to everything, so that tagging a stretch as indirect hides nothing in it.
    """
    if not marked:
        return list(found)
    marks: list[Finding] = []
    for entity, words in _each_once(marked):
        for start, end in alike(words, text):
            if _is_meant(words, text[start:end]) and not any(m.start < end and start < m.end for m in marks):
                marks.append(Finding(start, end, entity, 1.0, REVIEWER, MARKED))
    kept = [mark for mark in marks if settings.treatment(mark.entity) is Treatment.KEEP]
    sure = [mark for mark in marks if mark not in kept]
    rest = [*sure, *resolve(text, found, _spans(sure))]
    return sorted([*rest, *resolve(text, kept, _spans(rest))], key=lambda finding: finding.start)


def _each_once(marked: Sequence[tuple[Entity, str]]) -> list[tuple[Entity, str]]:
    """One mark for the same words, the widest first."""
    first: dict[str, tuple[Entity, str]] = {}
    for entity, words in marked:
        first.setdefault(fold(words), (entity, words))
    return sorted(first.values(), key=lambda mark: -len(mark[1]))


def _is_meant(marked: str, words: str) -> bool:
    """Whether such words can be those that were marked: somebody called Will is not meant by every "will"."""
    return marked.islower() or not words.islower() or common_words().get(fold(words), 0) < FREQUENT


def _spans(findings: Sequence[Finding]) -> list[tuple[int, int]]:
    return [(finding.start, finding.end) for finding in findings]
