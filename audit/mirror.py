"""The mirror: the log as a folder of JSON-lines files that auditors read while others work.

Files are named by the number of their first event, `events-00000000.jsonl`, and start anew every
`SEGMENT_EVENTS` events.  A reader takes a line for real only when it has its line end, so it never sees half an
event of a process that is writing.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

from audit.checkpoint import read_checkpoint
from audit.disk import sync
from audit.errors import AuditError, ForkError, LogFault, MirrorBehindError, RollbackError
from audit.merkle import leaf_hash
from audit.segment import find_line, read_lines
from audit.tiles import TileWriter

SEGMENT_EVENTS = 100_000
_NAME = re.compile(r"events-(\d{8,})\.jsonl")
TILES = "tile"
_CHECKPOINT = "checkpoint"
_BATCH = 10_000


class MirrorReader:
    """Read-only view of a mirror; any process may hold one at any time."""

    def __init__(self, path: Path) -> None:
        """Raises `AuditError` if `path` is not a folder that can be read."""
        self.path = path
        if not path.is_dir():
            raise AuditError(f"{path} is not the mirror of a study's log; name its mirror folder")

    def segments(self) -> list[tuple[int, Path]]:
        """Number of the first event and path of each file, in order."""
        try:
            found = [(match, entry) for entry in self.path.iterdir() if (match := _NAME.fullmatch(entry.name))]
        except OSError as error:
            raise AuditError(f"{self.path} cannot be read ({error.strerror}); check its permissions") from None
        return sorted((int(match[1]), entry) for match, entry in found)

    def batches(self, start: int = 0) -> Iterator[list[bytes]]:
        """The stored lines from event `start` on, some thousands at a time, exact bytes without line ends.

        Raises `LogFault` where a file is missing, misnamed or, though not the last one, ends within a line.
        """
        segments = self.segments()
        following = [first for first, _ in segments[1:]]
        reached = 0
        for (first, path), after in zip_longest(segments, following):
            if first != reached:
                raise _segment_fault(reached, path)
            if after is not None and after <= start:
                reached = after
                continue
            for lines, is_whole in read_lines(path):
                if not is_whole:
                    if after is None:
                        return
                    raise LogFault(
                        f"event {reached} is cut off at the end of {path.name}", kind="torn", sequence=reached
                    )
                skipped = min(max(0, start - reached), len(lines))
                reached += len(lines)
                if wanted := lines[skipped:] if skipped else lines:
                    yield wanted

    def lines(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """As `batches`, line by line, for events `start` to `stop` (exclusive; None: all)."""
        left = None if stop is None else stop - start
        if left is not None and left <= 0:
            return
        for batch in self.batches(start):
            if left is None:
                yield from batch
                continue
            yield from batch[:left]
            left -= len(batch)
            if left <= 0:
                return

    def find_line(self, number: int) -> bytes | None:
        """The line that calls itself event `number`, found by bisection; None where the file is not in order.

        For proofs, which show whether it is the right one: unlike `lines`, this trusts the numbers in the lines.
        """
        place = [path for first, path in self.segments() if first <= number]
        return find_line(place[-1], number) if place else None

    @property
    def size(self) -> int:
        """Number of whole events, counted in the last file and taken from its name before."""
        segments = self.segments()
        if not segments:
            return 0
        first, path = segments[-1]
        return first + sum(len(lines) for lines, is_whole in read_lines(path) if is_whole)

    def checkpoint(self) -> str | None:
        """The signed note kept beside the events, or None."""
        try:
            # As it stands: reading it as a text file would mend changed line ends.
            return (self.path / _CHECKPOINT).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise LogFault(f"{self.path / _CHECKPOINT} cannot be read", kind="checkpoint") from None


class MirrorUntil(MirrorReader):
    """A mirror as it is now, to be read while it grows."""

    def __init__(self, mirror: MirrorReader, size: int) -> None:
        """`size` is its number of events now."""
        super().__init__(mirror.path)
        self._size = size
        self._note: str | LogFault | None
        try:
            self._note = mirror.checkpoint()
        except LogFault as fault:
            self._note = fault

    @property
    def size(self) -> int:
        """Number of events then."""
        return self._size

    def batches(self, start: int = 0) -> Iterator[list[bytes]]:
        """As that of the mirror, up to this size."""
        reached = start
        for batch in super().batches(start):
            if reached >= self._size:
                return
            yield batch[: self._size - reached]
            reached += len(batch)

    def checkpoint(self) -> str | None:
        """The signed note that there was then."""
        if isinstance(self._note, LogFault):
            raise self._note
        return self._note


class Mirror(MirrorReader):
    """The mirror as its one writer holds it: made if absent, a torn last line cut off."""

    def __init__(self, path: Path, *, segment_events: int = SEGMENT_EVENTS) -> None:
        """Raises `AuditError` if the folder cannot be made or written."""
        try:
            if not path.exists():
                path.mkdir()
                path.chmod(0o750)
            super().__init__(path)
            self._segment_events = segment_events
            self._cut_torn_line()
        except OSError as error:
            raise AuditError(f"{path} cannot be written ({error.strerror}); check its permissions") from None
        self._size = super().size
        self._start = max((first for first, _ in self.segments()), default=0)
        """Number of the first event of the file that is written to."""
        self._tiles: TileWriter | None = None
        self._tiles_failed = False

    @property
    def size(self) -> int:
        """Number of events."""
        return self._size

    def append(self, lines: Sequence[bytes], *, first: int) -> None:
        """Write events `first`, `first` + 1, … and wait until they are on disk.

        Raises `MirrorBehindError` if earlier events are missing, `ForkError` if these numbers are taken, and
        `AuditError` if the disk refuses; then nothing of the lines stays behind from the file that failed.
        """
        if first > self._size:
            raise MirrorBehindError(f"the mirror lacks the events from {self._size} on; open the study again")
        if first < self._size:
            raise ForkError(f"the mirror already holds an event {first}", kind="fork", sequence=first)
        rest = list(lines)
        while rest:
            if self._size - self._start >= self._segment_events:
                self._start = self._size
            room = self._start + self._segment_events - self._size
            self._write(self.path / f"events-{self._start:08d}.jsonl", rest[:room])
            self._size += len(rest[:room])
            rest = rest[room:]
        self._grow_tiles(lines)

    def write_checkpoint(self, note: str) -> None:
        """Replace the signed note in one step."""
        temporary = self.path / f".{_CHECKPOINT}.new"
        try:
            with open(temporary, "wb", opener=_opener(os.O_TRUNC)) as file:
                file.write(note.encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path / _CHECKPOINT)
            sync(self.path)
        except OSError as error:
            raise AuditError(f"the checkpoint in {self.path} cannot be written ({error.strerror})") from None
        self._tiles_failed = False
        self._grow_tiles((), seal=True)

    def reconcile(
        self, store_size: int, read_store_lines: Callable[[int, int], Iterable[bytes]], *, since: int = 0
    ) -> int:
        """Make the mirror hold exactly the store's events; the number of events that were added to it.

        `read_store_lines(start, stop)` gives the store's lines of events start to stop (exclusive).  Lines from
        `since` on are compared byte by byte.  Raises `ForkError` where they differ and `RollbackError` where the
        store has fewer events than the mirror or its checkpoint; then nothing is written.
        """
        common = min(store_size, self._size)
        pairs = zip_longest(self.lines(since, common), read_store_lines(since, common))
        for sequence, (ours, theirs) in enumerate(pairs, since):
            if ours != theirs:
                raise ForkError(
                    f"event {sequence} is not the same in the store and in its mirror; nothing runs until this is "
                    "explained",
                    kind="fork",
                    sequence=sequence,
                )
        note = self.checkpoint()
        known = max(self._size, 0 if note is None else read_checkpoint(note).size)
        if store_size < known:
            raise RollbackError(
                f"the store ends before event {store_size}, though {known} events were recorded: it was rolled back "
                "or restored, and nothing runs until this is explained",
                kind="rollback",
                sequence=store_size,
            )
        missing = iter(read_store_lines(self._size, store_size)) if store_size > self._size else iter(())
        before = self._size
        while batch := list(islice(missing, _BATCH)):
            self.append(batch, first=self._size)
        return self._size - before

    def _write(self, path: Path, lines: Sequence[bytes]) -> None:
        is_new = not path.exists()
        try:
            with open(path, "ab", buffering=0, opener=_opener()) as file:
                end = file.seek(0, os.SEEK_END)
                data = memoryview(b"".join(line + b"\n" for line in lines))
                try:
                    while data:
                        data = data[file.write(data) :]
                    os.fsync(file.fileno())
                except BaseException:
                    file.truncate(end)
                    raise
            if is_new:
                sync(self.path)
        except OSError as error:
            raise AuditError(
                f"the mirror {self.path} cannot be written ({error.strerror}); make room and open the study again"
            ) from None

    def _grow_tiles(self, lines: Sequence[bytes], *, seal: bool = False) -> None:
        """Let the stored tiles follow.  They are a cache: trouble with them stops no event.

        After trouble they rest until the next checkpoint, so that no event waits for another try.
        """
        if self._tiles_failed:
            return
        try:
            if self._tiles is None or self._tiles.size + len(lines) != self._size:
                self._tiles = TileWriter(self.path / TILES, self._size, self.lines)
            else:
                self._tiles.add(map(leaf_hash, lines))
            if seal:
                self._tiles.seal()
        except (OSError, AuditError):
            self._tiles, self._tiles_failed = None, True

    def _cut_torn_line(self) -> None:
        segments = self.segments()
        if not segments:
            return
        torn = sum(len(lines[0]) for lines, is_whole in read_lines(segments[-1][1]) if not is_whole)
        with open(segments[-1][1], "r+b") as file:
            end = file.seek(0, os.SEEK_END) - torn
            if torn:
                file.truncate(end)
                os.fsync(file.fileno())


def _segment_fault(reached: int, path: Path) -> LogFault:
    return LogFault(
        f"the file of events before {path.name} is missing or incomplete: event {reached} is not there",
        kind="missing",
        sequence=reached,
    )


def _opener(extra: int = 0) -> Callable[[str, int], int]:
    """Opens files that are made with mode 0640 whatever the umask, and follows no symbolic link."""

    def open_file(name: str, flags: int) -> int:
        descriptor = os.open(name, flags | extra | os.O_NOFOLLOW, 0o640)
        os.fchmod(descriptor, 0o640)
        return descriptor

    return open_file
