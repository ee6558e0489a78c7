"""Undo reaches one's own steps until somebody else has acted on them or a release; then there is withdrawal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from policies import Face, Role
from tests.conftest import READ
from tests.review.texts import QUARRY, bring, finding, look, mark
from tests.review.ward import ANSWER, QUESTION, Ward, approve, reject
from workbench.desk.commands import (
    BuildRelease,
    Decide,
    DismissFinding,
    EditExchange,
    OpenExchange,
    PlanRelease,
    VerifyAudit,
)
from workbench.desk.local import PersonalDesk
from workbench.desk.rescan import rescan
from workbench.desk.reviewing import AddNote, Adjudicate, Redo, Undo, Withdraw
from workbench.errors import Claimed, NotAllowed, Refused
from workbench.store import exchanges

CALL = "Please call me at 212-555-0147."
NOTHING = {"kind": None, "exchange": None, "row": None, "again": (), "left": ()}


@pytest.fixture
def ward(ward_under: Callable[..., Ward]) -> Ward:
    """Two clean exchanges."""
    return ward_under(sessions=(2,))


@pytest.fixture
def ann(ward: Ward) -> PersonalDesk:
    """A reviewer."""
    return ward.hire("ann")


def edit(desk: PersonalDesk, exchange: int, more: str) -> int:
    view = look(desk, exchange)
    question = f"{view.question} {more}"
    command = EditExchange(exchange=exchange, version=view.row.version, question=question, answer=view.answer)
    return desk.execute(command).row.version


def test_a_decision_is_taken_back_and_given_again(ann: PersonalDesk, ward: Ward) -> None:
    approve(ann, 1)
    undone = ann.execute(Undo())
    assert (undone.kind, undone.exchange, undone.row and undone.row.state) == ("decision", 1, "waiting")
    assert ward.founder.execute(PlanRelease()).rows == 0
    redone = ann.execute(Redo())
    assert (redone.kind, redone.row and redone.row.state, redone.row and redone.row.reviewer) == (
        "decision", "approved", "ann"
    )  # fmt: skip
    first, again = ward.events("exchange.approved")
    assert (again["details"]["judged_again"], first["details"]["judged_again"]) == (first["sequence"], None)
    assert again["details"]["milliseconds"] == READ.milliseconds, "what was read for it the first time"
    (withdrawn,) = ward.events("exchange.withdrawn")
    assert (withdrawn["reason"], withdrawn["details"]) == ("undo", {"decision": first["sequence"]})
    assert [d.verdict for d in look(ann, 1).decisions] == ["approve", "withdraw", "approve"], "nothing is erased"


def test_undo_uncovers_ones_own_earlier_decision(ann: PersonalDesk) -> None:
    approve(ann, 1)
    reject(ann, 1)
    states = []
    for command in (Undo(), Undo(), Redo(), Redo()):
        row = ann.execute(command).row
        states.append(row and row.state)
    assert states == ["approved", "waiting", "approved", "rejected"]


def test_steps_are_undone_one_by_one_and_done_again_in_their_order(ann: PersonalDesk) -> None:
    texts = [look(ann, 1).question]
    edit(ann, 1, CALL)
    texts.append(look(ann, 1).question)
    open_finding = finding(look(ann, 1), state="open")
    dismiss = DismissFinding(exchange=1, version=2, ordinal=open_finding.ordinal, reason="public_knowledge")
    ann.execute(dismiss)
    ann.execute(AddNote(exchange=2, text="A neighbour."))
    approve(ann, 1, 3)
    told = [ann.execute(Undo()) for _ in range(5)]
    assert [(undone.kind, undone.exchange) for undone in told] == [
        ("decision", 1), ("note", 2), ("dismissal", 1), ("edit", 1), (None, None)
    ]  # fmt: skip
    assert told[-1].model_dump() == NOTHING
    assert (look(ann, 1).question, look(ann, 1).findings, look(ann, 2).notes) == (texts[0], (), ())
    told = [ann.execute(Redo()) for _ in range(5)]
    assert [redone.kind for redone in told] == ["edit", "dismissal", "note", "decision", None]
    view = look(ann, 1)
    assert (view.question, finding(view).state, view.row.state) == (texts[1], "dismissed", "approved")
    assert look(ann, 2).notes[0].endswith(": A neighbour.")


def test_an_undone_dismissal_leaves_the_finding_open_again(ann: PersonalDesk) -> None:
    edit(ann, 1, CALL)
    dismiss = DismissFinding(exchange=1, version=2, ordinal=1, reason="not_identifying")
    assert finding(ann.execute(dismiss)).state == "dismissed"
    ann.execute(Undo())
    assert finding(look(ann, 1)).state == "open"
    with pytest.raises(Refused, match="open finding"):
        approve(ann, 1, look(ann, 1).row.version)
    edit(ann, 1, "And again.")
    assert finding(look(ann, 1)).state == "open", "also in what is typed later"


def test_a_new_step_ends_what_could_be_done_again(ann: PersonalDesk) -> None:
    approve(ann, 1)
    ann.execute(Undo())
    reject(ann, 2)
    assert ann.execute(Redo()).model_dump() == NOTHING
    assert ann.execute(Undo()).exchange == 2


def test_undo_is_ones_own_and_reaches_into_earlier_sittings(ann: PersonalDesk, ward: Ward) -> None:
    approve(ann, 1)
    bob = ward.hire("bob")
    reject(bob, 2)
    ward.restart()
    ann = ward.desk("ann", sitting="another")
    undone = ann.execute(Undo())
    assert (undone.exchange, undone.row and undone.row.state) == (1, "waiting")
    assert ann.execute(Undo()).kind is None
    assert look(ann, 2).row.state == "rejected"


def test_after_somebody_elses_step_undo_points_to_withdrawal(ann: PersonalDesk, ward: Ward) -> None:
    edit(ann, 1, "I am tired.")
    bob = ward.hire("bob")
    approve(bob, 1, 2)
    with pytest.raises(Refused, match="bob has changed or decided it since"):
        ann.execute(Undo())
    edit(bob, 1, "So tired.")
    with pytest.raises(Refused, match="bob"):
        ann.execute(Undo())
    assert look(ann, 1).question.endswith("I am tired. So tired.")


def test_while_somebody_else_has_the_exchange_nothing_is_undone_in_it(ann: PersonalDesk, ward: Ward) -> None:
    edit(ann, 1, "I am tired.")
    ward.hire("bob").execute(OpenExchange(exchange=1, claim=True))
    with pytest.raises(Claimed, match="with bob"):
        ann.execute(Undo())


def test_after_a_second_review_a_decision_is_withdrawn_with_all_that_was_decided(
    ward_under: Callable[..., Ward],
) -> None:
    ward = ward_under("second: {share: 1}", sessions=(2,))
    ann, bob, eve = ward.hire("ann"), ward.hire("bob"), ward.hire("eve")
    approve(ann, 1)
    approve(bob, 1)
    with pytest.raises(Refused, match="withdraw"):
        ann.execute(Undo())
    with pytest.raises(NotAllowed, match="Only who decided exchange 1"):
        eve.execute(Withdraw(exchange=1, version=1, reason="mistake"))
    assert ann.execute(Withdraw(exchange=1, version=1, reason="new_knowledge")).state == "waiting"
    assert bob.execute(Undo()).kind is None, "there is nothing left to undo"
    with pytest.raises(Refused, match="Nothing is decided"):
        ann.execute(Withdraw(exchange=1, version=1, reason="mistake"))
    approve(ann, 1)
    assert look(ann, 1).row.state == "second", "a second person decides once more"


def test_a_second_decision_can_be_undone_by_whoever_gave_it_until_it_is_settled(
    ward_under: Callable[..., Ward],
) -> None:
    ward = ward_under("second: {share: 1}", sessions=(2,))
    ann, bob, sue = ward.hire("ann"), ward.hire("bob"), ward.hire("sue", Role.SENIOR)
    approve(ann, 1)
    reject(bob, 1)
    assert look(ward.founder, 1).row.state == "disputed"
    bob.execute(Undo())
    assert look(ward.founder, 1).row.state == "waiting", "to the founder, who could give the second decision"
    assert look(ann, 1).row.state == "second"
    bob.execute(Redo())
    settle = Adjudicate(exchange=1, version=1, verdict="approve", reading=READ)
    assert sue.execute(settle).state == "approved"
    with pytest.raises(Refused):
        bob.execute(Undo())
    sue.execute(Undo())
    assert look(sue, 1).row.state == "disputed"
    row = sue.execute(Redo()).row
    assert row is not None
    assert (row.state, [d.verdict for d in look(sue, 1).decisions][-1]) == ("approved", "approve")


def test_after_a_release_a_decision_is_withdrawn_and_the_release_stands(
    ann: PersonalDesk, ward: Ward, tmp_path: Path
) -> None:
    approve(ann, 1)
    edit(ann, 2, "I am tired.")
    rescan(ward.founder)
    ward.founder.execute(BuildRelease(name="r1", folder=str(tmp_path)))
    ann.execute(Undo())
    with pytest.raises(Refused, match="release r1"):
        ann.execute(Undo())
    steward = ward.hire("tom", Role.STEWARD)
    assert steward.execute(Withdraw(exchange=1, version=1, reason="consent")).state == "waiting"
    assert ward.founder.execute(PlanRelease()).excluded == (("not_decided", 2),)
    with pytest.raises(Refused, match="Nothing may be released"):
        ward.founder.execute(BuildRelease(name="r2", folder=str(tmp_path)))
    assert (tmp_path / "r1").is_dir()


def test_a_text_that_comes_back_is_held_against_what_is_known_by_now(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under(sessions=())
    bring(ward, [QUARRY, QUARRY])
    ann, bob = ward.hire("ann"), ward.hire("bob")
    approve(ann, 1)
    command = EditExchange(exchange=1, version=1, question=QUESTION, answer=ANSWER)
    ann.execute(command)
    mark(bob, 2, "quarry", "source")
    view = look(ann, 1)
    assert (view.row.version, view.row.open) == (2, 0), "it does not name the quarry any more"
    ann.execute(Undo())
    view = look(ann, 1)
    assert view.question.endswith("The dust of the quarry's road comes in everywhere.")
    assert (view.row.version, view.row.state) == (3, "waiting"), "the approval was of another version"
    assert finding(view).entity == "LOCATION"
    assert finding(view).state == "open"


def test_a_decision_is_given_again_only_by_the_rules_and_for_the_same_words(ann: PersonalDesk, ward: Ward) -> None:
    approve(ann, 1)
    ann.execute(Undo())
    edit(ward.hire("bob"), 1, CALL)
    with pytest.raises(Refused, match="another text since"):
        ann.execute(Redo())
    assert look(ann, 1).row.state == "waiting"
    approve(ann, 2)
    edit(ann, 2, "I am tired.")
    for _ in range(2):
        ann.execute(Undo())
    redone = ann.execute(Redo())
    assert redone.row is not None
    assert (redone.row.version, redone.row.state) == (3, "approved"), "the words are those that were approved"
    assert ward.founder.execute(PlanRelease()).rows == 1


def test_notes_stand_with_their_author_and_time(ann: PersonalDesk, ward: Ward) -> None:
    note = ann.execute(AddNote(exchange=1, text=" Ask the ward about the lake. "))
    assert (note.person, note.text) == ("ann", "Ask the ward about the lake.")
    assert look(ward.hire("bob"), 1).notes == (
        f"ann, {note.time[:16].replace('T', ' ')}: Ask the ward about the lake.",
    )
    with pytest.raises(Refused, match="nothing in this note"):
        ann.execute(AddNote(exchange=1, text="  "))


def test_a_face_without_decisions_undoes_none(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under(sessions=(2,))
    rules = ward.study.policy.review.model_copy(update={"faces": (Face.TUI,)})
    ward.study.policy = ward.study.policy.model_copy(update={"review": rules})
    ann = ward.hire("ann")
    approve(ann, 1)
    script = ward.desk("ann", face=Face.CLI)
    for command in (Undo(), Withdraw(exchange=1, version=1, reason="other")):
        with pytest.raises(NotAllowed, match="from the cli"):
            script.execute(command)
    with pytest.raises(NotAllowed, match="from the cli"):
        script.execute(Decide(exchange=1, version=1, verdict="reject", reason="other"))
    assert look(ann, 1).row.state == "approved"


def test_all_of_it_leaves_a_sound_log(ann: PersonalDesk, ward: Ward) -> None:
    approve(ann, 1)
    edit(ann, 1, CALL)
    for command in (Undo(), Undo(), Redo(), Redo(), Undo()):
        ann.execute(command)
    assert ward.founder.execute(VerifyAudit()).fault is None
    assert len(exchanges.decisions(ward.study.db, 1)) == 3
