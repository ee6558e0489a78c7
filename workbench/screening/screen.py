"""Screening: what may identify someone in an exchange, what is done about it, and what a reviewer should know.

A paraphrase has no offsets into its source, so scanning it alone is not enough: everything found on the source page
and elsewhere in its session is hunted in it as well.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from policies import Entity, FlagKind, Policy, Treatment
from redaction.finding import Finding
from redaction.folding import fold
from redaction.leaks import Leak, leaks
from redaction.propagation import CONFIDENT
from redaction.words import PLACEHOLDER
from workbench.screening.crisis import signals
from workbench.screening.form import form_fault
from workbench.screening.length import long_enough
from workbench.screening.marked import with_marks
from workbench.screening.unsupported import PERSON, invented, unexplained, unsupported
from workbench.screening.verbatim import copied, copied_share
from workbench.store.exchanges import BodyFinding, FlagRow

if TYPE_CHECKING:
    from redaction.book import StudyBook
    from redaction.detector import Detector

SIDES = ("question", "answer")
LEAK_CHECK = "leak-check"
STAND_IN = "placeholder"

_LABELS = frozenset(entity.value for entity in Entity)

Found = tuple[Sequence[Finding], Sequence[Finding]]
"""What is found already on question and answer."""

Record = TypeVar("Record", BodyFinding, FlagRow)


@dataclass(frozen=True, slots=True)
class Source:
    """The source page as screening needs it: its text, its findings, and what was found elsewhere in the session."""

    text: str
    findings: Sequence[Finding]
    elsewhere: Sequence[tuple[Entity, str]] = ()
    known: Sequence[tuple[Entity, str]] = ()
    """What the site's roster knows around the session's subject."""
    marked: Sequence[tuple[Entity, str]] = ()
    """Words that reviewers marked in the page's exchanges, the latest first."""
    extracted: bool = False
    """The exchange consists of the page's own sentences, so that copying is no fault of it."""
    kind: str = "exchange"
    """`multi_turn`: turns as they were said.  Copying is their nature, and their form is not that of an exchange."""

    def identifiers(self) -> list[tuple[Entity, str]]:
        """Every identifier that is known: of the page first, then of the session, the roster and the reviewers."""
        return list(dict.fromkeys([*self.spoken(), *self.known, *self.marked]))

    def spoken(self) -> list[tuple[Entity, str]]:
        """The identifiers of the page and its session."""
        here = [(f.entity, f.text_in(self.text)) for f in self.findings if f.identifies]
        return list(dict.fromkeys([*here, *self.elsewhere]))

    def leaks_in(self, text: str) -> list[Leak]:
        """Where a text names any of them, without overlaps."""
        found = leaks(self.spoken(), text)
        for leak in leaks(self.known, text, where="in the roster"):
            if not any(leak.start < other.end and other.start < leak.end for other in found):
                found.append(leak)
        return sorted(found, key=lambda leak: leak.start)

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

    def __init__(self, policy: Policy, scanner: "Detector") -> None:
        self._policy = policy
        self._scanner = scanner

    def treated(self, question: str, answer: str, source: Source, malformed: str | None, book: "StudyBook") -> Screened:
        """The version a reviewer sees first: every finding treated as the policy says, then scanned once more."""
        # Presidio takes seconds to load, and most commands never treat anything.
        from redaction.treatments import treat

        texts, findings, flags = [], [], []
        for side, text in zip(SIDES, (question, answer), strict=True):
            found, leaked = self._find(text, source, self._scanner.scan(text))
            done = treat(text, found, self._policy.redaction, book, source.identifiers())
            spans = list(zip(found, done.spans, strict=True))
            for finding, span in spans:
                state = "kept" if span.treatment is Treatment.KEEP else "treated"
                findings.append(_body_finding(side, span.start, span.end, finding, state))
            for leak in leaked:
                at = next(span for finding, span in spans if finding.start <= leak.start < finding.end)
                place = source.place_of(text[leak.start : leak.end])
                flags.append(FlagRow(0, FlagKind.LEAK.value, side, at.start, at.end, leak.explanation, *place))
            for finding, span in spans:
                if self._invents(text, finding, source):
                    flags.append(FlagRow(0, FlagKind.UNSUPPORTED.value, side, span.start, span.end, PERSON))
            untouched = [(span.start, span.end) for _, span in spans]
            for finding in self._scanner.scan(done.text):
                if not any(start < finding.end and finding.start < end for start, end in untouched):
                    state = "kept" if finding.keep else "open"
                    findings.append(_body_finding(side, finding.start, finding.end, finding, state))
            texts.append(done.text)
        return self._numbered(texts[0], texts[1], source, findings, flags, malformed)

    def edited(
        self,
        question: str,
        answer: str,
        source: Source,
        dismissed: Collection[tuple[Entity, str]],
        standins: frozenset[str] = frozenset(),
        found_before: Found | None = None,
    ) -> Screened:
        """A version somebody typed: nothing is replaced, everything found is open unless it was dismissed.

        `standins` are the folded words that treatment put in the place of identifiers of this exchange; they are
        found again and identify nobody.  With `found_before` the detector is not asked: these are its findings on the
        same words, where only what is known about them, or some of them, has changed since.
        """
        findings, flags = [], []
        for at, (side, text) in enumerate(zip(SIDES, (question, answer), strict=True)):
            before = self._scanner.scan(text) if found_before is None else found_before[at]
            found, leaked = self._find(text, source, [*before, *_placeholders(text, before)])
            for finding in found:
                words = fold(finding.text_in(text))
                leaks_here = any(leak.start < finding.end and finding.start < leak.end for leak in leaked)
                stands_in = PLACEHOLDER.fullmatch(finding.text_in(text)) or (words in standins and not leaks_here)
                if stands_in:
                    state = "treated"
                elif self._keeps(finding):
                    state = "kept"
                else:
                    state = "dismissed" if (finding.entity, words) in dismissed else "open"
                findings.append(_body_finding(side, finding.start, finding.end, finding, state))
                if not stands_in and self._invents(text, finding, source):
                    flags.append(FlagRow(0, FlagKind.UNSUPPORTED.value, side, finding.start, finding.end, PERSON))
            for leak in leaked:
                place = source.place_of(text[leak.start : leak.end])
                flags.append(FlagRow(0, FlagKind.LEAK.value, side, leak.start, leak.end, leak.explanation, *place))
        malformed = form_fault(question, answer) if source.kind == "exchange" else None
        return self._numbered(question, answer, source, findings, flags, malformed)

    def _find(self, text: str, source: Source, found: Sequence[Finding]) -> tuple[list[Finding], list[Leak]]:
        """What the detector found, without overlaps, marked words and leaks among it; and the leaks."""
        found = with_marks(text, found, source.marked, self._policy.redaction)
        leaked = source.leaks_in(text)
        if source.kind == "multi_turn":
            # Said word for word, it repeats its page's identifiers; only what the detector misses here is worth a look.
            leaked = [k for k in leaked if not any(f.start <= k.start and k.end <= f.end for f in found)]
        return _united(found, leaked), leaked

    def _invents(self, text: str, finding: Finding, source: Source) -> bool:
        """Whether a finding is the name of somebody whom neither the page nor its session has."""
        if not self._policy.screening.unsupported or finding.entity is not Entity.NAME or not finding.identifies:
            return False
        session = " ".join([source.text, *(words for _, words in source.identifiers())])
        return finding.score >= CONFIDENT and any(invented(session, text, [(finding.start, finding.end)]))

    def _keeps(self, finding: Finding) -> bool:
        return finding.keep or self._policy.redaction.treatment(finding.entity) is Treatment.KEEP

    def _numbered(
        self,
        question: str,
        answer: str,
        source: Source,
        findings: list[BodyFinding],
        flags: list[FlagRow],
        malformed: str | None,
    ) -> Screened:
        first = [FlagRow(0, FlagKind.MALFORMED.value, None, None, None, MALFORMED[malformed])] if malformed else []
        if not long_enough(source.kind, question, answer, self._policy):
            if source.kind == "multi_turn":
                sentence = f"the coach's turn has fewer than {self._policy.multi_turn.target_words} words"
            else:
                sentence = f"shorter than the filter's {self._policy.length_filter.min_words} words"
            sentence += "; it would not be released"
            first.append(FlagRow(0, FlagKind.SHORT.value, None, None, None, sentence))
        flags = [*_crises(question, answer, source), *first, *flags, *self._content(question, answer, source, findings)]
        findings = sorted(findings, key=lambda f: (SIDES.index(f.side), f.start))
        return Screened(
            question,
            answer,
            [_renumbered(finding, number) for number, finding in enumerate(findings, 1)],
            [_renumbered(flag, number) for number, flag in enumerate(flags, 1)],
        )

    def _content(
        self, question: str, answer: str, source: Source, findings: Sequence[BodyFinding]
    ) -> Iterator[FlagRow]:
        """Copied and unsupported stretches; an exchange of the page's own sentences can be neither."""
        rules = self._policy.screening
        if source.extracted or source.kind == "multi_turn":
            return
        for side, text in zip(SIDES, (question, answer), strict=True):
            stretches = copied(source.text, text, rules.verbatim_words)
            for stretch in stretches:
                sentence = f"{stretch.words} words in a row stand on the page as well"
                yield FlagRow(0, FlagKind.VERBATIM.value, side, stretch.start, stretch.end, sentence)
            share = copied_share(source.text, text)
            if not stretches and share >= rules.verbatim_share:
                sentence = f"{share:.0%} of it stands on the page word for word"
                yield FlagRow(0, FlagKind.VERBATIM.value, side, None, None, sentence)
        if rules.unsupported:
            told = unsupported(source.text, question, answer, self._policy.speakers)
            for side, claims in zip(SIDES, told, strict=True):
                for claim in unexplained(claims, [(f.start, f.stop) for f in findings if f.side == side]):
                    yield FlagRow(0, FlagKind.UNSUPPORTED.value, side, claim.start, claim.end, claim.explanation)


