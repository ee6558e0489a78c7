"""A disk that fills up makes a study read-only before it loses anything, and a damaged log of writes is kept."""

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit.errors import RollbackError
from audit.events import Event, parse_line
from audit.mirror import MirrorReader
from policies import Face, LoadedPolicy, Role, Verdict
from tests.conftest import READ, SECRET
from tests.disk import small_disk
from workbench.desk.commands import AddPerson, Decide, ListQueue, OpenExchange, PlanRelease, Status, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.errors import DiskShort, StudyError
from workbench.study import explain, room
from workbench.study.folder import Folder
from workbench.study.opening import create_study, open_study

APPROVE = Decide(exchange=1, version=1, verdict=Verdict.APPROVE, reading=READ)


def mirrored(folder: Path) -> list[Event]:
    return [parse_line(line, number) for number, line in enumerate(MirrorReader(folder / "mirror").lines())]


def test_with_little_room_left_a_study_is_read_and_audited_but_not_changed(
    small_desk: LocalDesk, study_folder: Path, desk_over: Callable[..., LocalDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr(room, "FLOOR", 1 << 60)
        desk = desk_over(Face.TUI)
        before = desk.execute(Status())
        with pytest.raises(DiskShort, match="only read and audited") as refused:
            desk.execute(APPROVE)
        assert refused.value.exit_code == 2
        assert desk.execute(Status()) == before
        desk.execute(OpenExchange(exchange=1))
        desk.execute(PlanRelease())
        assert desk.execute(VerifyAudit()).fault is None
        assert [row.state for row in desk.execute(ListQueue()).rows] == ["waiting", "waiting"]
        desk.close()
    assert [event.action for event in mirrored(study_folder)][-3:] == [
        "exchange.viewed", "release.planned", "audit.verified",
    ]  # fmt: skip
    desk_over(Face.TUI).execute(APPROVE)


def test_room_for_events_is_reserved(study_folder: Path, desk_over: Callable[..., LocalDesk]) -> None:
    reserve = Folder(study_folder).reserve
    desk_over()
    held = reserve.stat()
    assert held.st_size == room.RESERVE
    assert held.st_blocks * 512 >= room.RESERVE


@pytest.fixture(name="small_disk")
def disk_of_24_mib(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    with small_disk(tmp_path / "disk", "24m") as disk:
        yield disk


def test_on_a_full_disk_what_was_reserved_takes_the_last_events(
    small_disk: Path, policy: LoadedPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FLOOR", 4 << 20)
    folder = small_disk / "study"
    create_study(folder, policy, SECRET, "tester")
    desk = LocalDesk(open_study(folder, SECRET, Face.CLI))
    reserve = Folder(folder).reserve
    assert reserve.exists()
    with open(small_disk / "filler", "wb", buffering=0) as filler:
        chunk = bytes(1 << 16)
        while True:
            try:
                filler.write(chunk)
            except OSError:
                break
    # The first of these takes what is left; the room that was kept is given free for it.
    for _ in range(20):
        desk.execute(PlanRelease())
    assert not reserve.exists()
    assert desk.execute(VerifyAudit()).fault is None
    desk.close()
    desk = LocalDesk(open_study(folder, SECRET, Face.CLI))
    assert desk.execute(VerifyAudit()).fault is None
    assert [event.action for event in mirrored(folder)].count("release.planned") == 20
    desk.close()
    (small_disk / "filler").unlink()
    LocalDesk(open_study(folder, SECRET, Face.CLI)).close()
    assert reserve.exists()


# -- the store's log of writes -----------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from policies import Face, Verdict
from workbench.desk.commands import Decide
from workbench.desk.local import LocalDesk
from workbench.study.keys import Secret
from workbench.study.opening import open_study
desk = LocalDesk(open_study(Path(sys.argv[1]), Secret("environment", sys.argv[2].encode()), Face.CLI))
desk.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(small_desk: LocalDesk, study_folder: Path) -> Folder:
    """A study whose process was killed right after a decision; that is still in the store's log of writes."""
    small_desk.execute(AddPerson(name="ada", uid=4242, role=Role.AUDITOR))
    small_desk.close()
    command = [sys.executable, "-c", KILLED, str(study_folder), SECRET.value.decode()]
    subprocess.run(command, check=False, timeout=60)
    assert Folder(study_folder).writes.exists()
    return Folder(study_folder)


def test_a_log_of_writes_that_cannot_be_read_back_is_set_aside_and_recorded(
    killed: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = bytearray(killed.writes.read_bytes())
    damaged[random.Random(3).randrange(100, len(damaged))] ^= 0x5A
    killed.writes.write_bytes(damaged)
    with pytest.raises(StudyError, match="set aside as") as told:
        open_study(killed.root, SECRET, Face.CLI)
    (aside,) = killed.root.glob("store.duckdb.wal.*")
    assert aside.name in str(told.value)
    assert aside.read_bytes() == damaged
    # What was acknowledged is missing now, and that is not passed over.
    with pytest.raises(RollbackError):
        open_study(killed.root, SECRET, Face.CLI)
    explain.ask(killed.root, SECRET, "hardware")
    with monkeypatch.context() as patched:
        patched.setattr(os, "getuid", lambda: 4242)
        explain.confirm(killed.root, SECRET)
    open_study(killed.root, SECRET, Face.CLI).close()
    (event,) = [event for event in mirrored(killed.root) if event.action == "store.quarantined"]
    assert (event.details.bytes, event.details.digest) == (len(damaged), hashlib.sha256(damaged).hexdigest())
    assert aside.read_bytes() == damaged


def test_a_log_of_writes_that_is_cut_off_is_left_as_it_is_until_that_is_explained(killed: Folder) -> None:
    data = killed.writes.read_bytes()
    killed.writes.write_bytes(data[: len(data) // 2])
    with pytest.raises(RollbackError):
        open_study(killed.root, SECRET, Face.CLI)
    assert killed.writes.read_bytes() == data[: len(data) // 2]
