"""The second decision is given blind, by somebody else; where the two disagree, a third person settles it."""

from collections.abc import Callable

import pytest

from policies import Role
from tests.command import run_workbench
from tests.review.ward import CRISIS, QUESTION, READ, Ward, approve, reject
from workbench.desk.commands import EditExchange, ListQueue, OpenExchange, PlanRelease, ReplayExchange, Status
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import AddNote, Adjudicate, BeginSitting, NextExchange, ShowQuality, Undo
from workbench.desk.views import QueueFilter, QueueRow
from workbench.errors import NotAllowed, Refused
from workbench.review.standing import needs_second
from workbench.store import exchanges

ALWAYS = "second: {share: 1.0}"


@pytest.fixture
def twice(ward_under: Callable[..., Ward]) -> Ward:
    """A ward where everything is decided twice."""
    return ward_under(ALWAYS)


def row_of(desk: PersonalDesk, exchange: int = 1) -> QueueRow:
    """An exchange as somebody sees it in the queue."""
    return desk.execute(ListQueue(around=exchange)).rows[exchange - 1]


def adjudicate(verdict: str, reason: str | None = None) -> Adjudicate:
    return Adjudicate(exchange=1, version=1, verdict=verdict, reason=reason, reading=READ)


def listed(desk: PersonalDesk, **wanted: object) -> list[int]:
    return [row.exchange for row in desk.execute(ListQueue(filter=QueueFilter(**wanted))).rows]


def test_whoever_is_to_decide_second_sees_nothing_of_the_first_decision(twice: Ward) -> None:
    alice, bob = twice.desk("alice"), twice.desk("bob")
    before = bob.execute(OpenExchange(exchange=2)).model_dump(exclude={"row", "review_round"})
    alice.execute(AddNote(exchange=1, text="I let this one through."))
    alice.execute(AddNote(exchange=2, text="And this one as well."))
    for number in (1, 2):
        approve(alice, number)
    row = row_of(bob)
    assert (row.state, row.reviewer, row.notes, row.holder) == ("waiting", None, 0, None)
    view = bob.execute(OpenExchange(exchange=2))
    assert view.review_round == "second"
    assert view.row == row_of(bob, 2)
    assert view.model_dump(exclude={"row", "review_round"}) == before
    assert listed(bob, reviewer="alice") == listed(bob, state="second") == []
    assert 1 in listed(bob, state="waiting")
    with pytest.raises(Refused, match="given without its history"):
        bob.execute(ReplayExchange(exchange=1))
    assert bob.execute(NextExchange()).view.row.exchange == 1, "it is given like any other"


def test_the_first_reviewer_waits_for_somebody_else(twice: Ward) -> None:
    alice = twice.desk("alice")
    row = approve(alice, 1).row
    assert (row.state, row.reviewer) == ("second", "alice")
    assert listed(alice, state="second") == [1]
    with pytest.raises(Refused, match="waits for a second person"):
        reject(alice, 1)
    assert alice.execute(NextExchange()).view.row.exchange == 2
    assert twice.founder.execute(Status()).second == 1


@pytest.mark.parametrize("verdict", [approve, reject])
def test_two_who_agree_have_decided(twice: Ward, verdict: Callable[..., object]) -> None:
    verdict(twice.desk("alice"), 1)
    verdict(twice.desk("bob"), 1)
    rounds = [(d.person, d.review_round) for d in exchanges.decisions(twice.study.db, 1)]
    assert rounds == [("alice", "first"), ("bob", "second")]
    assert row_of(twice.desk("carol")).state in ("approved", "rejected")


def test_the_first_can_undo_until_the_second_has_decided(twice: Ward) -> None:
    alice, bob = twice.desk("alice"), twice.desk("bob")
    approve(alice, 1)
    assert alice.execute(Undo()).row.state == "waiting"
    approve(alice, 1)
    approve(bob, 1)
    with pytest.raises(Refused):
        alice.execute(Undo())


