"""Nothing of a release bundle can be changed unseen: not a byte, not a name, not a file more or fewer."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.bundle import verify_bundle
from audit.errors import BundleError
from tests.audit.sealed import Sealed, seal_bundle

CHANGES = 1000 if os.environ.get("WORKBENCH_PROVE") else 60


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return seal_bundle(tmp_path_factory.mktemp("release") / "pilot-1")


def refused_by_workbench(sealed: Sealed, path: Path) -> bool:
    try:
        verify_bundle(path, key=sealed.key, signed=True)
    except BundleError:
        return True
    return False


def refused_by_script(sealed: Sealed, path: Path) -> bool:
    return bool(sealed.check(path).faults)


VERIFIERS = {"workbench": refused_by_workbench, "script": refused_by_script}


def files_of(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file())


def change_a_byte(path: Path, chance: random.Random) -> None:
    file = chance.choice(files_of(path))
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
    file.unlink()
    file.write_bytes(data)


def cut_off(path: Path, chance: random.Random) -> None:
    file = chance.choice(files_of(path))
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[: chance.choice([0, len(data) // 2, len(data) - 1, chance.randrange(len(data))])])


def append(path: Path, chance: random.Random) -> None:
    file = chance.choice(files_of(path))
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data + chance.choice([b"\n", b" ", b"\0", data[-5:], chance.randbytes(3)]))


def insert(path: Path, chance: random.Random) -> None:
    file = chance.choice(files_of(path))
    data = file.read_bytes()
    at = chance.randrange(len(data))
    file.unlink()
    file.write_bytes(data[:at] + chance.choice([b"\n", b"\r", b" ", data[at : at + 1]]) + data[at:])


def rename(path: Path, chance: random.Random) -> None:
    file = chance.choice([*files_of(path), path / "data", path / "data/interview"])
    file.rename(file.with_name(chance.choice([f"{file.name}x", file.name.swapcase(), f".{file.name}"])))


def add(path: Path, chance: random.Random) -> None:
    where = chance.choice([path, path / "data", path / "data/interview"])
    name = chance.choice(["more.txt", ".hidden", "train-00001-of-00002.parquet", "RELEASE.note.old", "hashlib.py"])
    if chance.random() < 0.3:
        (where / name).mkdir()
    else:
        (where / name).write_bytes(chance.choice([b"", b"PAR1"]))


def remove(path: Path, chance: random.Random) -> None:
    chance.choice(files_of(path)).unlink()


def swap(path: Path, chance: random.Random) -> None:
    first, second = chance.sample(files_of(path), 2)
    one, other = first.read_bytes(), second.read_bytes()
    for file, data in ((first, other), (second, one)):
        file.unlink()
        file.write_bytes(data)


KINDS = [change_a_byte, cut_off, append, insert, rename, add, remove, swap]


def changed(sealed: Sealed, path: Path, change: Callable[[Path, random.Random], None], chance: random.Random) -> Path:
    """A copy with one change."""
    shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(sealed.path, path, copy_function=os.link)
    change(path, chance)
    return path


@pytest.mark.parametrize("name", VERIFIERS)
def test_an_untouched_bundle_is_accused_of_nothing(sealed: Sealed, tmp_path: Path, name: str) -> None:
    shutil.copytree(sealed.path, tmp_path / "copy")
    assert not VERIFIERS[name](sealed, tmp_path / "copy")


@pytest.mark.parametrize("name", VERIFIERS)
def test_every_single_byte_matters(sealed: Sealed, tmp_path: Path, name: str) -> None:
    chance = random.Random(f"bytes {name}")
    missed = [
        number
        for number in range(CHANGES)
        if not VERIFIERS[name](sealed, changed(sealed, tmp_path / "copy", change_a_byte, chance))
    ]
    assert not missed


@pytest.mark.parametrize("name", VERIFIERS)
@pytest.mark.parametrize("kind", KINDS[1:], ids=lambda kind: kind.__name__)
def test_every_other_change_is_seen(
    sealed: Sealed, tmp_path: Path, name: str, kind: Callable[[Path, random.Random], None]
) -> None:
    chance = random.Random(f"{kind.__name__} {name}")
    for _ in range(CHANGES // 12):
        assert VERIFIERS[name](sealed, changed(sealed, tmp_path / "copy", kind, chance))


@pytest.mark.parametrize("name", VERIFIERS)
@pytest.mark.parametrize("file", ["RELEASE.note", "release.tlog-proof"])
def test_each_byte_of_what_the_manifest_does_not_cover_matters(
    sealed: Sealed, tmp_path: Path, name: str, file: str
) -> None:
    shutil.copytree(sealed.path, tmp_path / "copy")
    path = tmp_path / "copy" / file
    data = path.read_bytes()
    chance = random.Random(f"{file} {name}")
    step = 1 if CHANGES >= 1000 else 53
    for at in range(chance.randrange(step), len(data), step):
        for bits in (1, 0x20, chance.randrange(1, 256)):
            path.write_bytes(data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :])
            assert VERIFIERS[name](sealed, tmp_path / "copy"), at


@pytest.mark.parametrize("name", VERIFIERS)
@pytest.mark.parametrize("file", ["RELEASE.note", "release.tlog-proof"])
def test_lines_cannot_be_doubled_moved_or_ended_otherwise(sealed: Sealed, tmp_path: Path, name: str, file: str) -> None:
    shutil.copytree(sealed.path, tmp_path / "copy")
    path = tmp_path / "copy" / file
    lines = path.read_bytes().splitlines(keepends=True)
    for at in range(len(lines)):
        variants = [
            [*lines[:at], *lines[at + 1 :]],
            [*lines[: at + 1], *lines[at:]],
            [*lines[:at], lines[at].replace(b"\n", b"\r\n"), *lines[at + 1 :]],
            [*lines[:at], lines[at].replace(b"\n", b" \n"), *lines[at + 1 :]],
            [*lines[:at], *lines[at + 1 : at + 2], lines[at], *lines[at + 2 :]],
        ]
        for variant in variants:
            if variant != lines:
                path.write_bytes(b"".join(variant))
                assert VERIFIERS[name](sealed, tmp_path / "copy"), (at, variants.index(variant))


@pytest.mark.parametrize("name", VERIFIERS)
def test_a_bundle_made_anew_by_somebody_else_is_refused(sealed: Sealed, tmp_path: Path, name: str) -> None:
    # Whole and signed, but by others, in a log of their own.
    forged = seal_bundle(tmp_path / "pilot-1")
    assert not VERIFIERS[name](forged, forged.path)
    assert VERIFIERS[name](sealed, forged.path)
    for file in ("release.tlog-proof", "RELEASE.note"):
        shutil.copy(sealed.path / file, forged.path / file)
    assert VERIFIERS[name](sealed, forged.path)
