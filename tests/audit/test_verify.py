"""Whoever touches the record is found out, and whoever does not is left in peace."""

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import SigningKey
from audit.details import ExchangeApproved
from audit.events import NO_LEAF, Context, EventDraft, Outcome, parse_line
from audit.log import Log
from audit.merkle import leaf_hash, root_of
from audit.mirror import Mirror, MirrorReader
from audit.verify import Decision, Report, verify_log

Make = Callable[..., Any]
SIZE, SEGMENT = 24, 7


def write(path: Path, lines: list[bytes], note: str | None) -> MirrorReader:
    """A mirror with these lines, right or wrong."""
    mirror = Mirror(path, segment_events=SEGMENT)
    mirror.append(lines, first=0)
    if note is not None:
        mirror.write_checkpoint(note)
    return MirrorReader(path)


def rehash(lines: list[bytes]) -> list[bytes]:
    """The lines with numbers and links that fit together again, as a forger would write them."""
    previous, previous_time, result = NO_LEAF, None, []
    for number, line in enumerate(lines):
        event = parse_line(line).model_copy(
            update={"sequence": number, "previous": previous, "previous_time": previous_time}
        )
        result.append(event.line())
        previous, previous_time = leaf_hash(event.line()).hex(), event.time
    return result


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 40), seed=st.integers(0, 10**6), since=st.integers(0, 40))
def test_an_untouched_log_never_alarms(size: int, seed: int, since: int, history: Make, key: SigningKey) -> None:
    made = history(size, seed, clock_steps=True)
    anchored = min(size, since)
    note = key.sign(anchored, root_of([leaf_hash(line) for line in made.lines[:anchored]]))
    with TemporaryDirectory() as folder:
        mirror = write(Path(folder, "mirror"), made.lines, note)
        report = verify_log(
            mirror,
            public_key=key.public,
            witnessed=[note, key.sign(size, made.log.root)],
            store_lines=made.lines,
            decisions=made.decisions,
        )
    assert report == Report(size, made.log.root.hex(), size, True, None, report.notes)
    backwards = [event.sequence for event in made.events if event.previous_time and event.time < event.previous_time]
    assert len(report.notes) == bool(backwards)
    if backwards:
        assert report.notes[0].endswith(f"{len(backwards)} times, first at event {backwards[0]}")


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 20), rng=st.randoms(use_true_random=False), with_store=st.booleans())
def test_a_changed_byte_is_found_and_its_event_named(
    seed: int, rng: random.Random, with_store: bool, history: Make, key: SigningKey
) -> None:
    made = history(SIZE, seed)
    with TemporaryDirectory() as folder:
        mirror = write(Path(folder, "mirror"), made.lines, key.sign(SIZE, made.log.root))
        first, file = rng.choice(mirror.segments())
        data = bytearray(file.read_bytes())
        position = rng.randrange(len(data))
        data[position] ^= rng.randrange(1, 256)
        changed = first + file.read_bytes()[:position].count(b"\n")
        file.write_bytes(data)
        report = verify_log(mirror, public_key=key.public, store_lines=made.lines if with_store else None)
    assert report.fault
    # Where the last two events do not fit together and nothing follows, either may be the changed one.
    named = {changed} if with_store or changed < SIZE - 1 else {changed - 1, changed}
    assert report.fault.sequence in named


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 20),
    kind=st.sampled_from(["drop", "duplicate", "swap", "truncate", "replace"]),
    place=st.integers(0, SIZE - 2),
    other=st.integers(0, SIZE - 1),
)
def test_lines_moved_removed_or_added_are_found_and_the_event_named(
    seed: int, kind: str, place: int, other: int, history: Make, key: SigningKey
) -> None:
    made = history(SIZE, seed)
    lines = list(made.lines)
    match kind:
        case "drop":
            del lines[place]
        case "duplicate":
            lines.insert(place, lines[other])
        case "swap":
            lines[place], lines[other] = lines[other], lines[place]
        case "truncate":
            del lines[place:]
        case "replace":
            lines[place] = lines[other]
    if lines == made.lines:
        return
    changed = next((number for number, (a, b) in enumerate(zip(lines, made.lines, strict=False)) if a != b), len(lines))
    with TemporaryDirectory() as folder:
        mirror = write(Path(folder, "mirror"), lines, key.sign(SIZE, made.log.root))
        report = verify_log(mirror, public_key=key.public)
    assert report.fault
    assert report.fault.sequence == changed
    assert str(changed) in report.fault.sentence


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 20),
    kind=st.sampled_from(["edit", "drop", "swap"]),
    place=st.integers(0, SIZE - 2),
    anchored=st.integers(1, SIZE),
)
def test_an_edit_with_everything_after_it_hashed_anew_is_caught_by_the_checkpoint(
    seed: int, kind: str, place: int, anchored: int, history: Make, key: SigningKey
) -> None:
    made = history(SIZE, seed)
    lines = list(made.lines)
    if kind == "edit":
        lines[place] = parse_line(lines[place]).model_copy(update={"actor": "someone-else"}).line()
    elif kind == "drop":
        del lines[place]
    else:
        lines[place : place + 2] = reversed(lines[place : place + 2])
    lines = rehash(lines)
    note = key.sign(anchored, root_of([leaf_hash(line) for line in made.lines[:anchored]]))
    with TemporaryDirectory() as folder:
        mirror = write(Path(folder, "mirror"), lines, note)
        report = verify_log(mirror, public_key=key.public)
        against_store = verify_log(mirror, public_key=key.public, store_lines=made.lines)
    assert against_store.fault
    assert (against_store.fault.kind, against_store.fault.sequence) == ("fork", place)
    if place >= anchored:
        # Beyond the last checkpoint nothing but the store can tell; the report says how far it reaches.
        assert report.ok
        assert report.anchored == anchored
    else:
        assert report.fault
        kind_expected = "truncated" if anchored > len(lines) else "root"
        assert report.fault.kind == kind_expected
        assert report.fault.sequence == (len(lines) if kind_expected == "truncated" else anchored - 1)