def test_a_disagreement_is_settled_by_a_senior_who_is_neither(twice: Ward) -> None:
    alice, bob = twice.desk("alice", Role.SENIOR), twice.desk("bob", Role.SENIOR)
    sue, carol = twice.desk("sue", Role.SENIOR), twice.desk("carol")
    with pytest.raises(Refused, match="Nobody disagrees"):
        sue.execute(adjudicate("approve"))
    approve(alice, 1)
    assert reject(bob, 1, reason="unfaithful").row.state == "disputed"
    assert twice.founder.execute(PlanRelease()).excluded == (("disputed", 1), ("not_decided", 5))
    for desk in (alice, bob, carol):
        with pytest.raises((NotAllowed, Refused)):
            desk.execute(adjudicate("approve"))
    with pytest.raises(Refused, match="workbench adjudicate 1"):
        approve(carol, 1)
    assert [row.exchange for row in sue.execute(BeginSitting()).adjudicate] == [1]
    assert bob.execute(BeginSitting()).adjudicate == ()
    view = sue.execute(NextExchange(filter=QueueFilter(state="disputed"))).view
    assert view.review_round == "adjudication"
    assert [(d.person, d.verdict, d.reason) for d in view.decisions] == [
        ("alice", "approve", None), ("bob", "reject", "unfaithful")
    ]  # fmt: skip
    assert sue.execute(adjudicate("reject", "unfaithful")).state == "rejected"
    with pytest.raises(Refused, match="decided by sue"):
        approve(alice, 1)
    assert twice.founder.execute(ShowQuality()).disputed == 0


def test_an_edit_by_the_second_begins_again(twice: Ward) -> None:
    alice, bob = twice.desk("alice"), twice.desk("bob")
    approve(alice, 1)
    view = bob.execute(EditExchange(exchange=1, version=1, question=QUESTION, answer=QUESTION))
    assert (view.row.state, view.review_round) == ("waiting", "first")
    assert approve(bob, 1, 2).row.state == "second"
    assert approve(alice, 1, 2).row.state == "approved"


def test_a_crisis_is_decided_twice_where_the_policy_says_so(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under("second: {forced_by: [crisis]}", sessions=(1,))
    ward.fill([1], question=CRISIS + QUESTION)
    sue, sam = ward.desk("sue", Role.SENIOR), ward.desk("sam", Role.SENIOR)
    assert approve(sue, 1).row.state == "approved"
    assert approve(sue, 2).row.state == "second"
    assert ward.desk("bob").execute(NextExchange()).view is None, "only seniors decide a crisis, the second time too"
    assert approve(sam, 2).row.state == "approved"


def test_the_share_is_drawn_by_a_key_of_the_study_and_never_changes(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under("second: {share: 0.5}", sessions=(40,))

    def drawn() -> list[bool]:
        return [needs_second(ward.study, latest) for latest in exchanges.all_latest(ward.study.db)]

    first = drawn()
    # 40 draws at one half: outside of this once in ten million studies.
    assert 4 <= sum(first) <= 36
    ward.restart()
    assert drawn() == first


def test_nobody_approves_their_own_edit_where_the_policy_wants_two(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under("two_persons: true")
    alice, bob = ward.desk("alice"), ward.desk("bob")
    alice.execute(EditExchange(exchange=1, version=1, question=QUESTION, answer=QUESTION))
    with pytest.raises(NotAllowed, match="another reviewer approves it"):
        approve(alice, 1, 2)
    assert alice.execute(NextExchange()).view.row.exchange == 2
    assert approve(bob, 1, 2).row.state == "approved"
    alice.execute(EditExchange(exchange=2, version=1, question=QUESTION, answer=QUESTION))
    assert reject(alice, 2, 2).row.state == "rejected", "keeping one's own edit back needs nobody else"


@pytest.mark.parametrize("separate", [True, False])
def test_no_steward_releases_what_they_alone_reviewed(ward_under: Callable[..., Ward], separate: bool) -> None:
    ward = ward_under()
    release = ward.study.policy.release.model_copy(update={"separate_steward": separate})
    ward.study.policy = ward.study.policy.model_copy(update={"release": release})
    approve(ward.founder, 1)
    approve(ward.desk("alice"), 2)
    plan = ward.founder.execute(PlanRelease())
    excluded = dict(plan.excluded)
    excluded.pop("not_decided")
    assert (plan.rows, excluded) == ((1, {"reviewed_by_steward_alone": 1}) if separate else (2, {}))


def test_a_disagreement_is_settled_from_the_command_line_too(twice: Ward) -> None:
    approve(twice.desk("alice"), 1)
    reject(twice.desk("bob"), 1)
    twice.study.close()
    refused = run_workbench("adjudicate", "1", "reject", "--study", str(twice.folder))
    assert (refused.returncode, "--reason must be one of: identifying" in refused.stderr) == (2, True)
    settled = run_workbench("adjudicate", "1", "reject", "--reason", "other", "--study", str(twice.folder))
    assert settled.stdout == "Exchange 1, version 1: rejected.\n", settled.stderr
    again = run_workbench("adjudicate", "1", "approve", "--study", str(twice.folder))
    assert (again.returncode, "Nobody disagrees" in again.stderr) == (2, True)
