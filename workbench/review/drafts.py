"""Drafts: what is being typed is kept in the store, so that no crash of screen or server loses it.

A draft is its author's own and no version: nobody else sees it, nothing is screened, and no claim is needed to keep
it, because words that were typed must not be lost to a claim that ran out.
"""

from typing import Literal

from audit.details import DraftDropped, DraftSaved
from audit.events import format_time
from policies import Role
from workbench.desk import review_views, reviewing, views
from workbench.review import claims
from workbench.review.show import latest_of
from workbench.screening.length import words
from workbench.store import drafts as store
from workbench.store import standings
from workbench.store.drafts import DraftRow
from workbench.study.study import Change, Study


def save(study: Study, command: reviewing.SaveDraft, role: Role) -> views.Done:
    """Keep what is being typed, or throw it away.  Nothing is recorded where nothing has changed since the last time.

    Raises NotThere, and NotAllowed where this person knows whose session it is.
    """
    latest = latest_of(study, command.exchange)
    before = store.of_exchange(study.db, latest.exchange, study.actor.name)
    if command.question is None and command.answer is None:
        if before is not None:
            with study.change(role) as change:
                drop(study, change, latest.exchange, "thrown_away")
        return views.Done()
    claims.keep_away(study, latest.exchange)
    question, answer = command.question or "", command.answer or ""
    if before is not None and (before.version, before.question, before.answer) == (command.version, question, answer):
        return views.Done()
    with study.change(role) as change:
        event = change.record(
            DraftSaved(words=words(question) + words(answer)), latest.exchange, version=command.version
        )
        store.add(
            study.db,
            DraftRow(
                latest.exchange, study.actor.name, command.version, question, answer, format_time(change.time),
                event.sequence,
            ),
        )  # fmt: skip
    return views.Done()


def drop(study: Study, change: Change, exchange: int, reason: Literal["saved", "decided", "thrown_away"]) -> None:
    """This person's draft of an exchange is needed no more; part of a change.  Without a draft nothing happens."""
    draft = store.of_exchange(study.db, exchange, study.actor.name)
    if draft is None:
        return
    event = change.record(DraftDropped(), exchange, version=draft.version, reason=reason)
    time = format_time(change.time)
    store.add(study.db, DraftRow(exchange, draft.person, draft.version, None, None, time, event.sequence))


def of_actor(study: Study) -> tuple[review_views.Draft, ...]:
    """This person's drafts; one is stale whose exchange has another text by now."""
    kept = store.of_person(study.db, study.actor.name)
    standing = standings.several(study.db, [draft.exchange for draft in kept])
    versions = {row.exchange: row.version for row in standing}
    return tuple(
        review_views.Draft(
            exchange=draft.exchange,
            version=draft.version,
            question=draft.question or "",
            answer=draft.answer or "",
            saved=draft.time,
            stale=versions[draft.exchange] != draft.version,
        )
        for draft in kept
    )
