"""Proofs against a signed checkpoint: that an event stands in the log, and that the log goes on from an earlier state.

A proof of inclusion is written as C2SP `tlog-proof` (c2sp.org/tlog-proof): number, hashes and checkpoint in one text
that tools of others can check too.  The hashes come from the stored tiles; a proof is handed out only after it has
been checked, and where the tiles are at fault it is made from the lines instead.
"""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from audit.checkpoint import Checkpoint, PublicKey, decode_base64, encode_base64, open_checkpoint
from audit.errors import AuditError, LogFault
from audit.merkle import (
    Frontier,
    Range,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from audit.mirror import TILES, MirrorReader
from audit.tiles import TileMender, TileMissing, TileReader

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")
_MAX_HASHES = 63
_TRIES = 2
"""A tile can be replaced by a wider one while it is looked for."""


@dataclass(frozen=True)
class Proof:
    """That a line stands in the log at `index`, under the checkpoint in the signed `note`."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    line: bytes | None = None
    """The event's line, as the format's `extra` data: says what is proved, and is nothing without the check."""

    def text(self) -> str:
        """The proof as `tlog-proof`."""
        extra = [] if self.line is None else [f"extra {encode_base64(self.line)}"]
        return "\n".join([_HEADER, *extra, f"index {self.index}", *map(encode_base64, self.hashes), "", self.note])

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Raises `LogFault` of kind `proof` if the text is no `tlog-proof`."""
        head, _, note = text.partition("\n\n")
        header, *lines = head.split("\n")
        extra = decode_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        hashes = [decode_base64(line) for line in lines]
        if header != _HEADER or extra is None or index is None or not note or len(hashes) > _MAX_HASHES:
            raise LogFault(f"this is not a proof of the form {_HEADER}", kind="proof")
        whole = tuple(step for step in hashes if step is not None and len(step) == 32)
        if len(whole) != len(hashes):
            raise LogFault("the proof is damaged: one of its hashes is none", kind="proof", sequence=int(index[1]))
        return cls(int(index[1]), whole, note, extra or None)

    def verify(self, key: PublicKey, line: bytes | None = None) -> Checkpoint:
        """Check the proof of a line (default: the one that it carries); the checkpoint that vouches for it.

        Raises `LogFault` of kind `signature`, `checkpoint` or `proof`.
        """
        line = self.line if line is None else line
        if line is None:
            raise AuditError("the proof does not carry its event; name the event's line as well")
        checkpoint = open_checkpoint(self.note, key)
        if not verify_inclusion(leaf_hash(line), self.index, checkpoint.size, self.hashes, checkpoint.root):
            raise LogFault(
                f"the proof does not show that this is event {self.index} of the log", kind="proof", sequence=self.index
            )
        return checkpoint


@dataclass(frozen=True)
class Mending:
    """What was noticed about the tiles while a proof was made."""

    wrong: tuple[str, ...] = ()
    """Names of tiles that were damaged or missing."""
    mended: bool = False
    """Whether they were written anew, which needs the right to write."""


def prove_inclusion(mirror: MirrorReader, index: int, key: PublicKey) -> tuple[Proof, Mending]:
    """Prove that event `index` stands in the log, under the mirror's own checkpoint.

    Raises `AuditError` if there is no checkpoint or it does not reach so far, and `LogFault` if lines and checkpoint
    do not belong together.
    """
    note = mirror.checkpoint()
    if note is None:
        raise AuditError(f"{mirror.path} has no checkpoint to prove anything against; open and close the study once")
    checkpoint = open_checkpoint(note, key)
    if not 0 <= index < checkpoint.size:
        raise AuditError(
            f"the checkpoint vouches for {checkpoint.size} events, numbered from 0; event {index} is not among them"
        )
    line = mirror.find_line(index)
    ranges = inclusion_ranges(index, checkpoint.size)

    def holds(hashes: Sequence[bytes], line: bytes | None) -> bool:
        return line is not None and verify_inclusion(leaf_hash(line), index, checkpoint.size, hashes, checkpoint.root)

    hashes = _from_tiles(mirror, ranges)
    if hashes is not None and holds(hashes, line):
        return Proof(index, tuple(hashes), note, line), Mending()
    hashes = _from_lines(mirror, ranges)
    line = next(mirror.lines(index, index + 1), None)
    if not holds(hashes, line):
        raise _broken(mirror, checkpoint)
    return Proof(index, tuple(hashes), note, line), mend_tiles(mirror, checkpoint.size)


def prove_consistency(mirror: MirrorReader, old: Checkpoint, new: Checkpoint) -> tuple[list[bytes], Mending]:
    """Prove that the log goes on from the checkpoint `old` to the checkpoint `new`.

    Both must have been opened with the log's key.  Raises `LogFault`: of kind `rollback` if the log went back, `fork`
    if its earlier events are not those that the older checkpoint vouches for, `root` or `truncated` if the lines do
    not belong to the new one.
    """
    if new.size < old.size:
        raise LogFault(
            f"the log went back: its checkpoint vouches for {new.size} events, an earlier one for {old.size}",
            kind="rollback",
            sequence=new.size,
        )
    if old.size == 0:
        return [], Mending()
    ranges = consistency_ranges(old.size, new.size)

    def holds(hashes: Sequence[bytes]) -> bool:
        return verify_consistency(old.size, new.size, hashes, old.root, new.root)

    hashes = _from_tiles(mirror, ranges)
    if hashes is not None and holds(hashes):
        return hashes, Mending()
    hashes = _from_lines(mirror, ranges)
    if holds(hashes):
        return hashes, mend_tiles(mirror, new.size)
    if old.size < new.size:
        _check_root(mirror, new)
    raise LogFault(
        f"the log was forked: its first {old.size} events are not those that the earlier checkpoint vouches for",
        kind="fork",
        sequence=old.size - 1,
    )


def mend_tiles(mirror: MirrorReader, sealed: int) -> Mending:
    """Compare all tiles with the lines, and write those anew that are wrong or missing.

    `sealed` is the size of the checkpoint that the partial tiles are for.
    """
    mender = TileMender(mirror.path / TILES)
    for batch in mirror.batches():
        before = max(0, min(sealed - mender.size, len(batch)))
        mender.add(map(leaf_hash, batch[:before]))
        if mender.size == sealed:
            mender.seal(is_end=False)
        mender.add(map(leaf_hash, batch[before:]))
    mender.seal()
    return Mending(tuple(mender.wrong), mended=not mender.refused)


def _from_tiles(mirror: MirrorReader, ranges: Sequence[Range]) -> list[bytes] | None:
    for _ in range(_TRIES):
        with contextlib.suppress(TileMissing):
            return TileReader(mirror.path / TILES).roots(ranges)
    return None


def _from_lines(mirror: MirrorReader, ranges: Sequence[Range]) -> list[bytes]:
    """The root over each range from the lines themselves: reads all events up to the last one needed."""
    trees = [(start, stop, Frontier()) for start, stop in ranges]
    reached, last = 0, max((stop for _, stop in ranges), default=0)
    for batch in mirror.batches():
        if reached >= last:
            break
        for start, stop, tree in trees:
            if start < reached + len(batch) and stop > reached:
                tree.extend([leaf_hash(line) for line in batch[max(0, start - reached) : stop - reached]])
        reached += len(batch)
    return [tree.root() for _, _, tree in trees]


def _check_root(mirror: MirrorReader, checkpoint: Checkpoint) -> None:
    """Raises `LogFault` if the lines have not the checkpoint's root."""
    tree = Frontier()
    for batch in mirror.batches():
        if tree.size >= checkpoint.size:
            break
        tree.extend([leaf_hash(line) for line in batch[: checkpoint.size - tree.size]])
    if tree.size < checkpoint.size or tree.root() != checkpoint.root:
        raise _broken(mirror, checkpoint)


def _broken(mirror: MirrorReader, checkpoint: Checkpoint) -> LogFault:
    """The mirror's lines are not those of its checkpoint."""
    if (size := mirror.size) < checkpoint.size:
        return LogFault(
            f"the log ends before event {size}, but its checkpoint vouches for {checkpoint.size} events",
            kind="truncated",
            sequence=size,
        )
    return LogFault(
        "the events are not those that the checkpoint vouches for; verify the log to find the first",
        kind="root",
        sequence=checkpoint.size - 1,
    )