def _crises(question: str, answer: str, source: Source) -> Iterator[FlagRow]:
    """Signals of crisis in the exchange and on its page; they stand first and are never hidden."""
    for side, text in zip(SIDES, (question, answer), strict=True):
        for signal in signals(text):
            yield FlagRow(0, FlagKind.CRISIS.value, side, signal.start, signal.end, signal.explanation)
    for signal in signals(source.text):
        sentence = f"{signal.explanation} on the page"
        yield FlagRow(0, FlagKind.CRISIS.value, None, None, None, sentence, signal.start, signal.end)


MALFORMED = {
    "missing_side": "one side of the exchange is missing",
    "two_exchanges": "the model wrote more than one exchange",
    "meta_talk": "the model talks about its own work",
    "third_person": "a side tells about its speaker instead of letting the speaker talk",
    "instructions_left": "parts of the instruction were left in the text",
    "too_long": "the page does not fit into the model's context; nothing was generated",
}


def _body_finding(side: str, start: int, stop: int, finding: Finding, state: str) -> BodyFinding:
    return BodyFinding(
        0, side, start, stop, finding.entity.value, finding.score, finding.recognizer, finding.explanation, state
    )


def _placeholders(text: str, found: Sequence[Finding]) -> Iterator[Finding]:
    """Placeholders that nothing was found on: they stay in sight however often a text is typed anew."""
    for match in PLACEHOLDER.finditer(text):
        label = match[0][1:].rpartition("_")[0]
        if label in _LABELS and not any(f.start < match.end() and match.start() < f.end for f in found):
            yield Finding(match.start(), match.end(), Entity(label), 1.0, STAND_IN, "stands for an identifier")


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
