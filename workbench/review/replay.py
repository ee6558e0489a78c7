"""The history of one exchange, replayed from its events and what the store holds, to the letter.

Nothing that was ever stored of an exchange is overwritten (21 CFR 11.10(e)): versions, attempts, decisions,
dismissals, marks, notes and what became of each step are rows that only grow in number, each bound to the event that it
was recorded with.  A replay holds every row against its event and computes the keyed digests of the text again.  That
the events themselves are as they were written is for `workbench audit verify` to say.
"""

from dataclasses import asdict

from audit.details import (
    Action,
    ExchangeCreated,
    ExchangePlanted,
    ExchangeReplayed,
    FindingDismissed,
    FindingMarked,
    FindingRetagged,
)
from audit.events import Event, Outcome, format_time
from policies import Entity, FlagKind, Role
from workbench.desk import commands, views
from workbench.desk.replay import Dismissed, Marked, Replay, Step, Version
from workbench.errors import NotAllowed, NotThere
from workbench.review import claims, second
from workbench.review.difference import difference
from workbench.review.recorded import Recorded
from workbench.store import exchanges
from workbench.store.exchanges import Body
from workbench.store.generations import Generation
from workbench.store.history import Released
from workbench.store.notes import Note
from workbench.study.study import Study


def replay_exchange(study: Study, command: commands.ReplayExchange, role: Role) -> Replay:
    """Everything that ever happened to an exchange, with its text.  The event of it is stored before it is shown.

    Raises NotAllowed for an auditor where the policy does not let auditors read text (which is recorded as well) and
    for somebody who knows whose session it is, Refused for who is to decide it blind, and NotThere.
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
    if role is not Role.AUDITOR:
        claims.keep_away(study, latest.exchange)
        second.not_blind(study, latest.exchange)
    recorded = Recorded(study, command.exchange)
    steps = tuple(_step(recorded, number) for number in sorted({*recorded.events, *recorded.rows}))
    if latest.origin == "planted" and latest.state == "waiting" and role is not Role.AUDITOR:
        steps = tuple(_like_any_other(step) for step in steps)
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


def _step(recorded: Recorded, number: int) -> Step:
    event, rows = recorded.events.get(number), recorded.rows.get(number, [])
    faults = tuple(recorded.faults(number))
    details = event.details if event else None
    named = recorded.words_of(event)
    words = named and Dismissed(entity=Entity(named[0]), words=named[1])
    return Step(
        sequence=number,
        time=format_time(event.time) if event else None,
        actor=event.actor if event else None,
        role=event.role if event else None,
        face=event.face if event else None,
        action=event.action.value if event else None,
        outcome=event.outcome.value if event else None,
        reason=event.reason if event else None,
        version=next((row.version for row in rows if hasattr(row, "version")), event.object_version if event else None),
        text=next((_version(recorded, row) for row in rows if isinstance(row, Body)), None),
        attempts=tuple(_attempt(made, event) for made in recorded.attempts_of(number)),
        dismissed=words if isinstance(details, FindingDismissed) else None,
        marked=_marked(details, named),
        note=next((row.words for row in rows if isinstance(row, Note)), None),
        release=next((row.name for row in rows if isinstance(row, Released)), None),
        sound=not faults,
        faults=faults,
    )


def _like_any_other(step: Step) -> Step:
    """A step of a planted exchange as a reviewer may see it who has not decided it yet."""
    if step.action != Action.EXCHANGE_PLANTED:
        return step
    return step.model_copy(update={"action": Action.EXCHANGE_CREATED.value})


def _marked(details: object, named: tuple[str, str] | None) -> Marked | None:
    """The words that a reviewer marked or gave another entity."""
    if named is None or not isinstance(details, FindingMarked | FindingRetagged):
        return None
    return Marked(entity=Entity(details.entity), words=named[1])


def _version(recorded: Recorded, body: Body) -> Version:
    before = recorded.bodies.get(body.version - 1)
    return Version(
        version=body.version,
        kind=body.kind,
        question=body.question,
        answer=body.answer,
        question_change=difference(before.question, body.question) if before else (),
        answer_change=difference(before.answer, body.answer) if before else (),
        findings=tuple(views.BodyFinding(**asdict(found)) for found in recorded.findings(body.version)),
        flags=tuple(views.Flag(**asdict(flag)) for flag in recorded.flags(body.version)),
    )


def _attempt(made: Generation, event: Event | None) -> views.Attempt:
    details = event.details if event else None
    return views.Attempt(
        attempt=made.attempt,
        raw=made.raw,
        faults=tuple(FlagKind(fault) for fault in made.faults.split()),
        shown=isinstance(details, ExchangePlanted)
        or (isinstance(details, ExchangeCreated) and details.attempt == made.attempt),
    )