def test_a_witness_catches_a_forger_who_holds_the_logs_key(tmp_path: Path, history: Make, key: SigningKey) -> None:
    made = history(SIZE)
    forged = rehash(made.lines[:-3])
    forged_root = root_of([leaf_hash(line) for line in forged])
    mirror = write(tmp_path / "mirror", forged, key.sign(len(forged), forged_root))
    assert verify_log(mirror, public_key=key.public).ok
    report = verify_log(mirror, public_key=key.public, witnessed=[key.sign(SIZE, made.log.root)])
    assert report.fault
    assert (report.fault.kind, report.fault.sequence) == ("truncated", SIZE - 3)


def test_a_checkpoint_of_another_key_is_refused(tmp_path: Path, history: Make, key: SigningKey) -> None:
    made = history(SIZE)
    mirror = write(tmp_path / "mirror", made.lines, SigningKey.generate(key.name).sign(SIZE, made.log.root))
    report = verify_log(mirror, public_key=key.public)
    assert report.fault
    assert report.fault.kind == "signature"
    assert not report.signed
    without_key = verify_log(mirror)
    assert without_key.ok
    assert not without_key.signed
    assert "signature of the checkpoint was not checked" in without_key.notes[0]


@pytest.mark.parametrize("damage", ["", "no note", "é" * 3])
def test_a_damaged_checkpoint_is_a_fault(tmp_path: Path, history: Make, key: SigningKey, damage: str) -> None:
    mirror = write(tmp_path / "mirror", history(3).lines, damage)
    for report in (verify_log(mirror, public_key=key.public), verify_log(mirror)):
        assert report.fault
        assert report.fault.kind == "checkpoint"
    (mirror.path / "checkpoint").write_bytes(b"\xff")
    assert not verify_log(mirror).ok


