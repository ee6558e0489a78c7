"""The history of one exchange, replayed from its events and what the store holds, to the letter.

Nothing that was ever stored of an exchange is overwritten (21 CFR 11.10(e)): versions, attempts, decisions and
dismissals are rows that only grow in number, each bound to the event that it was recorded with.  A replay holds every
row against its event and computes the keyed digests of the text again.  That the events themselves are as they were
written is for `workbench audit verify` to say.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

from audit.details import (
    Action,
    AttemptFailed,
    ExchangeApproved,
    ExchangeCreated,
    ExchangeRejected,
    ExchangeReplayed,
    ExchangeScreened,
    FindingDismissed,
    ReleaseBuilt,
)
from audit.errors import LogFault
from audit.events import Event, Outcome, format_time, parse_line
from policies import Entity, FlagKind, Role
from redaction.folding import fold
from workbench.desk import commands, views
from workbench.desk.replay import Dismissed, Replay, Step, Version
from workbench.errors import NotAllowed, NotThere
from workbench.paraphrase.submit import attempts_digest
from workbench.review.difference import difference
from workbench.store import exchanges, history
from workbench.store.exchanges import Body, BodyFinding, DecisionRow, FlagRow, Generation
from workbench.store.history import Dismissal, Released
from workbench.study.study import Study

MAKES = {
    "raw": Action.EXCHANGE_CREATED,
    "treated": Action.EXCHANGE_SCREENED,
    "edited": Action.EXCHANGE_EDITED,
}
"""The action that makes a version of each kind."""
DECIDES = {"approve": Action.EXCHANGE_APPROVED, "reject": Action.EXCHANGE_REJECTED}
LEAVES_A_ROW = frozenset({*MAKES.values(), *DECIDES.values(), Action.FINDING_DISMISSED})
"""Actions of which the store holds a version, decision or dismissal, if they succeeded."""

StoredRow = Body | DecisionRow | Dismissal | Released


def replay_exchange(study: Study, command: commands.ReplayExchange, role: Role) -> Replay:
    """Everything that ever happened to an exchange, with its text.  The event of it is stored before it is shown.

    Raises NotAllowed for an auditor where the policy does not let auditors read text (which is recorded as well), and
    NotThere.
    """
    latest = exchanges.latest(study.db, command.exchange)
    if role is Role.AUDITOR and not study.policy.review.auditors_read_text:
        with study.change(role) as change:
            change.record(
                ExchangeReplayed(steps=0, unsound=0), command.exchange, outcome=Outcome.REFUSED, reason="no_text"
            )
        raise NotAllowed(
            "The study's policy does not let auditors read text (review.auditors_read_text); for the history without "
            f"text there is: workbench audit query --object exchange --id {command.exchange}"
        )
    if latest is None:
        raise NotThere(f"There is no exchange {command.exchange} in this study; list them with: workbench queue")
    steps = _History(study, command.exchange).steps()
    unsound = sum(not step.sound for step in steps)
    with study.change(role) as change:
        event = change.record(
            ExchangeReplayed(steps=len(steps), unsound=unsound),
            latest.exchange,
            version=latest.version,
            outcome=Outcome.FAILED if unsound else Outcome.OK,
            after=latest.digest,
        )
    return Replay(
        exchange=latest.exchange,
        kind=latest.record_kind,
        session=latest.session,
        page=latest.number,
        steps=steps,
        sound=not unsound,
        recorded=event.sequence,
    )


class _History:
    """One exchange as the store has it, and its events."""

    def __init__(self, study: Study, exchange: int) -> None:
        db = study.db
        self._study = study
        self._exchange = exchange
        self._bodies = {body.version: body for body in history.bodies(db, exchange)}
        self._attempts = {made.attempt: made for made in exchanges.attempts(db, exchange)}
        self._rows: dict[int, list[StoredRow]] = {}
        rows: Iterable[StoredRow] = [
            *history.bodies(db, exchange),
            *exchanges.decisions(db, exchange),
            *history.dismissals(db, exchange),
            *history.released(db, exchange),
        ]
        for row in rows:
            self._rows.setdefault(row.sequence, []).append(row)
        self._events = {
            number: _event(line, number) for number, line in history.event_lines(db, exchange, list(self._rows)).items()
        }
        self._failed = {
            event.details.attempt
            for event in self._events.values()
            if event is not None and isinstance(event.details, AttemptFailed)
        }

    def steps(self) -> tuple[Step, ...]:
        """All steps, in order of the log."""
        return tuple(self._step(number) for number in sorted({*self._events, *self._rows}))

    def _step(self, number: int) -> Step:
        event, rows = self._events.get(number), self._rows.get(number, [])
        row = rows[0] if rows else None
        attempts = self._attempts_of(event)
        faults = list(self._faults(number, event, row, attempts))
        if len(rows) > 1:
            faults.append(f"the store holds {len(rows)} rows for event {number}")
        return Step(
            sequence=number,
            time=format_time(event.time) if event else None,
            actor=event.actor if event else None,
            role=event.role if event else None,
            face=event.face if event else None,
            action=event.action.value if event else None,
            outcome=event.outcome.value if event else None,
            reason=event.reason if event else None,
            version=getattr(row, "version", event.object_version if event else None),
            text=self._version(row) if isinstance(row, Body) else None,
            attempts=tuple(_attempt(made, event) for made in attempts),
            dismissed=self._dismissed(event, row) if isinstance(row, Dismissal) else None,
            release=row.name if isinstance(row, Released) else None,
            sound=not faults,
            faults=tuple(faults),
        )

    def _faults(
        self, number: int, event: Event | None, row: StoredRow | None, attempts: list[Generation]
    ) -> Iterable[str]:
        """Where the store and the event of a step do not agree."""
        if event is None:
            yield f"the log has no readable event {number}"
            return
        if row is None and event.action in LEAVES_A_ROW and event.outcome is Outcome.OK:
            yield f"the store does not hold what event {number} records"
        if isinstance(event.details, AttemptFailed | ExchangeCreated):
            yield from self._attempt_faults(event.details, attempts)
        agrees = True
        match row:
            case Body():
                agrees = (event.action, event.object_id) == (MAKES[row.kind], str(self._exchange))
                yield from self._text_faults(event, row)
            case DecisionRow():
                agrees = self._records_decision(event, row)
                yield from self._digest_faults(event.digest_after, row.digest, row.version)
            case Dismissal():
                found = self._dismissed(event, row)
                agrees = found is not None and (found.entity, fold(found.words), event.reason) == (
                    row.entity, row.folded, row.reason
                )  # fmt: skip
            case Released():
                details = event.details
                agrees = isinstance(details, ReleaseBuilt) and (event.object_id, details.manifest_digest) == (
                    row.name, row.manifest_digest
                )  # fmt: skip
                yield from self._digest_faults(row.digest, row.digest, row.version)
        if not agrees:
            yield f"event {number} records something else than the store holds"

    def _text_faults(self, event: Event, body: Body) -> Iterable[str]:
        before = self._bodies.get(body.version - 1)
        preceding = before.digest if before else attempts_digest(self._study, self._exchange)
        yield from self._digest_faults(event.digest_after, body.digest, body.version)
        if before is None and event.digest_before != preceding:
            yield "what was generated is not what was recorded"
        elif event.object_version != body.version or event.digest_before != preceding:
            yield f"version {body.version} does not follow the version before"
        if (event.actor, event.policy_digest) != (body.person, body.policy_digest):
            yield f"version {body.version} is of another person or policy than the event says"
        if isinstance(event.details, ExchangeScreened):
            entities = Counter(finding.entity for finding in self._findings(body.version))
            if (entities, self._flag_counts(body.version)) != (event.details.findings, event.details.flags):
                yield f"the findings or flags of version {body.version} are not those that were recorded"

    def _digest_faults(self, recorded: str | None, stored: str, version: int) -> Iterable[str]:
        """Whether the text of a version is the one that an event and a row speak of."""
        body = self._bodies.get(version)
        digest = body and self._study.body_digest(self._exchange, version, body.question, body.answer)
        if not digest == stored == recorded:
            yield f"the text of version {version} is not the one that was recorded"

    def _records_decision(self, event: Event, row: DecisionRow) -> bool:
        """Whether an event says what a decision of the store says."""
        details = event.details
        if not isinstance(details, ExchangeApproved | ExchangeRejected):
            return False
        said = (
            event.action, event.object_id, event.object_version, event.reason, event.policy_digest, event.actor,
            event.face, format_time(event.time), details.findings, details.flags,
        )  # fmt: skip
        return said == (
            DECIDES[row.verdict], str(self._exchange), row.version, row.reason, row.policy_digest, row.person,
            row.face, row.time, len(self._findings(row.version)), self._flag_counts(row.version),
        )  # fmt: skip

    def _attempts_of(self, event: Event | None) -> list[Generation]:
        """What a model made before this event: a failed attempt, or with the exchange the last and the chosen one."""
        details = event.details if event else None
        if isinstance(details, AttemptFailed):
            wanted = {details.attempt}
        elif isinstance(details, ExchangeCreated):
            wanted = {*self._attempts} - self._failed | {details.attempt}
        else:
            wanted = set()
        return [made for number, made in self._attempts.items() if number in wanted]

    def _attempt_faults(self, details: AttemptFailed | ExchangeCreated, attempts: list[Generation]) -> Iterable[str]:
        made = self._attempts.get(details.attempt)
        if made is None or (made.backend, made.model_digest, made.prompt_digest, made.seed, str(made.page)) != (
            details.backend, details.model_digest, details.prompt_digest, details.seed, details.page
        ):  # fmt: skip
            yield f"attempt {details.attempt} is not as it was recorded"
        elif isinstance(details, AttemptFailed):
            if set(made.faults.split()) != set(details.flags):
                yield f"the faults of attempt {details.attempt} are not those that were recorded"
        elif len({*self._attempts} - self._failed) != 1 or (made.malformed is not None) != details.malformed:
            yield "the attempts are not those that were recorded"

    def _dismissed(self, event: Event | None, row: StoredRow | None) -> Dismissed | None:
        """The words that an event dismisses, from the version that they stood in."""
        if event is None or not isinstance(event.details, FindingDismissed):
            return None
        exchange, version, ordinal = (int(part) for part in event.object_id.split(":"))
        body = self._bodies.get(version)
        found = next((f for f in self._findings(version) if f.ordinal == ordinal), None)
        if exchange != self._exchange or body is None or found is None or found.entity != event.details.entity:
            return None
        text = body.question if found.side == "question" else body.answer
        return Dismissed(entity=Entity(found.entity), words=text[found.start : found.stop])

    def _version(self, body: Body) -> Version:
        before = self._bodies.get(body.version - 1)
        return Version(
            version=body.version,
            kind=body.kind,
            question=body.question,
            answer=body.answer,
            question_change=difference(before.question, body.question) if before else (),
            answer_change=difference(before.answer, body.answer) if before else (),
            findings=tuple(views.BodyFinding(**asdict(found)) for found in self._findings(body.version)),
            flags=tuple(views.Flag(**asdict(flag)) for flag in self._flags(body.version)),
        )

    def _findings(self, version: int) -> list[BodyFinding]:
        return exchanges.findings(self._study.db, self._exchange, version)

    def _flags(self, version: int) -> list[FlagRow]:
        return exchanges.flags(self._study.db, self._exchange, version)

    def _flag_counts(self, version: int) -> dict[str, int]:
        return dict(Counter(flag.kind for flag in self._flags(version)))


def _event(line: bytes, number: int) -> Event | None:
    try:
        event = parse_line(line, number)
    except LogFault:
        return None
    return event if event.sequence == number else None


def _attempt(made: Generation, event: Event | None) -> views.Attempt:
    details = event.details if event else None
    return views.Attempt(
        attempt=made.attempt,
        raw=made.raw,
        faults=tuple(FlagKind(fault) for fault in made.faults.split()),
        shown=isinstance(details, ExchangeCreated) and details.attempt == made.attempt,
    )
