"""A sitting opens with what waits for a person, ends with what they did, and loses nothing that was typed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from policies import Entity, Role
from tests.review.ward import ANSWER, QUESTION, READ, Ward, approve, reject
from workbench.desk.commands import AddRoster, Decide, EditExchange, OpenExchange
from workbench.desk.reviewing import (
    AddNote,
    BeginSitting,
    EndSitting,
    LockSitting,
    NextExchange,
    Redo,
    SaveDraft,
    SkipExchange,
    Undo,
    Withdraw,
)
from workbench.errors import NotAllowed, Refused
from workbench.peer import Peer
from workbench.store import drafts as store


def test_a_sitting_begins_once_with_who_the_kernel_says_it_is(ward: Ward) -> None:
    alice = ward.desk("alice")
    alice._actor = replace(alice._actor, peer=Peer("socket", 1017, 1003))
    opening = alice.execute(BeginSitting())
    assert alice.execute(BeginSitting()) == opening
    (began,) = ward.events("sitting.began")
    assert (began["object_id"], began["actor"]) == ("sitting-of-alice", "alice")
    assert began["details"] == {"uid": 1017, "login_uid": 1003, "transport": "socket", "claims": 0, "drafts": 0}
    assert (opening.person, opening.waiting, opening.mine, opening.policy_changed) == ("alice", 6, (), False)


def test_the_summary_counts_this_sitting_alone(ward: Ward) -> None:
    alice = ward.desk("alice")
    approve(alice, 1)
    alice.execute(BeginSitting())
    approve(alice, 2)
    reject(alice, 3)
    alice.execute(Decide(exchange=4, version=1, verdict="reject", reason="other"))
    alice.execute(NextExchange())
    alice.execute(SaveDraft(exchange=5, version=1, question=QUESTION, answer="I am still"))
    summary = alice.execute(EndSitting(active_seconds=300))
    assert summary.decisions == (("approve", 1), ("reject", 2))
    assert (summary.steps, summary.returned, summary.drafts, summary.active_seconds) == (0, 1, 1, 300)
    assert summary.words_a_minute == (READ.source_words + READ.exchange_words) * 60_000 // READ.milliseconds
    (ended,) = ward.events("sitting.ended")
    assert ended["details"] == {
        "decisions": 3, "steps": 0, "returned": 1, "drafts": 1, "active_milliseconds": 300_000
    }  # fmt: skip


def test_the_summary_counts_what_still_stands(ward: Ward) -> None:
    alice = ward.desk("alice")
    alice.execute(BeginSitting())
    approve(alice, 1)
    reject(alice, 2)
    alice.execute(Undo())
    reject(alice, 3)
    alice.execute(Undo())
    alice.execute(Redo())
    approve(alice, 4)
    ward.desk("sue", Role.SENIOR).execute(Withdraw(exchange=4, version=1, reason="mistake"))
    for text in ("Ask the daughter.", "Not needed."):
        alice.execute(AddNote(exchange=5, text=text))
    alice.execute(Undo())
    summary = alice.execute(EndSitting())
    assert (summary.decisions, summary.steps) == ((("approve", 1), ("reject", 1)), 1)


def test_claims_and_drafts_of_a_crashed_sitting_are_there_again(ward: Ward) -> None:
    alice = ward.desk("alice", sitting="first")
    alice.execute(NextExchange())
    alice.execute(SaveDraft(exchange=1, version=1, question=QUESTION, answer="We could"))
    alice.execute(SaveDraft(exchange=1, version=1, question=QUESTION, answer="We could look for"))
    ward.restart(crash=True)
    opening = ward.desk("alice", sitting="second").execute(BeginSitting())
    assert [row.exchange for row in opening.mine] == [1]
    assert [(draft.answer, draft.stale) for draft in opening.drafts] == [("We could look for", False)]
    assert ward.desk("bob").execute(BeginSitting()).drafts == (), "a draft is its author's alone"
    assert "We could" not in str(ward.events("draft.saved"))


def test_a_draft_is_stale_once_the_text_is_another(ward: Ward) -> None:
    alice = ward.desk("alice")
    alice.execute(SaveDraft(exchange=1, version=1, question="Mine", answer="Mine"))
    ward.desk("bob").execute(EditExchange(exchange=1, version=1, question=ANSWER, answer=ANSWER))
    (draft,) = alice.execute(BeginSitting()).drafts
    assert (draft.stale, draft.question) == (True, "Mine")


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (SaveDraft(exchange=1, version=1, question=None, answer=None), "thrown_away"),
        (EditExchange(exchange=1, version=1, question=QUESTION, answer=ANSWER), "saved"),
        (Decide(exchange=1, version=1, verdict="reject", reason="other"), "decided"),
    ],
)
def test_a_draft_goes_when_it_is_saved_decided_or_thrown_away(ward: Ward, step: object, reason: str) -> None:
    alice, bob = ward.desk("alice"), ward.desk("bob")
    for desk in (alice, bob):
        desk.execute(SaveDraft(exchange=1, version=1, question=QUESTION, answer="Unfinished"))
    alice.execute(step)
    assert [event["reason"] for event in ward.events("draft.dropped")] == [reason]
    assert store.of_person(ward.study.db, "alice") == []
    assert len(store.of_person(ward.study.db, "bob")) == 1, "what others typed is theirs"


def test_the_same_draft_again_is_no_second_event(ward: Ward) -> None:
    alice = ward.desk("alice")
    for _ in range(3):
        alice.execute(SaveDraft(exchange=1, version=1, question=QUESTION, answer="The same"))
    alice.execute(SaveDraft(exchange=2, version=1, question=None, answer=None))
    assert len(ward.events("draft.saved")) == 1
    assert ward.events("draft.dropped") == []


def test_what_somebody_decided_comes_back_to_them_when_it_waits_again(ward: Ward) -> None:
    alice, bob, sue = ward.desk("alice"), ward.desk("bob"), ward.desk("sue", Role.SENIOR)
    for number in (1, 2, 3):
        approve(alice, number)
    approve(bob, 4)
    assert alice.execute(BeginSitting()).returned == ()
    bob.execute(EditExchange(exchange=1, version=1, question=QUESTION, answer=QUESTION))
    sue.execute(Withdraw(exchange=2, version=1, reason="new_knowledge"))
    alice.execute(EditExchange(exchange=3, version=1, question=QUESTION, answer=QUESTION))
    assert [row.exchange for row in alice.execute(BeginSitting()).returned] == [1, 2], "the third was her own doing"
    assert bob.execute(BeginSitting()).returned == ()


def test_a_roster_returns_what_it_names(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under(sessions=(1,))
    ward.fill([1], question=QUESTION + " I hum quillby to her.", subject="S-1")
    alice = ward.desk("alice")
    for number in (1, 2):
        approve(alice, number)
    ward.founder.execute(AddRoster(rows=(("S-1", Entity.NAME, "Lampkin Quillby"),)))
    assert [row.exchange for row in alice.execute(BeginSitting()).returned] == [2]


def test_another_policy_since_the_last_sitting_is_told(ward: Ward) -> None:
    alice = ward.desk("alice")
    alice.execute(BeginSitting())
    alice.execute(EndSitting())
    ward.study.loaded_policy = replace(ward.study.loaded_policy, digest="0" * 64)
    assert ward.desk("alice", sitting="another").execute(BeginSitting()).policy_changed


def test_a_locked_screen_shows_and_changes_nothing_but_keeps_what_was_typed(ward: Ward) -> None:
    alice = ward.desk("alice")
    alice.execute(NextExchange())
    alice.execute(LockSitting())
    for command in (OpenExchange(exchange=1), Decide(exchange=1, version=1, verdict="reject", reason="other")):
        with pytest.raises(Refused, match="The screen is locked"):
            alice.execute(command)
    alice.execute(SaveDraft(exchange=1, version=1, question="Typed", answer="before"))
    assert ward.desk("alice", sitting="another").execute(OpenExchange(exchange=1)).row.draft
    assert len(ward.events("sitting.locked")) == 1
    assert alice.execute(EndSitting()).returned == 1


def test_everybody_may_sit_down_whatever_their_role(ward: Ward) -> None:
    for role in (Role.OPERATOR, Role.STEWARD, Role.AUDITOR):
        assert ward.desk(role.value, role).execute(BeginSitting()).roles == (role.value,)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.STEWARD, Role.AUDITOR])
def test_no_other_role_gives_a_reviewers_rights(ward: Ward, role: Role) -> None:
    desk = ward.desk("somebody", role)
    for command in (
        OpenExchange(exchange=1),
        NextExchange(),
        Decide(exchange=1, version=1, verdict="approve"),
        EditExchange(exchange=1, version=1, question=QUESTION, answer=ANSWER),
        SaveDraft(exchange=1, version=1, question=QUESTION, answer=ANSWER),
        SkipExchange(exchange=1),
    ):
        with pytest.raises(NotAllowed, match="it needs the role reviewer or senior"):
            desk.execute(command)
