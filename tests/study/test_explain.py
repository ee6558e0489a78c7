"""A store that is not what was recorded runs again only when two persons have explained it, and the log says so."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.checkpoint import PublicKey, SigningKey
from audit.errors import AuditError, LogFault
from audit.events import Event, parse_line
from audit.mirror import MirrorReader
from audit.verify import verify_log
from policies import Face, Role, Verdict
from tests.command import Run
from tests.conftest import READ, SECRET
from workbench.desk.commands import AddPerson, Decide, ListQueue, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.errors import NotAllowed, Refused
from workbench.study import explain
from workbench.study.folder import Folder
from workbench.study.opening import open_study

AUDITOR = 4242


@pytest.fixture
def as_login(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Acts as another login from here on."""
    return lambda uid: monkeypatch.setattr(os, "getuid", lambda: uid)


@pytest.fixture
def behind(small_desk: LocalDesk, study_folder: Path) -> Path:
    """A study with an auditor whose store was put back to before a decision, its mirror and checkpoint not."""
    small_desk.execute(AddPerson(name="ada", uid=AUDITOR, role=Role.AUDITOR))
    small_desk.execute(AddPerson(name="rae", uid=4343, role=Role.REVIEWER))
    small_desk.close()
    store = (study_folder / "store.duckdb").read_bytes()
    desk = LocalDesk(open_study(study_folder, SECRET, Face.CLI))
    desk.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE, reading=READ))
    desk.close()
    (study_folder / "store.duckdb").write_bytes(store)
    return study_folder


def mirrored(folder: Path) -> list[Event]:
    return [parse_line(line, number) for number, line in enumerate(MirrorReader(folder / "mirror").lines())]


def explained(folder: Path, as_login: Callable[[int], None], reason: explain.Reason = "hardware") -> Event:
    """Explain as the founder and confirm as the auditor; the event of it."""
    me = os.getuid()
    explain.ask(folder, SECRET, reason)
    as_login(AUDITOR)
    explain.confirm(folder, SECRET)
    as_login(me)
    return next(event for event in reversed(mirrored(folder)) if event.action == "study.explained")


def sound(folder: Path) -> None:
    """The study opens and its whole log verifies, decisions included."""
    desk = LocalDesk(open_study(folder, SECRET, Face.CLI))
    assert desk.execute(VerifyAudit()).fault is None
    desk.close()


def test_two_persons_make_a_study_run_again_and_the_log_keeps_what_the_store_lost(
    behind: Path, as_login: Callable[[int], None]
) -> None:
    before = list(MirrorReader(behind / "mirror").lines())
    held = next(number for number, line in enumerate(before) if b"exchange.approved" in line) - 1
    event = explained(behind, as_login, "restore")
    assert list(MirrorReader(behind / "mirror").lines())[: len(before)] == before
    assert (event.actor, event.role, event.reason) == ("ada", "auditor", "restore")
    details = event.details
    assert (details.fault, details.asked_by, details.asked_role) == ("rollback", "tester", "operator")
    assert (details.held, details.kept, details.known) == (held, len(before), len(before))
    assert event.digest_before == event.digest_after == details.kept_root
    sound(behind)
    desk = LocalDesk(open_study(behind, SECRET, Face.TUI))
    # What the lost events record must be done again.
    assert [row.state for row in desk.execute(ListQueue()).rows] == ["waiting", "waiting"]
    desk.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE, reading=READ))
    assert desk.execute(VerifyAudit()).fault is None
    desk.close()
    assert not Folder(behind).explanation.exists()


def test_nothing_runs_and_nothing_is_written_before_the_second_person(
    behind: Path, as_login: Callable[[int], None]
) -> None:
    store = (behind / "store.duckdb").read_bytes()
    explain.ask(behind, SECRET, "mistake")
    with pytest.raises(LogFault):
        open_study(behind, SECRET, Face.CLI)
    with pytest.raises(NotAllowed, match="second person"):
        explain.confirm(behind, SECRET)
    as_login(4343)
    with pytest.raises(NotAllowed, match="operator and a steward or auditor"):
        explain.confirm(behind, SECRET)
    as_login(5)
    with pytest.raises(NotAllowed, match="uid 5"):
        explain.confirm(behind, SECRET)
    assert (behind / "store.duckdb").read_bytes() == store


