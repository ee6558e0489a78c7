"""Sittings: what waits for somebody who sits down, and what they have done when they get up."""

from audit.details import SittingBegan, SittingEnded
from audit.events import format_time
from policies import Role
from workbench.desk import review_views, reviewing
from workbench.review import claims, drafts
from workbench.review.next import left_for
from workbench.review.quality import catch_rate, words_a_minute
from workbench.review.queue import queue_rows
from workbench.review.second import round_for
from workbench.store import claims as claim_store
from workbench.store import drafts as draft_store
from workbench.store import passphrases, plants, standings
from workbench.store import sittings as store
from workbench.store.sittings import SittingRow
from workbench.store.standings import Standing
from workbench.study.study import Change, Study

MOST = 100
"""Of what came back or is disputed, the first so many are shown."""


def begin(study: Study, command: reviewing.BeginSitting, role: Role) -> review_views.Opening:
    """Sit down.  Claims and drafts of the last sitting are still this person's; a sitting begins only once."""
    me = study.actor
    before = store.of_person(study.db, me.name)
    mine = [claim.exchange for claim in claim_store.held(study.db) if claim.person == me.name]
    kept = drafts.of_actor(study)
    if not (before and (before[-1].sitting, before[-1].state) == (study.sitting, "began")):
        with study.change(role) as change:
            details = SittingBegan(
                uid=me.peer.uid,
                login_uid=me.peer.login_uid,
                transport=me.peer.transport,
                claims=len(mine),
                drafts=len(kept),
            )
            _put_down(study, change, "began", details)
    return review_views.Opening(
        person=me.name,
        roles=tuple(role.value for role in Role if role in me.roles),
        sitting=study.sitting,
        policy=f"{study.policy.name} {study.policy.version}",
        policy_changed=bool(before) and before[-1].policy_digest != study.loaded_policy.digest,
        authentication=study.policy.review.signing,
        passphrase_known=passphrases.current(study.db, me.name) is not None,
        waiting=left_for(study),
        mine=queue_rows(study, standings.several(study.db, mine)),
        drafts=kept,
        returned=queue_rows(study, _returned(study)),
        adjudicate=queue_rows(study, _to_adjudicate(study)),
        catch_rate=catch_rate(study, me.name),
    )


def end(study: Study, command: reviewing.EndSitting, role: Role) -> review_views.Summary:
    """Get up: claims go back to the queue, drafts stay."""
    me = study.actor.name
    began = [row.sequence for row in store.of_person(study.db, me) if row.sitting == study.sitting]
    since = began[-1] if began else study.log.size
    decisions = store.decided_since(study.db, me, since)
    milliseconds, words = store.read_since(study.db, me, since)
    steps = store.steps_since(study.db, me, since)
    kept = len(draft_store.of_person(study.db, me))
    seen = [catch.caught for catch in plants.catches(study.db, [me]) if catch.sequence > since]
    with study.change(role) as change:
        returned = claims.give_all_back(study, change)
        details = SittingEnded(
            decisions=sum(decisions.values()),
            steps=steps,
            returned=returned,
            drafts=kept,
            active_milliseconds=command.active_seconds * 1000,
        )
        _put_down(study, change, "ended", details)
    study.presence.leave((me, study.sitting))
    return review_views.Summary(
        decisions=tuple(sorted(decisions.items())),
        steps=steps,
        returned=returned,
        drafts=kept,
        active_seconds=command.active_seconds,
        words_a_minute=words_a_minute(words, milliseconds),
        planted=len(seen),
        caught=sum(seen),
    )


def _put_down(study: Study, change: Change, state: str, details: SittingBegan | SittingEnded) -> None:
    event = change.record(details, study.sitting)
    time, policy = format_time(change.time), study.loaded_policy.digest
    store.add(study.db, SittingRow(study.sitting, study.actor.name, state, time, policy, event.sequence))


def _returned(study: Study) -> list[Standing]:
    """What this person decided and what waits again, and what somebody else gave up because they know the person."""
    handed_over = claim_store.handed_over(study.db, study.actor.name)
    back = {*store.returned(study.db, study.actor.name, MOST), *handed_over[:MOST]}
    return [row for row in standings.several(study.db, sorted(back)) if round_for(study, row) is not None]


def _to_adjudicate(study: Study) -> list[Standing]:
    if Role.SENIOR not in study.actor.roles:
        return []
    found = standings.several(study.db, store.disputed(study.db, MOST))
    return [row for row in found if round_for(study, row) == "adjudication"]
