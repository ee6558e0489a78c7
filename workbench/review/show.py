"""Showing an exchange, and finding the next one for a person: who is given one to decide has it from then on."""

from collections.abc import Sequence
from typing import TypeVar

from audit.details import ExchangeViewed
from policies import FlagKind, Risk, Role
from workbench.desk import commands, views
from workbench.errors import NotAllowed, NotThere, Stale
from workbench.paraphrase.record import source_findings
from workbench.review import claims
from workbench.review.queue import queue_row
from workbench.review.second import blind_view, round_for
from workbench.store import exchanges, generations, notes, sources, standings
from workbench.store.exchanges import Latest
from workbench.store.standings import Standing
from workbench.study.study import Study

Shown = TypeVar("Shown", bound=views.View)


def open_exchange(study: Study, command: commands.OpenExchange, role: Role) -> views.ExchangeView:
    """Everything about one exchange.  The event of having seen it is stored before anything is shown.

    Raises NotThere, NotAllowed where this person knows whose session it is, and, to claim one, Claimed.
    """
    latest = latest_of(study, command.exchange)
    standing = standing_of(study, command.exchange)
    if command.claim:
        claims.check(study, latest.exchange)
    else:
        claims.keep_away(study, latest.exchange)
    theirs = command.claim and round_for(study, standing) is not None
    with study.change(role) as change:
        event = change.record(
            ExchangeViewed(source=True, claimed=theirs), latest.exchange, version=latest.version, after=latest.digest
        )
        if theirs:
            claims.take(study, latest.exchange, event.sequence)
    return view_of(study, latest, standing)


def view_of(study: Study, latest: Latest, standing: Standing | None = None) -> views.ExchangeView:
    """Everything about one exchange that this person may see; call it only after the event of having seen it.

    `standing` spares reading how it stands again where this command has read it and does not change it.
    """
    page = sources.page(study.db, latest.page)
    assert page is not None
    standing = standing or standing_of(study, latest.exchange)
    attempts, chosen = generations.attempts(study.db, latest.exchange), exchanges.attempt(study.db, latest.exchange)
    generation = next(made for made in attempts if made.attempt == chosen)
    view = views.ExchangeView(
        row=queue_row(study, standing),
        source=page.text,
        marks=tuple(views.Mark(start=start, stop=stop, kind=kind) for start, stop, kind in page.marks),
        source_findings=source_findings(study, latest.page),
        question=latest.question,
        answer=latest.answer,
        body_kind=latest.kind,
        raw=generation.raw,
        findings=records(views.BodyFinding, exchanges.findings(study.db, latest.exchange, latest.version)),
        flags=records(views.Flag, exchanges.flags(study.db, latest.exchange, latest.version)),
        decisions=records(views.Decision, exchanges.decisions(study.db, latest.exchange)),
        backend=generation.backend,
        malformed=generation.malformed,
        attempts=tuple(
            views.Attempt(
                attempt=made.attempt,
                raw=made.raw,
                faults=tuple(FlagKind(fault) for fault in made.faults.split()),
                shown=made is generation,
            )
            for made in attempts
        ),
        notes=tuple(
            f"{note.person}, {note.time[:16].replace('T', ' ')}: {note.words}"
            for note in notes.of_exchange(study.db, latest.exchange)
        ),
        must_read=study.policy.review.attention.what_to_read(Risk(standing.risk)),
    )
    return blind_view(study, view, standing)


def latest_of(study: Study, exchange: int) -> Latest:
    """The latest text of an exchange; raises NotThere."""
    latest = exchanges.latest(study.db, exchange)
    if latest is None:
        raise NotThere(f"There is no exchange {exchange} in this study; list them with: workbench queue")
    return latest


def shown(study: Study, exchange: int, version: int) -> Latest:
    """The latest text of an exchange, which must be the version that was shown; raises Stale."""
    latest = latest_of(study, exchange)
    if latest.version != version:
        raise Stale(f"Exchange {exchange} has changed since it was shown; look at it again before you decide.")
    return latest


def standing_of(study: Study, exchange: int) -> Standing:
    """How an exchange that is there stands."""
    standing = standings.standing(study.db, exchange)
    assert standing is not None
    return standing


def face_allowed(study: Study) -> None:
    """Raises NotAllowed where the policy takes no decisions from this face."""
    if study.actor.face not in study.policy.review.faces:
        raise NotAllowed(
            f"The study's policy allows no decisions from the {study.actor.face.value}; use the review screen."
        )


def records(kind: type[Shown], records: Sequence[object]) -> tuple[Shown, ...]:
    """Stored records as the desk shows them: the fields of the same names."""
    return tuple(kind(**{name: getattr(record, name) for name in kind.model_fields}) for record in records)
