"""Opening compares the record with itself, cheaply and surely, and records what happened while the store was shut."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.checkpoint import PublicKey, open_checkpoint
from audit.details import PersonAdded
from audit.errors import ForkError, LogFault, RollbackError
from audit.events import Event, parse_line
from audit.log import Log
from audit.mirror import Mirror, MirrorReader
from policies import Face, Role
from tests.conftest import SECRET
from workbench.errors import KeyRefused
from workbench.store import events
from workbench.study import heartbeat, ledger, pending
from workbench.study import study as study_module
from workbench.study.folder import Folder
from workbench.study.keys import Secret
from workbench.study.ledger import Ledger
from workbench.study.opening import open_study
from workbench.study.study import Study

WRONG = Secret("passphrase", b"not the secret of the tests")


def grow(study: Study, number: int) -> None:
    """So many events, one a change."""
    for _ in range(number):
        with study.change(Role.OPERATOR) as change:
            change.record(PersonAdded(roles=("auditor",)), "somebody")


def mirrored(folder: Path) -> list[Event]:
    return [parse_line(line, number) for number, line in enumerate(MirrorReader(folder / "mirror").lines())]


def reopened(folder: Path) -> list[Event]:
    """Open and close the study; the events that this wrote."""
    before = len(mirrored(folder))
    open_study(folder, SECRET, Face.CLI).close()
    return mirrored(folder)[before:]


@pytest.fixture
def short_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four events a file of the mirror."""
    monkeypatch.setitem(Mirror.__init__.__kwdefaults__, "segment_events", 4)
    monkeypatch.setattr(ledger, "SEGMENT_EVENTS", 4)


# -- attempts with a wrong key -----------------------------------------------------------------------------------------


def test_an_attempt_with_a_wrong_key_becomes_an_event_exactly_once(study_folder: Path) -> None:
    for face in (Face.CLI, Face.TUI):
        with pytest.raises(KeyRefused):
            open_study(study_folder, WRONG, face)
    failed = [event for event in reopened(study_folder) if event.action == "study.unlock_failed"]
    assert [event.details.tried_from for event in failed] == ["cli", "tui"]
    assert {(event.actor, event.role, event.authenticated) for event in failed} == {("tester", "unknown", "none")}
    assert {(event.outcome, event.details.uid, event.details.key_source) for event in failed} == {
        ("refused", os.getuid(), "passphrase")
    }
    assert failed[0].details.attempted < failed[1].details.attempted
    assert [event.action for event in reopened(study_folder)] == ["study.opened"]
    with pytest.raises(KeyRefused):
        open_study(study_folder, WRONG, Face.CLI)
    assert [event.action for event in reopened(study_folder)] == ["study.unlock_failed", "study.opened"]


def test_an_attempt_is_recorded_with_the_opening_or_not_at_all(
    study_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyRefused):
        open_study(study_folder, WRONG, Face.CLI)

    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("workbench.study.opening.StudyOpened", broken)
        with pytest.raises(ZeroDivisionError):
            open_study(study_folder, SECRET, Face.CLI)
    assert [event.action for event in reopened(study_folder)] == ["study.unlock_failed", "study.opened"]


@pytest.mark.parametrize("note", [b'{"kind":"wrong_key","time":"2026', b"Rosalind", b"{}", b"\xff\x00", b"[" * 9999])
def test_a_note_that_was_cut_off_or_is_no_note_counts_as_an_attempt_and_shows_no_text(
    study_folder: Path, note: bytes
) -> None:
    notes = Folder(study_folder).pending
    notes.write_bytes(note)
    with pytest.raises(KeyRefused):
        open_study(study_folder, WRONG, Face.CLI)
    unreadable, readable, opened = reopened(study_folder)
    assert (unreadable.action, unreadable.actor, unreadable.details.uid) == ("study.unlock_failed", "unknown", None)
    assert (readable.action, readable.actor) == ("study.unlock_failed", "tester")
    assert opened.action == "study.opened"
    assert "Rosalind" not in unreadable.line().decode()


def test_notes_of_another_file_put_in_place_are_recorded_too(study_folder: Path) -> None:
    folder = Folder(study_folder)
    for _ in range(3):
        pending.put_down(folder, pending.WrongKey(time=pending.now(), uid=7, face="cli", key_source="environment"))
    assert len(reopened(study_folder)) == 4
    folder.pending.unlink()
    pending.put_down(folder, pending.WrongKey(time=pending.now(), uid=8, face="cli", key_source="environment"))
    failed, _ = reopened(study_folder)
    assert (failed.actor, failed.details.uid) == ("uid-8", 8)


# -- one record --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [0, 1, 5, 9, 11])
def test_a_changed_line_anywhere_in_the_mirror_is_refused_at_the_next_opening(
    study_folder: Path, short_files: None, changed: int
) -> None:
    study = open_study(study_folder, SECRET, Face.CLI)
    grow(study, 8)
    study.close()
    # Once more, so that what was found to be sound is remembered as such.
    open_study(study_folder, SECRET, Face.CLI).close()
    first, path = [entry for entry in MirrorReader(study_folder / "mirror").segments() if entry[0] <= changed][-1]
    times = path.stat()
    lines = path.read_bytes().splitlines()
    lines[changed - first] = lines[changed - first].replace(b'"role":"operator"', b'"role":"reviewer"')
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    for _ in range(2):
        with pytest.raises(ForkError, match=f"event {changed} is not the same"):
            open_study(study_folder, SECRET, Face.CLI)


