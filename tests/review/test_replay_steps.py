"""Marks, notes and undone steps are bound to their events: whoever changes one in the store is found out."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies import Entity, LoadedPolicy
from redaction.scanner import Scanner
from tests.conftest import SECRET
from tests.review.texts import QUARRY, bring, finding, look, mark
from tests.review.ward import Ward, approve, policy_with, reject
from workbench.desk.commands import DismissFinding, ReplayExchange, VerifyAudit
from workbench.desk.reviewing import AddNote, Redo, RetagFinding, SaveDraft, Undo, Withdraw
from workbench.study.opening import create_study


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy, scanner: Scanner) -> Path:
    """A closed study whose first exchange was marked, noted, dismissed in, decided, undone, redone and withdrawn."""
    folder = tmp_path_factory.mktemp("lived") / "study"
    create_study(folder, policy_with(policy, ""), SECRET, "founder")
    ward = Ward(folder, scanner)
    bring(ward, [QUARRY])
    ann = ward.hire("ann")
    mark(ann, 1, "quarry", "question")
    mark(ann, 1, "dust", "source", Entity.NAME)
    view = look(ann, 1)
    retag = RetagFinding(
        exchange=1, version=view.row.version, ordinal=finding(view, state="open").ordinal, entity=Entity.FACILITY
    )
    ann.execute(retag)
    ann.execute(SaveDraft(exchange=1, version=1, question="I am", answer=None))
    ann.execute(AddNote(exchange=1, text="Look at the lake."))
    ann.execute(Undo())
    ann.execute(Redo())
    view = look(ann, 1)
    ordinal = finding(view, state="open").ordinal
    dismiss = DismissFinding(exchange=1, version=view.row.version, ordinal=ordinal, reason="common_word")
    version = ann.execute(dismiss).row.version
    reject(ann, 1, version)
    ann.execute(Undo())
    ann.execute(Undo())
    version = ann.execute(Redo()) and look(ann, 1).row.version
    approve(ann, 1, version)
    ann.execute(Withdraw(exchange=1, version=version, reason="mistake"))
    ward.close()
    return folder


@pytest.fixture
def ward(lived_in: Path, tmp_path: Path, scanner: Scanner) -> Iterator[Ward]:
    """A copy of it, open."""
    ward = Ward(Path(shutil.copytree(lived_in, tmp_path / "study")), scanner)
    yield ward
    ward.close()


CHANGES = {
    "marked words": ("UPDATE marks SET words = 'mud' WHERE words = 'dust'", ["finding.marked"]),
    "a mark's entity": ("UPDATE marks SET entity = 'NAME' WHERE words = 'Quarry'", ["finding.retagged"]),
    "who marked": ("UPDATE marks SET person = 'bob' WHERE words = 'quarry'", ["finding.marked"]),
    "a mark that is gone": ("DELETE FROM marks WHERE words = 'quarry'", ["finding.marked"]),
    "a place on the page": ("UPDATE marks SET start = 0, stop = 4 WHERE words = 'dust'", ["finding.marked"]),
    "a note": (
        "UPDATE notes SET words = 'Look at the like.' WHERE words IS NOT NULL", ["exchange.noted", "exchange.noted"]
    ),
    "a note that is gone": ("DELETE FROM notes WHERE words IS NULL", ["exchange.noted"]),
    "who wrote a note": ("UPDATE notes SET person = 'bob' WHERE words IS NULL", ["exchange.noted"]),
    "a draft": ("UPDATE drafts SET question = 'I am not' WHERE question IS NOT NULL", ["draft.saved"]),
    "a dismissal that was taken back": ("DELETE FROM dismissals WHERE reason = 'undo'", []),
    "what was taken back": ("UPDATE dismissals SET folded = 'mud' WHERE reason = 'undo'", ["step.undone"]),
    "an undone step that is gone": (
        "DELETE FROM steps WHERE state = 'undone' AND kind = 'note'", ["step.undone", "step.redone"]
    ),
    "who undid": ("UPDATE steps SET person = 'bob' WHERE state = 'undone' AND kind = 'note'", ["step.undone"]),
    "what kind of step it was": (
        "UPDATE steps SET kind = 'edit' WHERE kind = 'decision' AND state = 'done'",
        ["exchange.rejected", "exchange.approved"],
    ),
    "how long was read": ("UPDATE decisions SET milliseconds = 1 WHERE verdict = 'approve'", ["exchange.approved"]),
    "in which round": ("UPDATE decisions SET review_round = 'second' WHERE reason = 'undo'", ["exchange.withdrawn"]),
    "why it was withdrawn": (
        "UPDATE decisions SET reason = 'consent' WHERE reason = 'mistake'", ["exchange.withdrawn"]
    ),
    "which verdict": ("UPDATE decisions SET verdict = 'send_back' WHERE reason = 'mistake'", ["exchange.withdrawn"]),
}  # fmt: skip
"""What is done to the store behind the workbench's back, and which steps are no longer sound."""


def test_a_history_of_steps_is_sound_and_tells_what_was_marked_and_noted(ward: Ward) -> None:
    shown = ward.founder.execute(ReplayExchange(exchange=1))
    assert shown.sound, [(step.action, step.faults) for step in shown.steps if step.faults]
    marked = [(step.marked.entity, step.marked.words) for step in shown.steps if step.marked]
    assert marked == [(Entity.LOCATION, "quarry"), (Entity.NAME, "dust"), (Entity.FACILITY, "Quarry")]
    assert [step.note for step in shown.steps if step.action == "exchange.noted"] == ["Look at the lake."] * 1 + [
        None, "Look at the lake."
    ]  # fmt: skip
    assert ward.founder.execute(VerifyAudit()).fault is None


@pytest.mark.parametrize("change", [name for name in CHANGES if CHANGES[name][1]])
def test_a_change_of_the_store_shows_in_the_steps_that_it_touches(ward: Ward, change: str) -> None:
    statement, touched = CHANGES[change]
    ward.study.db.execute(statement)
    shown = ward.founder.execute(ReplayExchange(exchange=1))
    unsound = [step for step in shown.steps if not step.sound]
    assert [step.action for step in unsound] == touched, unsound
    assert all(step.faults and "dust" not in " ".join(step.faults) for step in unsound)
