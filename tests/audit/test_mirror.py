"""The mirror holds what the store holds, survives a crash and never alarms for one."""

import multiprocessing
import os
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import SigningKey
from audit.errors import AuditError, ForkError, LogFault, MirrorBehindError, RollbackError
from audit.mirror import Mirror, MirrorReader, MirrorUntil

Make = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def store_of(lines: list[bytes]) -> tuple[int, Callable[[int, int], list[bytes]]]:
    """A store's side of a reconciliation."""
    return len(lines), lambda start, stop: lines[start:stop]


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(st.integers(0, 7), max_size=8), segment=st.integers(1, 5), data=st.data())
def test_what_was_appended_is_read_back_from_anywhere(
    batches: list[int], segment: int, data: st.DataObject, history: Make
) -> None:
    lines = history(sum(batches)).lines
    with TemporaryDirectory() as folder:
        mirror = Mirror(Path(folder, "mirror"), segment_events=segment)
        for batch in batches:
            mirror.append(lines[mirror.size : mirror.size + batch], first=mirror.size)
            mirror = data.draw(st.sampled_from([mirror, Mirror(mirror.path, segment_events=segment)]))
        reader = MirrorReader(mirror.path)
        assert reader.size == mirror.size == len(lines)
        start = data.draw(st.integers(0, len(lines) + 1))
        stop = data.draw(st.none() | st.integers(0, len(lines) + 1))
        assert list(reader.lines(start, stop)) == lines[start:stop]
        assert [first for first, _ in reader.segments()] == list(range(0, len(lines), segment))


@pytest.mark.parametrize("size", [0, 3, 5, 10, 11])
def test_a_mirror_that_grows_is_read_as_it_was(path: Path, history: Make, key: SigningKey, size: int) -> None:
    past = history(20)
    mirror = Mirror(path, segment_events=5)
    mirror.append(past.lines[:size], first=0)
    mirror.write_checkpoint(key.sign(size, b"r" * 32))
    then = MirrorUntil(mirror, size)
    mirror.append(past.lines[size:], first=size)
    mirror.write_checkpoint(key.sign(20, b"r" * 32))
    assert (then.size, then.checkpoint()) == (size, key.sign(size, b"r" * 32))
    for start in range(size + 2):
        assert list(then.lines(start)) == past.lines[start:size]
        assert [line for batch in then.batches(start) for line in batch] == past.lines[start:size]
    assert list(mirror.lines()) == past.lines


def test_the_folder_is_open_to_the_auditors_group_only(path: Path, history: Make, key: SigningKey) -> None:
    before = os.umask(0o077)
    try:
        mirror = Mirror(path)
        mirror.append(history(1).lines, first=0)
        mirror.write_checkpoint(key.sign(1, b"r" * 32))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    tiles = [entry for entry in path.rglob("*") if entry.is_dir()]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in tiles} == {0o750}
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.rglob("*") if file.is_file()} == {0o640}
    assert sorted(file.name for file in path.iterdir()) == ["checkpoint", "events-00000000.jsonl", "tile"]


@settings(deadline=None)
@given(cut=st.integers(1, 10_000))
def test_a_torn_last_line_is_cut_off_and_completed_from_the_store(cut: int, history: Make) -> None:
    lines = history(5).lines
    with TemporaryDirectory() as folder:
        path = Path(folder, "mirror")
        Mirror(path).append(lines, first=0)
        file = path / "events-00000000.jsonl"
        whole = file.read_bytes()
        torn = whole[: max(0, len(whole) - cut)]
        file.write_bytes(torn)
        reader = MirrorReader(path)
        assert list(reader.lines()) == lines[: torn.count(b"\n")]
        mirror = Mirror(path)
        assert mirror.size == reader.size == torn.count(b"\n")
        assert mirror.reconcile(*store_of(lines)) == len(lines) - torn.count(b"\n")
        assert file.read_bytes() == whole


def test_a_store_that_is_ahead_completes_the_mirror(path: Path, history: Make) -> None:
    lines = history(9).lines
    mirror = Mirror(path, segment_events=2)
    mirror.append(lines[:3], first=0)
    assert mirror.reconcile(*store_of(lines)) == 6
    assert mirror.reconcile(*store_of(lines)) == 0
    assert list(mirror.lines()) == lines


