"""What a reviewer does: see an exchange, decide it, edit it, dismiss a finding."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from audit.details import (
    ExchangeApproved,
    ExchangeEdited,
    ExchangeRejected,
    ExchangeViewed,
    FindingDismissed,
)
from audit.events import format_time
from policies import Entity, FlagKind, Role, Verdict
from redaction.folding import fold
from workbench.desk import commands, views
from workbench.errors import NotAllowed, NotThere, Refused, Stale
from workbench.paraphrase.record import source_findings, source_of
from workbench.review.queue import queue_row
from workbench.screening.length import words
from workbench.screening.screen import Screen, Screened
from workbench.store import exchanges, sources
from workbench.store.exchanges import Body, DecisionRow, Latest
from workbench.study.study import Change, Study

Shown = TypeVar("Shown", bound=views.View)


def open_exchange(study: Study, command: commands.OpenExchange, role: Role) -> views.ExchangeView:
    """Everything about one exchange.  The event of having seen it is stored before anything is shown."""
    latest = _latest(study, command.exchange)
    with study.change(role) as change:
        change.record(ExchangeViewed(source=True), latest.exchange, version=latest.version, after=latest.digest)
    return _view(study, latest)


def decide(study: Study, command: commands.Decide, role: Role) -> views.QueueRow:
    """Approve or reject the version that was shown.

    Raises Stale when the text has changed since, Refused while a finding is open or a side is empty, NotAllowed where
    the policy forbids this face.
    """
    _face_allowed(study)
    latest = _shown(study, command.exchange, command.version)
    if command.verdict is Verdict.APPROVE:
        _approvable(latest)
    elif command.reason is None:
        raise Refused(f"Rejecting exchange {latest.exchange} needs a reason; give one with --reason.")
    flags = Counter(flag.kind for flag in exchanges.flags(study.db, latest.exchange, latest.version))
    if flags[FlagKind.CRISIS] and Role.SENIOR not in study.actor.roles:
        raise NotAllowed(
            f"Exchange {latest.exchange} speaks of a crisis, so a senior reviewer decides it; an operator names one "
            "with: workbench people add NAME --role senior --uid N"
        )
    findings = len(exchanges.findings(study.db, latest.exchange, latest.version))
    details = ExchangeApproved if command.verdict is Verdict.APPROVE else ExchangeRejected
    with study.change(role) as change:
        event = change.record(
            details(findings=findings, flags=dict(flags)),
            latest.exchange,
            version=latest.version,
            reason=command.reason,
            after=latest.digest,
        )
        exchanges.add_decision(
            study.db,
            DecisionRow(
                latest.exchange, latest.version, command.verdict.value, command.reason, latest.digest,
                study.loaded_policy.digest, study.actor.name, study.actor.face.value, format_time(change.time),
                event.sequence,
            ),
        )  # fmt: skip
    return queue_row(replace(latest, verdict=command.verdict.value), study.policy)


def edit(study: Study, command: commands.EditExchange, role: Role) -> views.ExchangeView:
    """Store a new version and screen it; any decision on the version before no longer counts."""
    _face_allowed(study)
    latest = _shown(study, command.exchange, command.version)
    dismissed = exchanges.dismissed(study.db, latest.exchange)
    screened = screened_again(study, latest, command.question.strip(), command.answer.strip(), dismissed)
    with study.change(role) as change:
        store_version(study, change, latest, screened)
    return _view(study, _latest(study, command.exchange))


def dismiss(study: Study, command: commands.DismissFinding, role: Role) -> views.ExchangeView:
    """Say that an open finding identifies nobody; the version is screened again with that knowledge.

    The same words stay dismissed in this exchange only.
    """
    _face_allowed(study)
    latest = _shown(study, command.exchange, command.version)
    found = {f.ordinal: f for f in exchanges.findings(study.db, latest.exchange, latest.version)}.get(command.ordinal)
    if found is None or found.state != "open":
        raise NotThere(
            f"Exchange {latest.exchange} has no open finding {command.ordinal}; look again and try once more."
        )
    text = latest.question if found.side == "question" else latest.answer
    folded = fold(text[found.start : found.stop])
    dismissed = exchanges.dismissed(study.db, latest.exchange) | {(Entity(found.entity), folded)}
    screened = screened_again(study, latest, latest.question, latest.answer, dismissed)
    with study.change(role) as change:
        event = change.record(
            FindingDismissed(exchange=str(latest.exchange), entity=found.entity),
            f"{latest.exchange}:{latest.version}:{found.ordinal}",
            version=latest.version,
            reason=command.reason,
        )
        exchanges.add_dismissal(study.db, latest.exchange, found.entity, folded, command.reason, event.sequence)
        store_version(study, change, latest, screened)
    return _view(study, _latest(study, command.exchange))


def screened_again(
    study: Study, latest: Latest, question: str, answer: str, dismissed: set[tuple[Entity, str]]
) -> Screened:
    """What screening finds in a text that takes the place of the latest version."""
    page = sources.page(study.db, latest.page)
    assert page is not None
    standins = exchanges.standins(study.db, latest.exchange)
    backend = exchanges.generation(study.db, latest.exchange).backend
    source = source_of(study, page, backend, latest.record_kind)
    return Screen(study.policy, study.scanner).edited(question, answer, source, dismissed, standins)


def store_version(study: Study, change: Change, latest: Latest, screened: Screened) -> None:
    """Append the next version of an exchange, as part of a change."""
    version = latest.version + 1
    digest = study.body_digest(latest.exchange, version, screened.question, screened.answer)
    event = change.record(
        ExchangeEdited(
            words_before=words(latest.question) + words(latest.answer),
            words_after=words(screened.question) + words(screened.answer),
        ),
        latest.exchange,
        version=version,
        before=latest.digest,
        after=digest,
    )
    body = Body(
        latest.exchange, version, "edited", screened.question, screened.answer, digest, study.loaded_policy.digest,
        study.actor.name, event.sequence,
    )  # fmt: skip
    exchanges.add_body(study.db, body, screened.findings, screened.flags)


def _face_allowed(study: Study) -> None:
    if study.actor.face not in study.policy.review.faces:
        raise NotAllowed(
            f"The study's policy allows no decisions from the {study.actor.face.value}; use the review screen."
        )


def _latest(study: Study, exchange: int) -> Latest:
    latest = exchanges.latest(study.db, exchange)
    if latest is None:
        raise NotThere(f"There is no exchange {exchange} in this study; list them with: workbench queue")
    return latest


def _shown(study: Study, exchange: int, version: int) -> Latest:
    latest = _latest(study, exchange)
    if latest.version != version:
        raise Stale(f"Exchange {exchange} has changed since it was shown; look at it again before you decide.")
    return latest


def _approvable(latest: Latest) -> None:
    if not latest.question.strip() or not latest.answer.strip():
        raise Refused(f"Exchange {latest.exchange} lacks one side; edit it or reject it.")
    if latest.open:
        raise Refused(
            f"Exchange {latest.exchange} has {latest.open} open finding{'s'[: latest.open != 1]}; "
            "edit the text or dismiss each with a reason before approving."
        )


def _view(study: Study, latest: Latest) -> views.ExchangeView:
    page = sources.page(study.db, latest.page)
    assert page is not None
    generation = exchanges.generation(study.db, latest.exchange)
    return views.ExchangeView(
        row=queue_row(latest, study.policy),
        source=page.text,
        marks=tuple(views.Mark(start=start, stop=stop, kind=kind) for start, stop, kind in page.marks),
        source_findings=source_findings(study, latest.page),
        question=latest.question,
        answer=latest.answer,
        body_kind=latest.kind,
        raw=generation.raw,
        findings=_views(views.BodyFinding, exchanges.findings(study.db, latest.exchange, latest.version)),
        flags=_views(views.Flag, exchanges.flags(study.db, latest.exchange, latest.version)),
        decisions=_views(views.Decision, exchanges.decisions(study.db, latest.exchange)),
        backend=generation.backend,
        malformed=generation.malformed,
        attempts=tuple(
            views.Attempt(
                attempt=made.attempt,
                raw=made.raw,
                faults=tuple(FlagKind(fault) for fault in made.faults.split()),
                shown=made.attempt == generation.attempt,
            )
            for made in exchanges.attempts(study.db, latest.exchange)
        ),
    )


def _views(kind: type[Shown], records: Sequence[object]) -> tuple[Shown, ...]:
    """Stored records as the desk shows them: the fields of the same names."""
    return tuple(kind(**{name: getattr(record, name) for name in kind.model_fields}) for record in records)