def test_a_checkpoint_that_was_removed_is_missed_where_the_key_is_known(
    tmp_path: Path, history: Make, key: SigningKey
) -> None:
    mirror = write(tmp_path / "mirror", history(3).lines, None)
    report = verify_log(mirror, public_key=key.public)
    assert report.fault
    assert report.fault.kind == "checkpoint"
    assert "no checkpoint" in verify_log(mirror).notes[0]


def test_a_broken_event_is_named_before_a_broken_checkpoint(tmp_path: Path, history: Make, key: SigningKey) -> None:
    lines = list(history(5).lines)
    lines[2] = lines[2].replace(b'"actor":"', b'"actor":"x')
    report = verify_log(write(tmp_path / "mirror", lines, "damaged"), public_key=key.public)
    assert report.fault
    assert (report.fault.kind, report.fault.sequence, report.size) == ("chain", 2, 3)


def test_the_first_of_two_broken_places_is_named(tmp_path: Path, history: Make) -> None:
    lines = list(history(SIZE).lines)
    for place in (3, 15):
        lines[place] = lines[place].replace(b'"actor":"', b'"actor":"x')
    mirror = write(tmp_path / "mirror", lines, None)
    mirror.segments()[1][1].unlink()
    report = verify_log(mirror)
    assert report.fault
    assert report.fault.sequence == 3


def test_a_store_that_differs_from_the_mirror_is_named(tmp_path: Path, history: Make) -> None:
    lines, other = history(9, 1).lines, history(9, 2).lines
    mirror = write(tmp_path / "mirror", lines[:8], None)

    def kind_and_event(store: list[bytes]) -> tuple[str, int | None]:
        fault = verify_log(mirror, store_lines=store).fault
        assert fault
        return fault.kind, fault.sequence

    assert kind_and_event(lines[:6]) == ("rollback", 6)
    assert kind_and_event(lines) == ("missing", 8)
    assert kind_and_event([*lines[:4], other[4], *lines[5:8]]) == ("fork", 4)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 30), kind=st.sampled_from(["drop", "add", "verdict", "version", "twice"]), data=st.data())
def test_a_decision_without_its_event_or_the_reverse_is_named(
    seed: int, kind: str, data: st.DataObject, history: Make
) -> None:
    made = history(SIZE, seed)
    rows = list(made.decisions)
    if not rows:
        return
    place = data.draw(st.integers(0, len(rows) - 1))
    row = rows[place]
    expected = row.sequence
    match kind:
        case "drop":
            del rows[place]
        case "add":
            expected = data.draw(st.sampled_from(sorted({*range(SIZE + 2)} - {row.sequence for row in rows})))
            rows.append(row._replace(sequence=expected))
        case "verdict":
            rows[place] = row._replace(verdict="reject" if row.verdict == "approve" else "approve")
        case "version":
            rows[place] = row._replace(version=row.version + 1)
        case "twice":
            rows.append(row)
    with TemporaryDirectory() as folder:
        mirror = write(Path(folder, "mirror"), made.lines, None)
        assert verify_log(mirror, decisions=made.decisions).ok
        report = verify_log(mirror, decisions=rows)
    assert report.fault
    assert (report.fault.kind, report.fault.sequence) == ("decision", expected)


def test_a_refused_approval_needs_no_decision(tmp_path: Path, context: Context) -> None:
    log = Log()
    approve = ExchangeApproved(findings=1, flags={})
    _, refused = log.add(
        EventDraft(details=approve, object_id="x1", object_version=1, outcome=Outcome.REFUSED, reason="open-finding"),
        context,
    )
    _, done = log.add(EventDraft(details=approve, object_id="x1", object_version=1), context)
    mirror = write(tmp_path / "mirror", [refused, done], None)
    assert verify_log(mirror, decisions=[Decision("x1", 1, "approve", 1)]).ok
    assert not verify_log(mirror, decisions=[Decision("x1", 1, "approve", 0)]).ok


def test_progress_ends_at_the_size_of_the_log(tmp_path: Path, history: Make) -> None:
    steps: list[int] = []
    verify_log(write(tmp_path / "mirror", history(9).lines, None), progress=steps.append)
    assert steps[-1] == 9