def test_a_store_that_is_behind_stops_everything(path: Path, history: Make) -> None:
    lines = history(5).lines
    mirror = Mirror(path)
    mirror.append(lines, first=0)
    with pytest.raises(RollbackError, match="nothing runs until this is explained") as caught:
        mirror.reconcile(*store_of(lines[:3]))
    assert (caught.value.sequence, caught.value.kind) == (3, "rollback")
    assert list(mirror.lines()) == lines


def test_store_and_mirror_rolled_back_together_are_behind_the_checkpoint(
    path: Path, history: Make, key: SigningKey
) -> None:
    made = history(5)
    mirror = Mirror(path)
    mirror.append(made.lines[:3], first=0)
    mirror.write_checkpoint(key.sign(5, made.log.root))
    with pytest.raises(RollbackError) as caught:
        mirror.reconcile(*store_of(made.lines[:3]))
    assert caught.value.sequence == 3


def test_a_store_with_another_event_is_a_fork(path: Path, history: Make) -> None:
    lines, other = history(5, 1).lines, history(5, 2).lines
    mirror = Mirror(path)
    mirror.append(lines[:4], first=0)
    with pytest.raises(ForkError) as caught:
        mirror.reconcile(*store_of([*lines[:2], *other[2:]]))
    assert (caught.value.sequence, caught.value.kind) == (2, "fork")
    assert list(mirror.lines()) == lines[:4]


def test_an_append_that_would_leave_a_gap_or_overwrite_is_refused(path: Path, history: Make) -> None:
    lines = history(3).lines
    mirror = Mirror(path)
    with pytest.raises(MirrorBehindError):
        mirror.append(lines[1:], first=1)
    mirror.append(lines[:1], first=0)
    with pytest.raises(ForkError):
        mirror.append(lines[:1], first=0)
    assert list(mirror.lines()) == lines[:1]


def test_a_disk_that_is_full_leaves_no_half_line(path: Path, history: Make) -> None:
    lines = history(40).lines
    mirror = Mirror(path)
    mirror.append(lines[:2], first=0)
    process = multiprocessing.get_context("fork").Process(target=_append_on_full_disk, args=(mirror, lines))
    process.start()
    process.join()
    assert process.exitcode == 0
    whole = b"".join(line + b"\n" for line in lines[:2])
    assert (path / "events-00000000.jsonl").read_bytes() == whole


def _append_on_full_disk(mirror: Mirror, lines: list[bytes]) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = sum(map(len, lines[:5]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        mirror.append(lines[2:], first=2)
    except AuditError as error:
        os._exit(0 if "cannot be written" in str(error) else 2)
    os._exit(1)


@pytest.mark.parametrize("gone", [0, 1])
def test_a_missing_file_is_named_by_its_first_event(path: Path, history: Make, gone: int) -> None:
    mirror = Mirror(path, segment_events=2)
    mirror.append(history(6).lines, first=0)
    mirror.segments()[gone][1].unlink()
    with pytest.raises(LogFault) as caught:
        list(MirrorReader(path).lines())
    assert (caught.value.sequence, caught.value.kind) == (gone * 2, "missing")


def test_a_reader_sees_whole_events_only_while_another_process_appends(path: Path, history: Make) -> None:
    lines = history(300).lines
    Mirror(path, segment_events=7)
    process = multiprocessing.get_context("fork").Process(target=_append_one_by_one, args=(path, lines))
    process.start()
    seen = 0
    while process.is_alive() or seen < len(lines):
        was_alive = process.is_alive()
        found = list(MirrorReader(path).lines())
        assert found == lines[: len(found)]
        assert len(found) >= seen
        seen = len(found)
        assert was_alive or seen == len(lines)
    process.join()
    assert process.exitcode == 0


def _append_one_by_one(path: Path, lines: list[bytes]) -> None:
    mirror = Mirror(path, segment_events=7)
    for number, line in enumerate(lines):
        mirror.append([line], first=number)


def test_a_folder_that_is_no_mirror_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="nowhere"):
        MirrorReader(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(AuditError, match="file"):
        Mirror(tmp_path / "file")
    with pytest.raises(AuditError, match="cannot be written"):
        Mirror(tmp_path / "no" / "parent")


def test_a_link_in_place_of_a_file_is_not_followed(path: Path, history: Make, tmp_path: Path) -> None:
    mirror = Mirror(path)
    mirror.append(history(2).lines, first=0)
    file = path / "events-00000000.jsonl"
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AuditError, match="cannot be read"):
        list(MirrorReader(path).lines())
