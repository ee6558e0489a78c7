"""Stored tiles have the published layout, follow the log at no cost to it, and are believed only where they hold."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import SigningKey
from audit.merkle import leaf_hash, root_of
from audit.mirror import Mirror, MirrorReader
from audit.proof import prove_inclusion
from audit.tiles import TileReader, tile_name
from tests.audit import rfc6962


def lines(count: int, first: int = 0, salt: str = "") -> list[bytes]:
    """Lines that are cheap and numbered like events."""
    return [f'{{"salt":"{salt}","sequence":{number}}}'.encode() for number in range(first, first + count)]


def sign(mirror: Mirror, key: SigningKey, entries: list[bytes]) -> None:
    mirror.write_checkpoint(key.sign(len(entries), root_of([leaf_hash(entry) for entry in entries])))


def tiles(mirror: MirrorReader) -> dict[str, bytes]:
    """All files below the folder of tiles."""
    folder = mirror.path / "tile"
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror", segment_events=1000)


def test_tiles_have_the_names_of_the_published_layout() -> None:
    assert tile_name(0, 0) == "0/000"
    assert tile_name(1, 999, 17) == "1/999.p/17"
    assert tile_name(0, 1234067) == "0/x001/x234/067"
    assert tile_name(2, 1000000) == "2/x001/x000/000"


def test_a_log_of_70000_events_has_the_tiles_that_the_layout_gives_as_its_example(
    mirror: Mirror, key: SigningKey
) -> None:
    entries = lines(70_000)
    mirror.append(entries, first=0)
    sign(mirror, key, entries)
    found = tiles(mirror)
    full = [f"0/{number:03d}" for number in range(273)]
    assert sorted(found) == sorted([*full, "0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1"])
    assert {len(found[name]) for name in [*full, "1/000"]} == {8192}
    assert found["0/005"] == b"".join(rfc6962.leaf(entry) for entry in entries[1280:1536])
    assert found["1/001.p/17"][-32:] == rfc6962.root(entries[272 * 256 : 273 * 256])
    assert found["2/000.p/1"] == rfc6962.root(entries[: 256 * 256])


@settings(max_examples=25)
@given(batches=st.lists(st.integers(0, 700), min_size=1, max_size=5), data=st.data())
def test_tiles_give_the_root_of_every_range_however_the_log_grew(
    batches: list[int], data: st.DataObject, key: SigningKey
) -> None:
    entries = lines(sum(batches))
    with TemporaryDirectory() as folder:
        mirror = Mirror(Path(folder, "mirror"), segment_events=300)
        sealed = 0
        for batch in batches:
            mirror.append(entries[mirror.size : mirror.size + batch], first=mirror.size)
            if data.draw(st.booleans()):
                mirror = Mirror(mirror.path, segment_events=300)
            if data.draw(st.booleans()):
                sign(mirror, key, entries[: mirror.size])
                sealed = mirror.size
        reader = TileReader(mirror.path / "tile")
        # A proof asks for ranges that begin at a multiple of the power of two that is at least as wide.
        for _ in range(10 if sealed else 0):
            width = 1 << data.draw(st.integers(0, 11))
            start = data.draw(st.integers(0, (sealed - 1) // width)) * width
            stop = min(sealed, start + width)
            assert reader.roots([(start, stop)]) == [rfc6962.root(entries[start:stop])]


def test_an_event_waits_for_no_other_disk_write_than_its_own(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror.append(lines(255), first=0)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    mirror.append(lines(1, 255), first=255)
    assert len(synced) == 1
    assert (mirror.path / "tile/0/000").exists()


def test_trouble_with_tiles_stops_no_event_and_is_made_good_at_the_next_checkpoint(
    mirror: Mirror, key: SigningKey
) -> None:
    entries = lines(600)
    (mirror.path / "tile").write_text("in the way")
    for number, entry in enumerate(entries):
        mirror.append([entry], first=number)
    sign(mirror, key, entries)
    assert list(mirror.lines()) == entries
    (mirror.path / "tile").unlink()
    sign(mirror, key, entries)
    assert sorted(tiles(mirror)) == ["0/000", "0/001", "0/002.p/88", "1/000.p/2"]


def test_tiles_that_a_crash_kept_from_being_written_are_made_up_for(tmp_path: Path, key: SigningKey) -> None:
    entries = lines(1500)
    whole = Mirror(tmp_path / "whole")
    whole.append(entries, first=0)
    sign(whole, key, entries)
    broken = Mirror(tmp_path / "broken")
    broken.append(entries[:1400], first=0)
    for name in ("0/003", "0/004"):
        (broken.path / "tile" / name).unlink()
    again = Mirror(broken.path)
    again.append(entries[1400:], first=1400)
    sign(again, key, entries)
    assert tiles(again) == tiles(whole)


@settings(max_examples=30)
@given(rng=st.randoms(use_true_random=False), kind=st.sampled_from(["flip", "cut", "empty", "remove", "link"]))
def test_a_damaged_tile_is_named_and_written_anew_and_no_proof_is_wrong(
    rng: random.Random, kind: str, key: SigningKey
) -> None:
    entries = lines(1100)
    with TemporaryDirectory() as folder:
        mirror = Mirror(Path(folder, "mirror"), segment_events=300)
        mirror.append(entries, first=0)
        sign(mirror, key, entries)
        before = tiles(mirror)
        name = rng.choice(sorted(before))
        file = mirror.path / "tile" / name
        data = bytearray(before[name])
        file.unlink()
        if kind == "flip":
            data[rng.randrange(len(data))] ^= rng.randrange(1, 256)
            file.write_bytes(data)
        elif kind in ("cut", "empty"):
            file.write_bytes(data[: 0 if kind == "empty" else rng.randrange(len(data))])
        elif kind == "link":
            file.symlink_to("/dev/zero")
        named: list[str] = []
        # Several in each tile, so that every hash is asked for.
        for index in range(0, 1100, 50):
            proof, mending = prove_inclusion(MirrorReader(mirror.path), index, key.public)
            assert rfc6962.root_from_path(index, 1100, entries[index], list(proof.hashes)) == rfc6962.root(entries)
            named += mending.wrong
            assert mending.mended == bool(mending.wrong)
        assert named == [name]
        assert tiles(mirror) == before


def test_tiles_of_a_state_that_was_given_up_do_not_outlive_it(tmp_path: Path, key: SigningKey) -> None:
    before = lines(1000)
    after = [*before[:600], *lines(150, 600, "other")]
    path = tmp_path / "mirror"
    given_up = Mirror(path)
    given_up.append(before, first=0)
    sign(given_up, key, before)
    (path / "events-00000000.jsonl").write_bytes(b"".join(entry + b"\n" for entry in before[:600]))
    mirror = Mirror(path)
    mirror.append(after[600:], first=600)
    sign(mirror, key, after)
    for index in range(0, 750, 50):
        _, mending = prove_inclusion(mirror, index, key.public)
        assert mending.wrong == ()


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_536, 65_537])
def test_every_size_around_a_tiles_edge_is_proved_from_tiles(
    mirror: Mirror, key: SigningKey, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = lines(size)
    mirror.append(entries, first=0)
    sign(mirror, key, entries)
    reader = MirrorReader(mirror.path)
    no_reading: Callable[..., None] = lambda *_: pytest.fail("read all the lines")  # noqa: E731
    monkeypatch.setattr(reader, "batches", no_reading)
    for index in {0, size // 2, size - 1}:
        prove_inclusion(reader, index, key.public)
