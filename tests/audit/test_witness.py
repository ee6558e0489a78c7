"""A witness remembers what the log was, and whoever owns the disk and the key cannot talk it out of that."""

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import SigningKey
from audit.details import StudyExplained
from audit.errors import AuditError, LogFault
from audit.events import Context, EventDraft
from audit.log import Log
from audit.merkle import leaf_hash, root_of
from audit.mirror import Mirror, MirrorReader
from audit.verify import verify_log
from audit.witness import Visit, Witness
from tests.audit.test_verify import rehash

Make = Callable[..., Any]
SIZE = 20


def root(lines: list[bytes]) -> bytes:
    return root_of([leaf_hash(line) for line in lines])


def publish(path: Path, lines: list[bytes], key: SigningKey) -> MirrorReader:
    """A mirror that holds just these lines and their checkpoint."""
    for file in path.glob("events-*"):
        file.unlink()
    mirror = Mirror(path, segment_events=7)
    mirror.append(lines, first=0)
    mirror.write_checkpoint(key.sign(len(lines), root(lines)))
    return MirrorReader(path)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def visit(tmp_path: Path, stick: Path, key: SigningKey) -> Callable[..., Visit]:
    """Publishes a log and lets the witness see it."""

    def go(lines: list[bytes], signer: SigningKey = key, accept: int | None = None) -> Visit:
        mirror = publish(tmp_path / "mirror", lines, signer)
        return Witness(stick).visit(mirror, signer.public, accept=accept)

    return go


def test_the_first_visit_pins_the_key_and_later_ones_see_the_log_grow(
    visit: Callable[..., Visit], stick: Path, history: Make, key: SigningKey
) -> None:
    lines = history(SIZE).lines
    first = visit(lines[:8])
    assert (first.is_first, first.before, first.checkpoint.size, first.key) == (True, 0, 8, key.public.text)
    assert (stick / "log.pub").read_text().strip() == key.public.text
    again = visit(lines[:8])
    assert (again.is_first, again.is_new) == (False, False)
    later = visit(lines)
    assert (later.is_new, later.before, later.checkpoint.size) == (True, 8, SIZE)
    witness = Witness(stick)
    assert [seen.size for seen in witness.seen] == [8, SIZE]
    assert witness.notes == [key.sign(8, root(lines[:8])), key.sign(SIZE, root(lines))]


@settings(max_examples=40)
@given(sizes=st.lists(st.integers(0, 60), min_size=1, max_size=6).map(sorted), seed=st.integers(0, 50))
def test_a_log_that_only_grows_is_never_refused(sizes: list[int], seed: int, history: Make, key: SigningKey) -> None:
    made = history(sizes[-1], seed, clock_steps=True)
    with TemporaryDirectory() as folder:
        mirror = Mirror(Path(folder, "mirror"), segment_events=7)
        for size in sizes:
            mirror.append(made.lines[mirror.size : size], first=mirror.size)
            mirror.write_checkpoint(key.sign(size, root(made.lines[:size])))
            visited = Witness(Path(folder)).visit(MirrorReader(mirror.path), key.public)
            assert visited.wrong_tiles == ()
        witness = Witness(Path(folder))
        assert [seen.size for seen in witness.seen] == sorted(set(sizes))
        assert verify_log(mirror, public_key=witness.key, witnessed=witness.notes).ok


@settings(max_examples=60)
@given(rng=st.randoms(use_true_random=False), kind=st.sampled_from(["edit", "drop", "swap", "cut"]))
def test_a_forger_with_the_logs_key_is_caught_and_the_kind_named(
    rng: random.Random, kind: str, history: Make, key: SigningKey
) -> None:
    lines = list(history(SIZE, rng.randrange(5)).lines)
    seen = rng.randrange(2, SIZE + 1)
    with TemporaryDirectory() as folder:
        mirror = publish(Path(folder, "mirror"), lines[:seen], key)
        Witness(Path(folder)).visit(mirror, key.public)
        place = rng.randrange(seen - 1)
        if kind == "edit":
            lines[place] = lines[place].replace(b'"actor":"', b'"actor":"x')
        elif kind == "drop":
            del lines[place]
        elif kind == "swap":
            lines[place : place + 2] = reversed(lines[place : place + 2])
        else:
            del lines[rng.randrange(seen) :]
        forged = publish(Path(folder, "mirror"), rehash(lines), key)
        assert verify_log(forged, public_key=key.public).ok
        before = (Path(folder) / "checkpoints.jsonl").read_bytes()
        with pytest.raises(LogFault) as caught:
            Witness(Path(folder)).visit(forged, key.public)
        assert caught.value.kind == ("rollback" if len(lines) < seen else "fork")
        assert (Path(folder) / "checkpoints.jsonl").read_bytes() == before
        report = verify_log(forged, public_key=key.public, witnessed=Witness(Path(folder)).notes)
        assert report.fault
        assert report.fault.kind == ("truncated" if len(lines) < seen else "root")


def test_a_log_under_another_key_is_refused(
    visit: Callable[..., Visit], tmp_path: Path, stick: Path, history: Make, key: SigningKey
) -> None:
    lines = history(SIZE).lines
    visit(lines)
    other = SigningKey.generate(key.name)
    with pytest.raises(LogFault, match="another key") as caught:
        visit(lines, other)
    assert caught.value.kind == "signature"
    mirror = publish(tmp_path / "mirror", lines, other)
    with pytest.raises(LogFault) as caught:
        Witness(stick).visit(mirror, key.public)
    assert caught.value.kind == "signature"


