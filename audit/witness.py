"""A witness: a folder elsewhere that remembers what the log was, and demands at each visit that it only grew.

On a stick in a drawer, or on another machine, it holds two files:

    log.pub             the log's public key, pinned at the first visit
    checkpoints.jsonl   one line a checkpoint that was seen; lines are only ever added

Whoever owns the log's disk and its key can write the whole log anew, but not what a witness has seen.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from audit.checkpoint import Checkpoint, PublicKey, open_checkpoint
from audit.details import Count, Digest, Strict, StudyExplained
from audit.disk import sync
from audit.errors import AuditError, LogFault
from audit.events import Event, Time, canonical_json, parse_line
from audit.mirror import MirrorReader
from audit.proof import Mending, prove_consistency, prove_inclusion

KEY = "log.pub"
_SEEN = "checkpoints.jsonl"
_EXPLAINED = b'{"action":"study.explained"'


class Seen(Strict):
    """A checkpoint that was seen, and when."""

    seen: Time
    size: Count
    root: Digest
    note: Annotated[str, Field(max_length=100_000)]
    accepted: Count | None = None
    """Number of the event that explains why the log does not go on from what was seen before; accepted by a person."""
    kept: Count | None = None
    """With `accepted`: the log goes on from its first so many events; those seen after them are given up."""


class Visit(Strict):
    """What came of a visit."""

    is_first: bool
    """Whether the key was pinned now: compare it with the one on paper."""
    key: str
    before: Count
    """Size of the log when it was last seen; 0 at the first visit."""
    checkpoint: Seen
    is_new: bool
    """Whether the checkpoint was added; one that was seen before is not added again."""
    wrong_tiles: tuple[str, ...]


class Witness:
    """What a witness folder holds.  Reading it checks every signature in it."""

    def __init__(self, path: Path) -> None:
        """Raises `AuditError` for a folder that is no witness, `LogFault` for one that was changed."""
        self.path = path
        self.key: PublicKey | None = None
        self.seen: list[Seen] = []
        self._end = 0
        if not path.is_dir():
            raise AuditError(f"{path} is not a folder; name the folder on the stick or machine that keeps checkpoints")
        file = path / _SEEN
        if (path / KEY).exists():
            self.key = PublicKey.load(path / KEY)
            self.seen = list(self._read(file, self.key))
        elif file.exists():
            raise AuditError(f"{path} has lost its {KEY}; put the log's public key back from another copy")

    @property
    def notes(self) -> list[str]:
        """The signed notes that the log must agree with."""
        return [seen.note for seen in self._binding()]

    def _binding(self) -> list[Seen]:
        """What was seen, but for what an accepted explanation gave up."""
        binding: list[Seen] = []
        for seen in self.seen:
            kept = seen.kept
            binding = [*(earlier for earlier in binding if kept is None or earlier.size <= kept), seen]
        return binding

    def visit(self, mirror: MirrorReader, log_key: PublicKey, *, accept: int | None = None) -> Visit:
        """Look at the log: its key must be the pinned one, and it must go on from what was seen last.

        `log_key` is the key that lies beside the mirror.  `accept` is the number of a `study.explained` event that a
        person holds to be true.  Raises `LogFault` of kind `signature`, `checkpoint`, `rollback`, `fork`, `root` or
        `truncated`; then nothing is remembered.
        """
        is_first = self.key is None
        if self.key is not None and log_key != self.key:
            raise LogFault(
                f"the log has another key than the one that {self.path} has pinned: it was replaced, or this witness "
                "belongs to another study",
                kind="signature",
            )
        note = mirror.checkpoint()
        if note is None:
            raise LogFault(f"{mirror.path} has no checkpoint to be witnessed", kind="checkpoint")
        new = open_checkpoint(note, log_key)
        before = self.seen[-1].size if self.seen else 0
        entry, mending = self._follow(mirror, log_key, note, new, accept)
        is_new = not self.seen or (self.seen[-1].size, self.seen[-1].root) != (new.size, new.root.hex())
        if is_new:
            if is_first:
                self._write(KEY, 0, log_key.text.encode() + b"\n")
                self.key = log_key
            self._append(entry)
        return Visit(
            is_first=is_first, key=log_key.text, before=before, checkpoint=entry, is_new=is_new,
            wrong_tiles=mending.wrong,
        )  # fmt: skip

    def _follow(
        self, mirror: MirrorReader, key: PublicKey, note: str, new: Checkpoint, accept: int | None
    ) -> tuple[Seen, Mending]:
        """The entry for the present checkpoint, if the log goes on from what was seen."""
        entry = Seen(seen=datetime.now(UTC), size=new.size, root=new.root.hex(), note=note)
        mending = Mending()
        if new.size:
            # The last event must be there, and not only the tiles that speak of it.
            _, mending = prove_inclusion(mirror, new.size - 1, key)
        try:
            self._demand(mirror, key, new, None)
        except LogFault as fault:
            explained = _explanation(mirror, self.seen[-1].size, new.size) if self.seen else None
            if explained is None or fault.kind not in ("rollback", "fork"):
                raise
            number, kept, persons = explained
            if accept != number:
                raise LogFault(
                    f"{fault}; event {number} explains it, in the names of {persons}: ask them, and if it is true "
                    f"visit again with --accept {number}",
                    kind=fault.kind,
                    sequence=fault.sequence,
                ) from None
            self._demand(mirror, key, new, kept)
            entry = entry.model_copy(update={"accepted": number, "kept": kept})
        return entry, mending

    def _demand(self, mirror: MirrorReader, key: PublicKey, new: Checkpoint, kept: int | None) -> None:
        """Demand that the log goes on from the last checkpoint seen that reaches no further than `kept`."""
        for seen in reversed(self._binding()):
            if kept is None or seen.size <= kept:
                prove_consistency(mirror, open_checkpoint(seen.note, key), new)
                return

    def _read(self, file: Path, key: PublicKey) -> Iterator[Seen]:
        """The checkpoints, each checked.  A line that is cut off was being written when the stick was pulled."""
        try:
            data = file.read_bytes() if file.exists() else b""
        except OSError as error:
            raise AuditError(f"{file} cannot be read ({error.strerror}); check the stick") from None
        self._end = data.rfind(b"\n") + 1
        last = -1
        for number, line in enumerate(data[: self._end].split(b"\n")[:-1], 1):
            damaged = LogFault(f"line {number} of {file} is not as the witness wrote it", kind="checkpoint")
            try:
                seen = Seen.model_validate_json(line)
            except (ValidationError, ValueError):
                raise damaged from None
            checkpoint = open_checkpoint(seen.note, key)
            if (checkpoint.size, checkpoint.root.hex()) != (seen.size, seen.root):
                raise damaged
            if seen.accepted is None and seen.size < last:
                raise damaged
            last = seen.size
            yield seen

    def _append(self, entry: Seen) -> None:
        line = canonical_json(entry.model_dump(mode="json")) + b"\n"
        self._write(_SEEN, self._end, line)
        self._end += len(line)
        self.seen.append(entry)

    def _write(self, name: str, end: int, data: bytes) -> None:
        """Write after the whole lines of a file, and wait until it is on the stick."""
        file = self.path / name
        try:
            # No mode is set: the file systems of sticks know none.
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
            with open(descriptor, "wb") as out:
                out.truncate(end)
                out.seek(end)
                out.write(data)
                out.flush()
                os.fsync(descriptor)
            sync(self.path)
        except OSError as error:
            raise AuditError(f"{file} cannot be written ({error.strerror}); check the stick") from None


def _explanation(mirror: MirrorReader, seen: int, size: int) -> tuple[int, int, str] | None:
    """The last event which explains that the log of `seen` events was given up: number, events kept, two persons."""
    found = None
    for number, line in enumerate(mirror.lines(0, size)):
        if line.startswith(_EXPLAINED):
            event: Event = parse_line(line, number)
            details = event.details
            if isinstance(details, StudyExplained) and details.kept < seen <= details.known and details.kept <= number:
                found = (number, details.kept, f"{details.asked_by} and {event.actor}")
    return found
