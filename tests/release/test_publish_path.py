"""A release gets onto a medium once, whole and read again, with a form that says whose hands it went through."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.bundle import MANIFEST, verify_bundle
from tests.release.bundles import Received, make
from workbench.errors import DiskShort, Refused
from workbench.release.publish import path
from workbench.release.publish.check import check
from workbench.release.publish.custody import Custody
from workbench.release.publish.path import MediumError

FOLDER = "pilot-1-1.0.0"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return make(tmp_path_factory.mktemp("received") / "pilot-1")


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    (tmp_path / "usb").mkdir()
    return tmp_path / "usb"


def contents(folder: Path) -> dict[str, bytes]:
    return {entry.relative_to(folder).as_posix(): entry.read_bytes() for entry in folder.rglob("*") if entry.is_file()}


def copy(received: Received, medium: Path) -> tuple[Path, bool]:
    return path.publish(check(received.folder, received.key, public=False), medium)


def test_the_copy_is_the_bundle(received: Received, medium: Path) -> None:
    assert copy(received, medium) == (medium / FOLDER, True)
    assert contents(medium / FOLDER) == received.files()
    assert verify_bundle(medium / FOLDER, key=received.key, signed=True)
    assert [entry.name for entry in medium.iterdir()] == [FOLDER]


def test_copying_again_changes_nothing(received: Received, medium: Path) -> None:
    copy(received, medium)
    before = {entry: entry.stat().st_mtime_ns for entry in medium.rglob("*")}
    assert copy(received, medium) == (medium / FOLDER, False)
    assert {entry: entry.stat().st_mtime_ns for entry in medium.rglob("*")} == before


KILLED = """
import os, signal, sys
from pathlib import Path
from audit.checkpoint import PublicKey
from workbench.release.publish import path
from workbench.release.publish.check import check

after, calls = int(sys.argv[1]), 0
real = os.fsync

def fsync(descriptor):
    global calls
    calls += 1
    if calls > after:
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)

os.fsync = fsync
bundle = check(Path(sys.argv[2]), PublicKey.parse(sys.argv[4]), public=False)
path.publish(bundle, Path(sys.argv[3]))
"""


@pytest.mark.parametrize("after", [0, 3, 8, 10, 12])
def test_killed_on_the_way_and_repeated_it_is_there_once(received: Received, medium: Path, after: int) -> None:
    command = [sys.executable, "-c", KILLED, str(after), str(received.folder), str(medium), received.key.text]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    copy(received, medium)
    assert [entry.name for entry in medium.iterdir()] == [FOLDER]
    assert contents(medium / FOLDER) == received.files()


def test_another_release_in_its_place_stays_as_it_is(received: Received, medium: Path) -> None:
    (medium / FOLDER).mkdir()
    (medium / FOLDER / MANIFEST).write_text("another")
    with pytest.raises(Refused, match="is something else, which stays as it is"):
        copy(received, medium)
    assert contents(medium / FOLDER) == {MANIFEST: b"another"}


@pytest.mark.parametrize("name", ["README.md", "figures/lengths.png", "more.txt"])
def test_a_damaged_copy_is_named(received: Received, medium: Path, name: str) -> None:
    copy(received, medium)
    with (medium / FOLDER / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(Refused, match=f"{name} is damaged or does not belong"):
        copy(received, medium)


def test_a_medium_that_gives_back_something_else_is_told(
    received: Received, medium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.posix_fadvise

    def worn_out(descriptor: int, offset: int, length: int, advice: int) -> None:
        real(descriptor, offset, length, advice)
        if os.fstat(descriptor).st_size > 1_000_000:
            with open(f"/proc/self/fd/{descriptor}", "r+b") as file:
                file.seek(500_000)
                file.write(b"worn out")

    monkeypatch.setattr(os, "posix_fadvise", worn_out)
    with pytest.raises(MediumError, match=r"does not give back what was written to it \(figures/lengths.png"):
        copy(received, medium)
    assert not list(medium.iterdir())


def test_a_medium_without_room_is_refused_before_anything_is_written(
    received: Received, medium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(medium)
    small = os.statvfs_result([*real[:4], 2_000_000 // real.f_frsize, *real[5:]])
    monkeypatch.setattr(os, "statvfs", lambda folder: small)
    with pytest.raises(DiskShort, match=r"has room for 1,9[0-9,]+ bytes and the release needs 2,5"):
        copy(received, medium)
    assert not list(medium.iterdir())


def test_a_place_that_is_no_medium_is_told(received: Received, tmp_path: Path) -> None:
    with pytest.raises(MediumError, match="put the medium in"):
        copy(received, tmp_path / "nowhere")
    with pytest.raises(MediumError, match="within the bundle itself"):
        copy(received, received.folder / "figures")


def test_a_dry_run_writes_nothing(received: Received, medium: Path) -> None:
    told: list[str] = []
    bundle = check(received.folder, received.key, public=False)
    path.publish(bundle, medium, dry_run=True, say=told.append)
    assert told == [f"Would: copy 8 files ({sum(map(len, received.files().values())):,} bytes) to {medium / FOLDER}, "
                    "and read them again."]  # fmt: skip
    assert not list(medium.iterdir())


def test_the_form_says_what_was_handed_over_and_leaves_room_to_sign(received: Received, medium: Path) -> None:
    bundle = check(received.folder, received.key, public=False)
    noon = datetime(2026, 5, 2, 12, tzinfo=UTC)
    form = Custody.of(bundle, medium / FOLDER, "anna <b>", noon)
    text_form, page_form = form.write(medium)
    text, page = text_form.read_text(), page_form.read_text()
    for fact in ("pilot-1, version 1.0.0", bundle.digest, "8 (1,5", "2026-05-02 12:00 UTC", "training, safe_harbor"):
        assert fact in text
        assert fact in page
    assert "by the login anna <b>" in text
    assert "anna &lt;b&gt;" in page
    assert "<b>" not in page
    for line in ("Handed over by", "Carried by", "Received by", "Signature"):
        assert line in text
        assert line in page
    assert "http" not in page.replace("http-equiv", "")
    later = Custody.of(bundle, medium / FOLDER, "ben", noon.replace(year=2027))
    later.write(medium)
    assert text_form.read_text() == text