@settings(max_examples=60)
@given(size=st.integers(0, 40), seed=st.integers(0, 100), anchors=st.lists(st.integers(0, 40), max_size=4))
def test_a_check_of_the_hashes_alone_never_alarms_for_an_untouched_log(
    size: int, seed: int, anchors: list[int], history: Make, key: SigningKey
) -> None:
    made = history(size, seed)
    notes = [key.sign(at, root_of([leaf_hash(line) for line in made.lines[:at]])) for at in anchors if at <= size]
    with TemporaryDirectory() as folder:
        mirror = write(Path(folder, "mirror"), made.lines, key.sign(size, made.log.root))
        report = verify_log(mirror, public_key=key.public, witnessed=notes, hash_only=True)
    assert report == Report(size, made.log.root.hex(), size, True, None, ())


@settings(max_examples=100)
@given(
    seed=st.integers(0, 20),
    kind=st.sampled_from(["flip", "drop", "duplicate", "swap", "truncate", "rehash"]),
    place=st.integers(0, SIZE - 2),
    anchors=st.lists(st.integers(1, SIZE), max_size=3),
)
def test_a_check_of_the_hashes_alone_finds_every_change_before_the_checkpoint(
    seed: int, kind: str, place: int, anchors: list[int], history: Make, key: SigningKey
) -> None:
    made = history(SIZE, seed)
    lines = list(made.lines)
    match kind:
        case "flip":
            lines[place] = lines[place].replace(b'"actor":"', b'"actor":"x')
        case "drop":
            del lines[place]
        case "duplicate":
            lines.insert(place, lines[place + 1])
        case "swap":
            lines[place : place + 2] = reversed(lines[place : place + 2])
        case "truncate":
            del lines[place:]
        case "rehash":
            del lines[place]
            lines = rehash(lines)
    notes = [key.sign(at, root_of([leaf_hash(line) for line in made.lines[:at]])) for at in sorted(anchors)]
    with TemporaryDirectory() as folder:
        mirror = write(Path(folder, "mirror"), lines, key.sign(SIZE, made.log.root))
        report = verify_log(mirror, public_key=key.public, witnessed=notes, hash_only=True)
    assert report.fault
    # The first checkpoint past the change cannot hold; how many events that is, the fault says.
    caught = min([at for at in anchors if at > place] or [SIZE])
    if caught > len(lines):
        assert (report.fault.kind, report.fault.sequence) == ("truncated", len(lines))
    else:
        assert (report.fault.kind, report.fault.sequence) == ("root", caught - 1)


def test_a_check_of_the_hashes_alone_has_no_use_for_the_store(tmp_path: Path, history: Make) -> None:
    mirror = write(tmp_path / "mirror", history(3).lines, None)
    with pytest.raises(ValueError, match="neither store nor decisions"):
        verify_log(mirror, decisions=[], hash_only=True)


def test_a_long_log_is_verified_across_files_and_checkpoints(tmp_path: Path, history: Make, key: SigningKey) -> None:
    made = history(3000)
    mirror = Mirror(tmp_path / "mirror", segment_events=1000)
    mirror.append(made.lines, first=0)
    mirror.write_checkpoint(key.sign(3000, made.log.root))
    notes = [key.sign(at, root_of([leaf_hash(line) for line in made.lines[:at]])) for at in (1, 1023, 1024, 1025, 2999)]
    steps: list[int] = []
    for hash_only in (True, False):
        report = verify_log(mirror, public_key=key.public, witnessed=notes, progress=steps.append, hash_only=hash_only)
        assert report == Report(3000, made.log.root.hex(), 3000, True, None, ())
    assert steps == [1024, 2048, 3000] * 2
    wrong = key.sign(1025, b"r" * 32)
    for hash_only in (True, False):
        fault = verify_log(mirror, public_key=key.public, witnessed=[*notes, wrong], hash_only=hash_only).fault
        assert fault
        assert (fault.kind, fault.sequence) == ("root", 1024)
