"""A backup is whole, proves itself, and becomes the same study again; what was recorded since is not forgotten."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.errors import RollbackError
from audit.events import Event, parse_line
from audit.mirror import MirrorReader
from policies import Face, Role, Verdict
from tests.command import KEY, Run
from tests.conftest import READ, SECRET
from workbench.desk.commands import AddPerson, BackUpStudy, Decide, ListQueue, OpenExchange, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.errors import KeyRefused, StudyError
from workbench.study import explain
from workbench.study.backup import verify_backup
from workbench.study.keys import Secret
from workbench.study.opening import open_study
from workbench.study.restore import restore


def mirrored(folder: Path) -> list[Event]:
    return [parse_line(line, number) for number, line in enumerate(MirrorReader(folder / "mirror").lines())]


@pytest.fixture
def backup(small_desk: LocalDesk, tmp_path: Path) -> Path:
    """Of a study with one decision, taken while it stays open."""
    small_desk.execute(AddPerson(name="ada", uid=4242, role=Role.AUDITOR))
    small_desk.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE, reading=READ))
    small_desk.execute(BackUpStudy(folder=str(tmp_path / "backup")))
    return tmp_path / "backup"


def test_a_restored_study_holds_what_the_study_held_and_its_log_goes_on(
    backup: Path, small_desk: LocalDesk, study_folder: Path, tmp_path: Path
) -> None:
    small_desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    texts = [small_desk.execute(OpenExchange(exchange=number)).answer for number in (1, 2)]
    small_desk.close()
    manifest = restore(backup, tmp_path / "again", SECRET)
    desk = LocalDesk(open_study(tmp_path / "again", SECRET, Face.TUI))
    assert [row.state for row in desk.execute(ListQueue()).rows] == ["approved", "waiting"]
    assert [desk.execute(OpenExchange(exchange=number)).answer for number in (1, 2)] == texts
    assert desk.execute(VerifyAudit()).fault is None
    desk.close()
    old, new = mirrored(study_folder), mirrored(tmp_path / "again")
    assert new[: manifest.size] == old[: manifest.size]
    assert (old[manifest.size].action, old[manifest.size].details.size) == ("study.backed_up", manifest.size)
    restored = new[manifest.size]
    assert (restored.action, restored.details.size) == ("study.restored", manifest.size)
    assert restored.details.manifest_digest == old[manifest.size].details.manifest_digest
    assert [event.action for event in new].count("study.restored") == 1


def test_the_study_stays_locked_for_others_while_and_after_it_is_backed_up(
    backup: Path, study_folder: Path, run: Run
) -> None:
    done = run("status", "--study", str(study_folder))
    assert done.returncode == 2
    assert "Another process" in done.stderr


def test_modes_are_those_of_a_study_and_no_key_lies_in_the_open(backup: Path, tmp_path: Path) -> None:
    assert all(path.stat().st_mode & 0o077 == 0 for path in [backup, *backup.rglob("*")])
    for path in backup.rglob("*"):
        if path.is_file():
            assert b"PRIVATE+KEY" not in path.read_bytes()
            assert KEY.encode() not in path.read_bytes()
    restore(backup, tmp_path / "again", SECRET)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "again").iterdir()}
    assert (modes["keys"], modes["mirror"], modes["store.duckdb"]) == ("0o700", "0o750", "0o600")
    assert (tmp_path / "again/keys/log.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "again/mirror/events-00000000.jsonl").stat().st_mode & 0o777 == 0o640


def test_no_byte_of_a_backup_can_be_changed(backup: Path, tmp_path: Path) -> None:
    rng = random.Random(5)
    for path in sorted(path for path in backup.rglob("*") if path.is_file()):
        data = path.read_bytes()
        for position in {0, len(data) - 1, rng.randrange(len(data))}:
            changed = bytearray(data)
            changed[position] ^= 1 + rng.randrange(255)
            path.write_bytes(changed)
            with pytest.raises(StudyError, match="backup"):
                restore(backup, tmp_path / "again", SECRET)
        path.write_bytes(data)
    (backup / "extra").touch()
    with pytest.raises(StudyError, match="extra"):
        verify_backup(backup)
    (backup / "extra").unlink()
    (backup / "policy.yaml").unlink()
    with pytest.raises(StudyError, match=r"policy\.yaml"):
        verify_backup(backup)
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".again*"))


def test_a_manifest_that_was_made_to_fit_has_no_seal(backup: Path, tmp_path: Path) -> None:
    import hashlib

    (backup / "policy.yaml").write_text("mine")
    manifest = json.loads((backup / "BACKUP.json").read_text())
    for file in manifest["files"]:
        if file["path"] == "policy.yaml":
            file.update(bytes=4, sha256=hashlib.sha256(b"mine").hexdigest())
    (backup / "BACKUP.json").write_text(json.dumps(manifest))
    with pytest.raises(StudyError, match="not sealed"):
        restore(backup, tmp_path / "again", SECRET)


def test_a_wrong_key_restores_nothing(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyRefused):
        restore(backup, tmp_path / "again", Secret("passphrase", b"not the secret of the tests"))
    assert not (tmp_path / "again").exists()


def test_a_backup_is_not_taken_for_a_study(backup: Path, run: Run) -> None:
    done = run("status", "--study", str(backup))
    assert done.returncode == 2
    assert "is not a study" in done.stderr


def test_a_study_restored_behind_its_mirror_runs_only_when_explained(
    backup: Path, small_desk: LocalDesk, study_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    small_desk.close()
    again = tmp_path / "again"
    restore(backup, again, SECRET, study_folder / "mirror")
    with pytest.raises(RollbackError):
        open_study(again, SECRET, Face.CLI)
    explain.ask(again, SECRET, "restore")
    with monkeypatch.context() as patched:
        patched.setattr(os, "getuid", lambda: 4242)
        explain.confirm(again, SECRET)
    desk = LocalDesk(open_study(again, SECRET, Face.TUI))
    assert [row.state for row in desk.execute(ListQueue()).rows] == ["approved", "waiting"]
    assert desk.execute(VerifyAudit()).fault is None
    desk.close()
    before = mirrored(study_folder)
    assert mirrored(again)[: len(before)] == before
    assert {"study.explained", "study.restored"} <= {event.action for event in mirrored(again)[len(before) :]}


def test_the_mirror_of_another_study_is_refused(backup: Path, tmp_path: Path, small_desk: LocalDesk, run: Run) -> None:
    assert run("init", str(tmp_path / "other")).returncode == 0
    with pytest.raises(StudyError, match="another study"):
        restore(backup, tmp_path / "again", SECRET, tmp_path / "other" / "mirror")


def test_a_backup_that_cannot_be_written_leaves_nothing_and_the_study_goes_on(
    small_desk: LocalDesk, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").touch()
    for folder in (tmp_path / "full", tmp_path / "full" / "letter", tmp_path / "no" / "parent"):
        with pytest.raises(StudyError):
            small_desk.execute(BackUpStudy(folder=str(folder)))
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter"]
    small_desk.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE, reading=READ))


def test_the_commands_back_up_and_restore(desk_over: Callable[..., LocalDesk], study_folder: Path, run: Run) -> None:
    backup, again = study_folder.parent / "kept", study_folder.parent / "again"
    done = run("study", "backup", str(backup), "--study", str(study_folder))
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout
    done = run("study", "restore", str(backup), str(again), "--mirror", str(study_folder / "mirror"))
    assert done.returncode == 0, done.stderr
    assert "workbench study explain" in done.stdout
    refused = run("study", "restore", str(study_folder), str(study_folder.parent / "third"))
    assert refused.returncode == 2
    assert "not a backup" in refused.stderr