@pytest.mark.parametrize("grown", [0, 1, 5, 13])
def test_opening_goes_on_from_the_last_checkpoint_to_the_same_log(
    study_folder: Path, short_files: None, grown: int
) -> None:
    for _ in range(2):
        study = open_study(study_folder, SECRET, Face.CLI)
        grow(study, grown)
        size = study.log.size
        study.close()
    study = open_study(study_folder, SECRET, Face.CLI)
    known = Ledger.load(study.db, study.mirror.segments())
    assert known is not None
    assert known[0].size == size
    assert study.log.state == Log(events.lines(study.db, 0, study.log.size)).state
    study.close()


def test_a_file_of_the_mirror_that_was_copied_back_unchanged_is_no_fault(study_folder: Path, short_files: None) -> None:
    study = open_study(study_folder, SECRET, Face.CLI)
    grow(study, 8)
    study.close()
    for _, path in MirrorReader(study_folder / "mirror").segments():
        data, mode = path.read_bytes(), path.stat().st_mode
        path.unlink()
        path.write_bytes(data)
        path.chmod(mode)
    assert [event.action for event in reopened(study_folder)] == ["study.opened"]


def test_a_file_that_is_missing_in_the_middle_of_the_mirror_is_named(study_folder: Path, short_files: None) -> None:
    study = open_study(study_folder, SECRET, Face.CLI)
    grow(study, 8)
    study.close()
    (study_folder / "mirror" / "events-00000004.jsonl").unlink()
    with pytest.raises(LogFault, match="event 4"):
        open_study(study_folder, SECRET, Face.CLI)


def test_a_mirror_that_lost_its_end_is_completed_and_that_is_recorded(study_folder: Path) -> None:
    study = open_study(study_folder, SECRET, Face.CLI)
    grow(study, 5)
    study.close()
    ((_, path),) = MirrorReader(study_folder / "mirror").segments()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]) + lines[-3][:20])
    open_study(study_folder, SECRET, Face.CLI).close()
    (opened,) = mirrored(study_folder)[len(lines) :]
    assert opened.details.completed == 3


def test_a_store_and_mirror_that_are_both_behind_the_checkpoint_are_refused_and_left_as_they_are(
    study_folder: Path,
) -> None:
    folder = Folder(study_folder)
    ((_, segment),) = MirrorReader(folder.mirror).segments()
    store, lines = folder.store.read_bytes(), segment.read_bytes()
    reopened(study_folder)
    folder.store.write_bytes(store)
    segment.write_bytes(lines)
    with pytest.raises(RollbackError):
        open_study(study_folder, SECRET, Face.CLI)
    assert folder.store.read_bytes() == store


def test_a_checkpoint_that_was_removed_is_refused(study_folder: Path) -> None:
    (study_folder / "mirror" / "checkpoint").unlink()
    with pytest.raises(LogFault, match="gone"):
        open_study(study_folder, SECRET, Face.CLI)


def test_an_older_checkpoint_of_the_same_log_is_no_fault(study_folder: Path) -> None:
    note = (study_folder / "mirror" / "checkpoint").read_bytes()
    reopened(study_folder)
    (study_folder / "mirror" / "checkpoint").write_bytes(note)
    assert [event.action for event in reopened(study_folder)] == ["study.opened"]


# -- heartbeat and clock -----------------------------------------------------------------------------------------------


def signed_size(folder: Path) -> int:
    note = MirrorReader(folder / "mirror").checkpoint()
    assert note is not None
    return open_checkpoint(note, PublicKey.load(folder / "mirror" / "log.pub")).size


def test_the_log_is_signed_every_so_many_events(study_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVENTS_BETWEEN", 4)
    study = open_study(study_folder, SECRET, Face.CLI)
    for _ in range(10):
        grow(study, 1)
        assert study.log.size - signed_size(study_folder) <= 4
    study.close()
    assert signed_size(study_folder) == study.log.size


def test_the_log_is_signed_after_a_while_though_nothing_more_happens(
    study_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "SECONDS_BETWEEN", 0.05)
    study = open_study(study_folder, SECRET, Face.CLI)
    until = time.monotonic() + 20
    while signed_size(study_folder) < study.log.size and time.monotonic() < until:
        time.sleep(0.01)
    assert signed_size(study_folder) == study.log.size
    study.close()


def test_a_clock_that_was_put_back_is_an_event_and_no_fault(
    study_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = open_study(study_folder, SECRET, Face.CLI)

    class Slow(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) - timedelta(hours=1)

    with monkeypatch.context() as patched:
        patched.setattr(study_module, "datetime", Slow)
        grow(study, 2)
    grow(study, 1)
    study.close()
    stepped, *_ = [event for event in mirrored(study_folder) if event.action == "clock.stepped"]
    assert 3_590e6 < stepped.details.microseconds < 3_600e6
    assert [event.action for event in mirrored(study_folder)].count("clock.stepped") == 1
    assert [event.action for event in reopened(study_folder)] == ["study.opened"]
