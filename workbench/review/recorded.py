"""Whether what the store holds of an exchange is what the log has recorded, row by row.

Every row is bound to the event that it was stored with.  An event that leaves a row must have it, and nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from audit.details import (
    AttemptFailed,
    DraftDropped,
    DraftSaved,
    ExchangeCreated,
    ExchangeNoted,
    ExchangePlanted,
    ExchangeScreened,
    ExchangeWithdrawn,
    FindingDismissed,
    FindingMarked,
    FindingRetagged,
    ReleaseBuilt,
    StepRedone,
    StepUndone,
)
from audit.details.exchange import Decided
from audit.errors import LogFault
from audit.events import Event, Outcome, format_time, parse_line
from redaction.alike import alike
from redaction.folding import fold
from workbench.paraphrase.first import attempts_digest
from workbench.review.leaving import DECIDES, DOES, LEAVES, MAKES, WITHDRAWN, StoredRow
from workbench.review.note import note_digest
from workbench.review.standing import UNDO
from workbench.screening.length import words
from workbench.store import drafts, exchanges, generations, history, marks, notes, sources, steps
from workbench.store.drafts import DraftRow
from workbench.store.exchanges import Body, BodyFinding, DecisionRow, FlagRow
from workbench.store.generations import Generation
from workbench.store.history import Dismissal, Released
from workbench.store.marks import Mark
from workbench.store.notes import Note
from workbench.store.steps import Step
from workbench.study.study import Study


class Recorded:
    """One exchange as the store has it, with its events and everything that was ever stored of it."""

    def __init__(self, study: Study, exchange: int) -> None:
        db = study.db
        self._study = study
        self._exchange = exchange
        bodies, decisions = history.bodies(db, exchange), exchanges.decisions(db, exchange)
        self.bodies = {body.version: body for body in bodies}
        self.attempts = {made.attempt: made for made in generations.attempts(db, exchange)}
        self._decisions = {row.sequence: row for row in decisions}
        self._dismissals = history.dismissals(db, exchange)
        self._steps = steps.of_exchange(db, exchange)
        rows: list[StoredRow] = [
            *bodies,
            *decisions,
            *self._dismissals,
            *notes.history(db, exchange),
            *drafts.history(db, exchange),
            *history.released(db, exchange),
            *self._steps,
        ]
        lines = history.event_lines(db, exchange, [row.sequence for row in rows])
        rows += marks.made_in(db, exchange, list(lines))
        lines |= history.event_lines(db, exchange, [row.sequence for row in rows])
        self.rows: dict[int, list[StoredRow]] = {}
        for row in rows:
            self.rows.setdefault(row.sequence, []).append(row)
        self.events = {number: _event(line, number) for number, line in lines.items()}
        self._failed = {
            event.details.attempt
            for event in self.events.values()
            if event is not None and isinstance(event.details, AttemptFailed)
        }

    def faults(self, number: int) -> Iterable[str]:
        """Where the store and an event do not agree."""
        event, rows = self.events.get(number), self.rows.get(number, [])
        if event is None:
            yield f"the log has no readable event {number}"
            return
        kinds = Counter(type(row) for row in rows)
        wanted = LEAVES.get(event.action)
        if event.outcome is Outcome.OK and wanted is not None and not kinds[wanted]:
            yield f"the store does not hold what event {number} records"
        # Marking words can find them in several places, a withdrawal ends the steps of several people.
        if any(many > 1 for kind, many in kinds.items() if kind is not Mark and event.action is not WITHDRAWN):
            yield f"the store holds {len(rows)} rows for event {number}"
        if isinstance(event.details, AttemptFailed | ExchangeCreated):
            yield from self._attempt_faults(event.details)
        for row in rows:
            yield from self._digests(event, row)
        if not all(self._agrees(event, row) for row in rows):
            yield f"event {number} records something else than the store holds"

    def attempts_of(self, number: int) -> list[Generation]:
        """What a model made before an event: a failed attempt, or with the exchange the last and the chosen one."""
        event = self.events.get(number)
        details = event.details if event else None
        if isinstance(details, AttemptFailed):
            wanted = {details.attempt}
        elif isinstance(details, ExchangeCreated):
            wanted = {*self.attempts} - self._failed | {details.attempt}
        elif isinstance(details, ExchangePlanted):
            wanted = {*self.attempts}
        else:
            wanted = set()
        return [made for number, made in self.attempts.items() if number in wanted]

    def words_of(self, event: Event | None) -> tuple[str, str] | None:
        """Entity and words of the finding that an event dismisses, marks or retags, from the text where they stood."""
        details = event.details if event else None
        if event is None or not isinstance(details, FindingDismissed | FindingMarked | FindingRetagged):
            return None
        number, version, *place = event.object_id.split(":")
        if not str(self._exchange) == details.exchange == number:
            return None
        if isinstance(details, FindingMarked):
            text = self._text(int(version), details.side)
            start, stop = (int(part) for part in place[-1].split("-"))
            return (details.entity, text[start:stop]) if place[0] == details.side and text is not None else None
        entity = details.entity_before if isinstance(details, FindingRetagged) else details.entity
        found = next((f for f in self.findings(int(version)) if f.ordinal == int(place[0])), None)
        if found is None or found.entity != entity:
            return None
        text = self._text(int(version), found.side)
        return None if text is None else (entity, text[found.start : found.stop])

    def findings(self, version: int) -> list[BodyFinding]:
        """What was found on a version."""
        return exchanges.findings(self._study.db, self._exchange, version)

    def flags(self, version: int) -> list[FlagRow]:
        """The flags of a version."""
        return exchanges.flags(self._study.db, self._exchange, version)

    def _text(self, version: int, side: str) -> str | None:
        if side == "source":
            latest = exchanges.latest(self._study.db, self._exchange)
            page = latest and sources.page(self._study.db, latest.page)
            return page.text if page else None
        body = self.bodies.get(version)
        if body is None:
            return None
        return body.question if side == "question" else body.answer

    def _agrees(self, event: Event, row: StoredRow) -> bool:
        """Whether a row says what its event says; its texts apart."""
        match row:
            case Body():
                return event.action in MAKES[row.kind] and event.object_id == str(self._exchange)
            case DecisionRow():
                return self._records_decision(event, row)
            case Dismissal():
                return self._records_dismissal(event, row)
            case Mark():
                return self._records_mark(event, row)
            case Note():
                return self._records_note(event, row)
            case DraftRow():
                return _records_draft(event, row)
            case Step():
                return self._records_step(event, row)
            case Released():
                details = event.details
                return isinstance(details, ReleaseBuilt) and (event.object_id, details.manifest_digest) == (
                    row.name, row.manifest_digest
                )  # fmt: skip

    def _digests(self, event: Event, row: StoredRow) -> Iterator[str]:
        match row:
            case Body():
                yield from self._text_faults(event, row)
            case DecisionRow():
                yield from self._digest_faults(event.digest_after, row.digest, row.version)
            case Released():
                yield from self._digest_faults(row.digest, row.digest, row.version)

    def _text_faults(self, event: Event, body: Body) -> Iterator[str]:
        before = self.bodies.get(body.version - 1)
        preceding = before.digest if before else attempts_digest(self._study, self._exchange)
        yield from self._digest_faults(event.digest_after, body.digest, body.version)
        if before is None and event.digest_before != preceding:
            yield "what was generated is not what was recorded"
        elif event.object_version != body.version or event.digest_before != preceding:
            yield f"version {body.version} does not follow the version before"
        if (event.actor, event.policy_digest) != (body.person, body.policy_digest):
            yield f"version {body.version} is of another person or policy than the event says"
        if isinstance(event.details, ExchangeScreened):
            entities = Counter(finding.entity for finding in self.findings(body.version))
            if (entities, self._flag_counts(body.version)) != (event.details.findings, event.details.flags):
                yield f"the findings or flags of version {body.version} are not those that were recorded"

    def _digest_faults(self, recorded: str | None, stored: str, version: int) -> Iterator[str]:
        """Whether the text of a version is the one that an event and a row speak of."""
        body = self.bodies.get(version)
        digest = body and self._study.body_digest(self._exchange, version, body.question, body.answer)
        if not digest == stored == recorded:
            yield f"the text of version {version} is not the one that was recorded"

    def _records_decision(self, event: Event, row: DecisionRow) -> bool:
        """Whether an event says what a decision of the store says."""
        said = (
            event.action, event.object_id, event.object_version, event.reason, event.policy_digest, event.actor,
            event.face, format_time(event.time),
        )  # fmt: skip
        if said != (
            DECIDES[row.verdict], str(self._exchange), row.version, row.reason, row.policy_digest, row.person,
            row.face, row.time,
        ):  # fmt: skip
            return False
        match event.details:
            case ExchangeWithdrawn(decision=decision):
                taken = self._decisions.get(decision)
                return taken is not None and (taken.version, taken.review_round) == (row.version, row.review_round)
            case Decided() as details:
                shown = (details.source_words or 0) + (details.exchange_words or 0)
                return (
                    details.findings, details.flags, details.review_round, details.milliseconds,
                    None if details.milliseconds is None else shown,
                ) == (
                    len(self.findings(row.version)), self._flag_counts(row.version), row.review_round,
                    row.milliseconds, row.words,
                )  # fmt: skip
        return False

    def _records_dismissal(self, event: Event, row: Dismissal) -> bool:
        if row.reason == UNDO:
            before = {(d.entity, d.folded) for d in self._dismissals if d.sequence < row.sequence}
            return _undoes(event, "dismissal") and (row.entity, row.folded) in before
        found = self.words_of(event) if isinstance(event.details, FindingDismissed) else None
        return found is not None and (found[0], fold(found[1]), event.reason) == (row.entity, row.folded, row.reason)

    def _records_mark(self, event: Event, row: Mark) -> bool:
        if row.removed:
            return _undoes(event, "mark", "retag") and event.actor == row.person
        found = self.words_of(event)
        entity = event.details.entity if isinstance(event.details, FindingMarked | FindingRetagged) else None
        if found is None or (found[1], entity, event.actor) != (row.words, row.entity, row.person):
            return False
        page = sources.page(self._study.db, row.page)
        return row.start is None or (page is not None and alike(row.words, page.text[row.start : row.stop]) != [])

    def _records_note(self, event: Event, row: Note) -> bool:
        removed = row.words is None
        digest = None if row.words is None else note_digest(self._study, row.note, row.words)
        said = (event.actor, event.object_id, event.digest_after)
        details = event.details
        return isinstance(details, ExchangeNoted) and (*said, details.removed) == (
            row.person, str(row.exchange), digest, removed
        )  # fmt: skip

    def _records_step(self, event: Event, row: Step) -> bool:
        """Whether a step's row belongs to its event, and what it undid or did again to the row before it."""
        if event.actor != row.person and row.state != "withdrawn":
            return False
        before = [step.sequence for step in self._steps if step.step == row.step and step.sequence < row.sequence]
        last = before[-1] if before else None
        match event.details:
            case StepUndone(kind=kind, step=step):
                return (row.state, row.kind, last) == ("undone", kind, step)
            case StepRedone(kind=kind, undone=undone):
                return (row.state, row.kind, last) == ("redone", kind, undone)
            case ExchangeWithdrawn():
                return row.state == "withdrawn"
        return row.state == "done" and last is None and event.action in DOES[row.kind]

    def _attempt_faults(self, details: AttemptFailed | ExchangeCreated) -> Iterator[str]:
        made = self.attempts.get(details.attempt)
        if made is None or (made.backend, made.model_digest, made.prompt_digest, made.seed, str(made.page)) != (
            details.backend, details.model_digest, details.prompt_digest, details.seed, details.page
        ):  # fmt: skip
            yield f"attempt {details.attempt} is not as it was recorded"
        elif isinstance(details, AttemptFailed):
            if set(made.faults.split()) != set(details.flags):
                yield f"the faults of attempt {details.attempt} are not those that were recorded"
        elif len({*self.attempts} - self._failed) != 1 or (made.malformed is not None) != details.malformed:
            yield "the attempts are not those that were recorded"

    def _flag_counts(self, version: int) -> dict[str, int]:
        return dict(Counter(flag.kind for flag in self.flags(version)))


def _undoes(event: Event, *kinds: str) -> bool:
    return isinstance(event.details, StepUndone) and event.details.kind in kinds


def _records_draft(event: Event, row: DraftRow) -> bool:
    if (event.actor, event.object_id, event.object_version) != (row.person, str(row.exchange), row.version):
        return False
    if row.question is None:
        return isinstance(event.details, DraftDropped)
    typed = words(row.question) + words(row.answer or "")
    return isinstance(event.details, DraftSaved) and event.details.words == typed


def _event(line: bytes, number: int) -> Event | None:
    try:
        event = parse_line(line, number)
    except LogFault:
        return None
    return event if event.sequence == number else None