def test_events_that_are_gone_though_the_tiles_speak_of_them_are_missed(
    visit: Callable[..., Visit], tmp_path: Path, stick: Path, history: Make, key: SigningKey
) -> None:
    lines = history(SIZE).lines
    visit(lines)
    (tmp_path / "mirror" / "events-00000014.jsonl").unlink()
    with pytest.raises(LogFault) as caught:
        Witness(stick).visit(MirrorReader(tmp_path / "mirror"), key.public)
    assert (caught.value.kind, caught.value.sequence) == ("truncated", 14)


def test_a_checkpoint_that_was_removed_is_missed(
    visit: Callable[..., Visit], tmp_path: Path, stick: Path, history: Make, key: SigningKey
) -> None:
    visit(history(SIZE).lines)
    (tmp_path / "mirror" / "checkpoint").unlink()
    with pytest.raises(LogFault) as caught:
        Witness(stick).visit(MirrorReader(tmp_path / "mirror"), key.public)
    assert caught.value.kind == "checkpoint"


def test_a_line_that_was_being_written_when_the_stick_was_pulled_is_written_again(
    visit: Callable[..., Visit], stick: Path, history: Make
) -> None:
    lines = history(SIZE).lines
    visit(lines[:5])
    visit(lines)
    whole = (stick / "checkpoints.jsonl").read_bytes()
    (stick / "checkpoints.jsonl").write_bytes(whole[:-10])
    assert [seen.size for seen in Witness(stick).seen] == [5]
    assert visit(lines).before == 5
    assert [seen.size for seen in Witness(stick).seen] == [5, SIZE]
    assert (stick / "checkpoints.jsonl").read_bytes().count(b"\n") == 2


@pytest.fixture(scope="session")
def used_stick(tmp_path_factory: pytest.TempPathFactory, history: Make, key: SigningKey) -> Path:
    """A witness that has seen two checkpoints."""
    folder = tmp_path_factory.mktemp("stick")
    lines = history(SIZE).lines
    for size in (5, 9):
        mirror = publish(folder.parent / "witnessed", lines[:size], key)
        Witness(folder).visit(mirror, key.public)
    return folder


@settings(max_examples=200)
@given(position=st.integers(0, 10**5), change=st.integers(1, 255))
def test_a_witness_that_was_changed_says_so(position: int, change: int, used_stick: Path) -> None:
    before = Witness(used_stick).seen
    with TemporaryDirectory() as folder:
        Path(folder, "log.pub").write_bytes((used_stick / "log.pub").read_bytes())
        data = bytearray((used_stick / "checkpoints.jsonl").read_bytes())
        data[position % len(data)] ^= change
        Path(folder, "checkpoints.jsonl").write_bytes(data)
        try:
            after = Witness(Path(folder)).seen
        except LogFault:
            return
        # What is not signed is the time of the visit; and a last line without its end counts as not written.
        assert [seen.note for seen in after] in ([seen.note for seen in before], [before[0].note])


def test_a_witness_without_its_key_or_its_folder_is_refused(
    visit: Callable[..., Visit], stick: Path, history: Make
) -> None:
    visit(history(SIZE).lines)
    (stick / "log.pub").unlink()
    with pytest.raises(AuditError, match=r"lost its log\.pub"):
        Witness(stick)
    with pytest.raises(AuditError, match="not a folder"):
        Witness(stick / "nowhere")


def test_a_restore_that_two_persons_explained_is_accepted_once_and_for_all(
    visit: Callable[..., Visit], tmp_path: Path, stick: Path, history: Make, context: Context, key: SigningKey
) -> None:
    made = history(SIZE)
    visit(made.lines[:8])
    visit(made.lines)
    log = Log(made.lines[:12])
    kept_root = log.root.hex()
    why = StudyExplained(
        fault="rollback", asked_by="ben", asked_role="operator", known=SIZE, known_root=made.log.root.hex(), held=12,
        held_root=kept_root, kept=12, kept_root=kept_root,
    )  # fmt: skip
    _, explained = log.add(EventDraft(details=why, object_id="study"), context)
    lines = [*made.lines[:12], explained]
    with pytest.raises(LogFault, match="event 12 explains it, in the names of ben and anna") as caught:
        visit(lines)
    assert caught.value.kind == "rollback"
    with pytest.raises(LogFault):
        visit(lines, accept=11)
    accepted = visit(lines, accept=12)
    assert (accepted.checkpoint.accepted, accepted.checkpoint.kept) == (12, 12)
    witness = Witness(stick)
    assert [seen.size for seen in witness.seen] == [8, SIZE, 13]
    mirror = MirrorReader(tmp_path / "mirror")
    assert verify_log(mirror, public_key=witness.key, witnessed=witness.notes).ok
    for _ in range(9):
        lines.append(log.add(EventDraft(details=why, object_id="study"), context)[1])
    assert visit(lines).before == 13


def test_no_explanation_covers_what_it_says_was_kept(
    visit: Callable[..., Visit], history: Make, context: Context
) -> None:
    made = history(SIZE)
    visit(made.lines[:8])
    visit(made.lines)
    forged = rehash([*made.lines[:3], *made.lines[4:13]])
    log = Log(forged)
    why = StudyExplained(
        fault="rollback", asked_by="ben", asked_role="operator", known=SIZE, known_root=made.log.root.hex(), held=12,
        held_root=log.root.hex(), kept=12, kept_root=log.root.hex(),
    )  # fmt: skip
    _, explained = log.add(EventDraft(details=why, object_id="study"), context)
    with pytest.raises(LogFault) as caught:
        visit([*forged, explained], accept=12)
    assert (caught.value.kind, caught.value.sequence) == ("fork", 7)
