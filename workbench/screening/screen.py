"""Screening: what may identify someone in an exchange, what is done about it, and what a reviewer should know.

A paraphrase has no offsets into its source, so scanning it alone is not enough: everything found on the source page
and elsewhere in its session is hunted in it as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from policies import Entity, FlagKind, Policy, Treatment
from redaction.finding import Finding
from redaction.folding import fold
from redaction.leaks import Leak, leaks
from workbench.screening.length import passes
from workbench.store.exchanges import BodyFinding, FlagRow

if TYPE_CHECKING:
    from redaction.scanner import Scanner
    from redaction.treatments import StudyBook

SIDES = ("question", "answer")
LEAK_CHECK = "leak-check"

Record = TypeVar("Record", BodyFinding, FlagRow)


@dataclass(frozen=True, slots=True)
class Source:
    """The source page as screening needs it: its text, its findings, and what was found elsewhere in the session."""

    text: str
    findings: Sequence[Finding]
    elsewhere: Sequence[tuple[Entity, str]] = ()

    def identifiers(self) -> list[tuple[Entity, str]]:
        """Every identifier to hunt: of the page first, then of the session."""
        here = [(f.entity, f.text_in(self.text)) for f in self.findings if f.identifies]
        return list(dict.fromkeys([*here, *self.elsewhere]))

    def place_of(self, words: str) -> tuple[int, int] | tuple[None, None]:
        """Where on the page an identifier stands that shares these words, if it does."""
        wanted = fold(words)
        for finding in self.findings:
            found = fold(finding.text_in(self.text))
            if finding.identifies and (wanted in found or found in wanted):
                return finding.start, finding.end
        return None, None


@dataclass(frozen=True, slots=True)
class Screened:
    """One version of an exchange with everything that was found on it."""

    question: str
    answer: str
    findings: list[BodyFinding]
    flags: list[FlagRow]

    @property
    def open(self) -> int:
        """Findings that stand in the text and were neither treated, kept nor dismissed."""
        return sum(finding.state == "open" for finding in self.findings)


class Screen:
    """Screens exchanges under one policy."""

    def __init__(self, policy: Policy, scanner: "Scanner") -> None:
        self._policy = policy
        self._scanner = scanner

    def treated(self, question: str, answer: str, source: Source, malformed: str | None, book: "StudyBook") -> Screened:
        """The version a reviewer sees first: every finding treated as the policy says, then scanned once more."""
        # Presidio takes seconds to load, and most commands never treat anything.
        from redaction.treatments import treat

        texts, findings, flags = [], [], []
        for side, text in zip(SIDES, (question, answer), strict=True):
            found, leaked = self._find(text, source)
            done = treat(text, found, self._policy.redaction, book)
            spans = list(zip(found, done.spans, strict=True))
            for finding, span in spans:
                state = "kept" if span.treatment is Treatment.KEEP else "treated"
                findings.append(_body_finding(side, span.start, span.end, finding, state))
            for leak in leaked:
                at = next(span for finding, span in spans if finding.start <= leak.start < finding.end)
                place = source.place_of(text[leak.start : leak.end])
                flags.append(FlagRow(0, FlagKind.LEAK.value, side, at.start, at.end, leak.explanation, *place))
            untouched = [(span.start, span.end) for _, span in spans]
            for finding in self._scanner.scan(done.text):
                if not any(start < finding.end and finding.start < end for start, end in untouched):
                    state = "kept" if finding.keep else "open"
                    findings.append(_body_finding(side, finding.start, finding.end, finding, state))
            texts.append(done.text)
        return self._numbered(texts[0], texts[1], findings, flags, malformed)

    def edited(
        self,
        question: str,
        answer: str,
        source: Source,
        dismissed: set[tuple[Entity, str]],
        standins: frozenset[str] = frozenset(),
    ) -> Screened:
        """A version somebody typed: nothing is replaced, everything found is open unless it was dismissed.

        `standins` are the folded words that treatment put in the place of identifiers of this exchange; they are
        found again and identify nobody.
        """
        findings, flags = [], []
        for side, text in zip(SIDES, (question, answer), strict=True):
            found, leaked = self._find(text, source)
            for finding in found:
                words = fold(finding.text_in(text))
                known = (finding.entity, words) in dismissed
                stands_in = finding.recognizer != LEAK_CHECK and words in standins
                state = "kept" if self._keeps(finding) else "treated" if stands_in else "dismissed" if known else "open"
                findings.append(_body_finding(side, finding.start, finding.end, finding, state))
            for leak in leaked:
                place = source.place_of(text[leak.start : leak.end])
                flags.append(FlagRow(0, FlagKind.LEAK.value, side, leak.start, leak.end, leak.explanation, *place))
        return self._numbered(question, answer, findings, flags, None)

    def _find(self, text: str, source: Source) -> tuple[list[Finding], list[Leak]]:
        """Findings without overlaps, leaks among them; and the leaks."""
        found = self._scanner.scan(text)
        leaked = leaks(source.identifiers(), text)
        return _united(found, leaked), leaked

    def _keeps(self, finding: Finding) -> bool:
        return finding.keep or self._policy.redaction.treatment(finding.entity) is Treatment.KEEP

    def _numbered(
        self, question: str, answer: str, findings: list[BodyFinding], flags: list[FlagRow], malformed: str | None
    ) -> Screened:
        if malformed:
            sentence = MALFORMED[malformed]
            flags = [FlagRow(0, FlagKind.MALFORMED.value, None, None, None, sentence), *flags]
        rule = self._policy.length_filter
        if not passes(question, answer, rule):
            sentence = f"shorter than the filter's {rule.min_words} words; it would not be released"
            flags = [*flags, FlagRow(0, FlagKind.SHORT.value, None, None, None, sentence)]
        findings = sorted(findings, key=lambda f: (SIDES.index(f.side), f.start))
        return Screened(
            question,
            answer,
            [_renumbered(finding, number) for number, finding in enumerate(findings, 1)],
            [_renumbered(flag, number) for number, flag in enumerate(flags, 1)],
        )


MALFORMED = {
    "missing_side": "one side of the exchange is missing",
    "two_exchanges": "the model wrote more than one exchange",
    "too_long": "the page does not fit into the model's context; nothing was generated",
}


def _body_finding(side: str, start: int, stop: int, finding: Finding, state: str) -> BodyFinding:
    return BodyFinding(
        0, side, start, stop, finding.entity.value, finding.score, finding.recognizer, finding.explanation, state
    )


def _renumbered(record: Record, number: int) -> Record:
    return replace(record, ordinal=number)


def _united(found: Iterable[Finding], leaked: Iterable[Leak]) -> list[Finding]:
    """Findings and leaks in one list without overlaps: what overlaps becomes one finding over the whole stretch."""
    united: list[Finding] = []
    all_found = [*found, *(Finding(k.start, k.end, k.entity, 1.0, LEAK_CHECK, k.explanation) for k in leaked)]
    for finding in sorted(all_found, key=lambda f: (f.start, -f.end)):
        last = united[-1] if united else None
        if last is None or finding.start >= last.end:
            united.append(finding)
            continue
        first = last if (not last.keep, last.score) >= (not finding.keep, finding.score) else finding
        united[-1] = Finding(
            last.start,
            max(last.end, finding.end),
            first.entity,
            first.score,
            first.recognizer,
            first.explanation,
            last.keep and finding.keep,
        )
    return united