def test_an_auditor_may_ask_and_the_operator_confirm(behind: Path, as_login: Callable[[int], None]) -> None:
    me = os.getuid()
    as_login(AUDITOR)
    with pytest.raises(Refused, match="Nobody has explained"):
        explain.confirm(behind, SECRET)
    explain.ask(behind, SECRET, "hardware")
    as_login(me)
    explain.confirm(behind, SECRET)
    (event,) = [event for event in mirrored(behind) if event.action == "study.explained"]
    assert (event.actor, event.role, event.details.asked_by, event.details.asked_role) == (
        "tester", "operator", "ada", "auditor",
    )  # fmt: skip
    sound(behind)


def test_an_explanation_that_was_changed_or_is_of_another_state_is_not_confirmed(
    behind: Path, as_login: Callable[[int], None]
) -> None:
    me = os.getuid()
    explain.ask(behind, SECRET, "mistake")
    file = Folder(behind).explanation
    good = file.read_text()
    as_login(AUDITOR)
    for changed in (good.replace("mistake", "restore"), good.replace(f'"uid": {me}', '"uid": 77'), "{}", "no JSON"):
        file.write_text(changed)
        with pytest.raises(Refused, match="Nobody has explained"):
            explain.confirm(behind, SECRET)
    file.write_text(good)
    segment = behind / "mirror" / "events-00000000.jsonl"
    whole = segment.read_bytes()
    segment.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    with pytest.raises(Refused, match="changed since"):
        explain.confirm(behind, SECRET)
    segment.write_bytes(whole)
    explain.confirm(behind, SECRET)


def _change_line(folder: Path) -> None:
    segment = folder / "mirror" / "events-00000000.jsonl"
    segment.write_bytes(segment.read_bytes().replace(b'"role":"operator"', b'"role":"reviewer"', 1))


def _new_key(folder: Path) -> None:
    key = SigningKey.generate(SigningKey.load(folder / "keys" / "log.key").name)
    (folder / "mirror" / "checkpoint").write_text(key.sign(3, b"r" * 32))


def _older_mirror(folder: Path) -> None:
    segment = folder / "mirror" / "events-00000000.jsonl"
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:4]))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a changed line": _change_line,
    "a checkpoint of another key": _new_key,
    "a checkpoint that is gone": lambda folder: (folder / "mirror" / "checkpoint").unlink(),
    "a checkpoint that is damaged": lambda folder: (folder / "mirror" / "checkpoint").write_text("nothing"),
    "a mirror that is behind too": _older_mirror,
    "a mirror that is gone": lambda folder: shutil.rmtree(folder / "mirror"),
}


@pytest.mark.parametrize("name", list(DAMAGES))
def test_whatever_stops_a_study_can_be_explained_and_the_old_files_are_kept(
    behind: Path, as_login: Callable[[int], None], name: str
) -> None:
    DAMAGES[name](behind)
    old = {path.name: path.read_bytes() for path in (behind / "mirror").glob("*") if path.is_file()}
    with pytest.raises(AuditError):
        open_study(behind, SECRET, Face.CLI)
    event = explained(behind, as_login)
    (aside,) = (behind / "mirror").glob("set-aside-*")
    assert {path.name: path.read_bytes() for path in aside.iterdir() if path.is_file()} == {
        name: data for name, data in old.items() if name != "log.pub"
    }
    assert event.details.kept == event.sequence
    sound(behind)


def test_a_study_without_a_fault_has_nothing_to_explain(study_folder: Path) -> None:
    with pytest.raises(Refused, match="nothing to explain"):
        explain.ask(study_folder, SECRET, "restore")


def test_a_decision_that_lost_its_row_otherwise_is_still_a_fault(behind: Path, as_login: Callable[[int], None]) -> None:
    explained(behind, as_login)
    desk = LocalDesk(open_study(behind, SECRET, Face.CLI))
    desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    desk.close()
    mirror = MirrorReader(behind / "mirror")
    report = verify_log(mirror, public_key=PublicKey.load(behind / "mirror" / "log.pub"), decisions=[])
    assert report.fault is not None
    assert report.fault.kind == "decision"


def test_the_command_tells_what_is_to_be_explained_and_by_whom(behind: Path, run: Run) -> None:
    shown = run("study", "explain", "--study", str(behind))
    assert shown.returncode == 0, shown.stderr
    assert "rolled back" in shown.stdout
    assert "--reason" in shown.stdout
    asked = run("study", "explain", "--reason", "restore", "--study", str(behind))
    assert "--confirm" in asked.stdout
    again = run("study", "explain", "--confirm", "--study", str(behind))
    assert again.returncode == 2
    assert "second person" in again.stderr
    assert len(again.stderr.splitlines()) == 1
