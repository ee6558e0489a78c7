"""A roster added to a study is hunted in what comes and in what is there already."""

from collections.abc import Callable
from pathlib import Path

import pytest

from policies import Entity, FlagKind, Verdict
from tests.conftest import READ, SESSION, add_text
from workbench.desk.commands import AddRoster, ClaimPages, Decide, ListQueue, OpenExchange, PlanRelease, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.errors import Refused


def approve_all(desk: LocalDesk) -> None:
    for row in desk.execute(ListQueue()).rows:
        desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.APPROVE, reading=READ))


def test_an_approved_exchange_that_names_what_a_new_row_knows_waits_again(small_desk: LocalDesk) -> None:
    approve_all(small_desk)
    shown = small_desk.execute(OpenExchange(exchange=2))
    words = " ".join(shown.question.split()[1:4])
    before = small_desk.execute(PlanRelease()).rows
    added = small_desk.execute(AddRoster(rows=(("", Entity.DATE, words),)))
    assert (added.rows, added.exchanges) == (1, 1)
    again = small_desk.execute(OpenExchange(exchange=2))
    assert again.row.state == "waiting"
    assert again.row.open >= 1
    assert FlagKind.LEAK in again.row.flags
    assert small_desk.execute(OpenExchange(exchange=1)).row.state == "approved"
    assert small_desk.execute(PlanRelease()).rows == before - 1
    assert small_desk.execute(VerifyAudit()).fault is None


def test_rows_of_another_subject_change_nothing(small_desk: LocalDesk) -> None:
    approve_all(small_desk)
    added = small_desk.execute(AddRoster(rows=(("P-9", Entity.NAME, "Tuesdays Wolverton"),)))
    assert (added.pages, added.exchanges) == (0, 0)


def test_what_is_imported_later_is_scanned_with_the_roster(
    desk_over: Callable[..., LocalDesk], tmp_path: Path, study_folder: Path
) -> None:
    desk = desk_over()
    desk.execute(AddRoster(rows=(("", Entity.NAME, "Lampkin Quillby"),)))
    add_text(desk, tmp_path, SESSION.replace("my children", "old quillby"))
    page = desk.execute(ClaimPages()).jobs[0]
    assert "quillby" in [page.text[f.start : f.stop] for f in page.findings if f.recognizer == "RosterRecognizer"]
    mirror = b"".join(path.read_bytes() for path in study_folder.rglob("*.jsonl"))
    assert b"roster.added" in mirror
    assert b"quillby" not in mirror.lower()


def test_the_same_rows_again_are_refused(small_desk: LocalDesk) -> None:
    rows = (("", Entity.NAME, "Ottilie Zvornik"),)
    small_desk.execute(AddRoster(rows=rows))
    with pytest.raises(Refused, match="already"):
        small_desk.execute(AddRoster(rows=rows * 2))


def test_only_an_operator_adds_a_roster_from_the_command_line(run, study_folder: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("subject,kind,value\nP-1,name,Ottilie Zvornik\n")
    done = run("roster", "add", str(roster), "--study", str(study_folder))
    assert done.returncode == 0, done.stderr
    assert "1 row added" in done.stdout
    assert "Zvornik" not in done.stdout
