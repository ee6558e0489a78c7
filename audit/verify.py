"""Verification: is the record still what was written, event for event, and does it fit the store?

Every line of the mirror is hashed again as it stands; each event must be well-formed, numbered without a gap and
refer to the one before; signed checkpoints must hold; store and decisions, where given, must agree.  The first
fault is named and ends the verification.  A check of the hashes alone is several times faster: with a checkpoint at
the end it shows as surely that nothing was touched, but names no single event.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest

from audit.checkpoint import Checkpoint, PublicKey, open_checkpoint, read_checkpoint
from audit.decisions import EXPLAINED, VERDICTS, Decided
from audit.decisions import Decision as Decision
from audit.errors import LogFault
from audit.events import NO_LEAF, parse_line
from audit.merkle import Frontier
from audit.mirror import MirrorReader
from audit.spelling import read_spelling, spell

_STEP = 1024
"""Events between two looks at the progress; the tree takes them in together."""


@dataclass(frozen=True)
class Fault:
    """The first fault: number of the event, kind (see audit/README.md) and one sentence."""

    sequence: int | None
    kind: str
    sentence: str


@dataclass(frozen=True)
class Report:
    """What a verification found."""

    size: int
    """Number of events that were verified, up to the point where a fault, if any, was noticed."""
    root: str
    """Merkle root over them, hex."""
    anchored: int
    """Number of first events that a checkpoint vouches for; those after them can vanish unseen."""
    signed: bool
    """Whether the signature of every checkpoint was checked with the public key."""
    fault: Fault | None
    notes: tuple[str, ...]
    """What is not a fault but worth knowing, such as a clock that was put back."""

    @property
    def ok(self) -> bool:
        """Whether no fault was found."""
        return self.fault is None


def verify_log(
    mirror: MirrorReader,
    *,
    public_key: PublicKey | None = None,
    witnessed: Sequence[str] = (),
    store_lines: Iterable[bytes] | None = None,
    decisions: Iterable[Decision] | None = None,
    progress: Callable[[int], None] | None = None,
    hash_only: bool = False,
) -> Report:
    """Verify a log from its mirror.

    `public_key` is the log's pinned key: with it the mirror's checkpoint must exist and be signed.  `witnessed`
    are signed notes kept elsewhere, `store_lines` the store's lines from event 0, `decisions` the store's decisions.
    `progress` is called with the number of events done.  `hash_only` reads no event: it compares the hashes of the
    lines with the checkpoints, and takes neither store nor decisions.  Faults are reported, not raised; raises
    `AuditError` if the mirror cannot be read.
    """
    if hash_only and (store_lines is not None or decisions is not None):
        raise ValueError("a check of the hashes alone reads neither store nor decisions")
    check = _Verification(public_key, progress or (lambda size: None))
    fault = None
    try:
        check.run(mirror, witnessed, store_lines, decisions, hash_only)
    except LogFault as found:
        fault = Fault(found.sequence, found.kind, str(found))
    return Report(
        size=check.tree.size,
        root=check.tree.root().hex(),
        anchored=check.anchored,
        signed=check.signed,
        fault=fault,
        notes=tuple(check.notes),
    )


class _Verification:
    """One pass over a log; the first fault is raised."""

    def __init__(self, public_key: PublicKey | None, progress: Callable[[int], None]) -> None:
        self.public_key = public_key
        self.tree = Frontier()
        self.anchored = 0
        self.signed = False
        self.notes: list[str] = []
        self._progress = progress
        self._pending: list[Checkpoint] = []
        """Checkpoints that the tree has not reached yet, by size."""
        self._backwards: list[int] = []
        self._decided = Decided()

    def run(
        self,
        mirror: MirrorReader,
        witnessed: Sequence[str],
        store_lines: Iterable[bytes] | None,
        decisions: Iterable[Decision] | None,
        hash_only: bool,
    ) -> None:
        # The checkpoint is read before the events, so that a log that grows meanwhile is not behind it.
        # What is wrong with it waits: a broken event says more.
        self._pending, checkpoint_fault = self._checkpoints(mirror, witnessed)
        self._compare_roots()
        if hash_only:
            for batch in mirror.batches():
                self._take([sha256(b"\x00" + line).digest() for line in batch])
        else:
            lines = mirror.lines()
            self._read_events(lines if store_lines is None else _same(lines, store_lines), lines)
        self._progress(self.tree.size)
        if self._backwards:
            self.notes.append(
                f"the clock was put back {len(self._backwards)} times, first at event {self._backwards[0]}"
            )
        if self._pending:
            raise LogFault(
                f"the log ends before event {self.tree.size}, but a checkpoint vouches for {self._pending[-1].size} "
                "events",
                kind="truncated",
                sequence=self.tree.size,
            )
        if checkpoint_fault:
            raise checkpoint_fault
        if decisions is not None:
            self._decided.compare(decisions)

    def _checkpoints(self, mirror: MirrorReader, witnessed: Sequence[str]) -> tuple[list[Checkpoint], LogFault | None]:
        """The usable checkpoints by size, and the first fault among all of them."""
        found: list[Checkpoint] = []
        fault: LogFault | None = None
        try:
            own = mirror.checkpoint()
            if own is None and self.public_key and mirror.size:
                fault = LogFault("the mirror has no checkpoint, though the log's key is known", kind="checkpoint")
        except LogFault as damaged:
            own, fault = None, damaged
        notes = [*([] if own is None else [own]), *witnessed]
        for note in notes:
            try:
                found.append(open_checkpoint(note, self.public_key) if self.public_key else read_checkpoint(note))
            except LogFault as damaged:
                fault = fault or damaged
        if not notes:
            self.notes.append("no checkpoint: events at the end may have vanished unseen")
        elif not self.public_key:
            self.notes.append("no public key was given: the signature of the checkpoint was not checked")
        self.signed = bool(self.public_key and found and not fault)
        return sorted(found, key=lambda point: point.size), fault

    def _read_events(self, lines: Iterator[bytes], following: Iterator[bytes]) -> None:
        """Check each line against all before it.  This loop is written for speed: it runs once an event."""
        number, last, last_time = 0, f'"{NO_LEAF}"'.encode(), b"null"
        leaves: list[bytes] = []
        stop = self._next_stop()
        try:
            for line in lines:
                action, object_id, version, outcome, previous, previous_time, sequence, time = read_spelling(
                    line
                ) or spell(parse_line(line, number))
                if int(sequence) != number:
                    raise LogFault(
                        f"event {number} is not there: event {int(sequence)} stands in its place",
                        kind="sequence",
                        sequence=number,
                    )
                leaf = sha256(b"\x00" + line).digest()
                if previous != last:
                    raise _broken_link(number, leaf, following)
                if previous_time != last_time:
                    raise LogFault(
                        f"event {number} gives a wrong time for the event before", kind="time", sequence=number
                    )
                # All times are spelled alike, so that their order is that of their spellings.
                if time < last_time and number:
                    self._backwards.append(number)
                if action in VERDICTS and outcome == b'"ok"':
                    self._decided.note(number, action, object_id, version)
                elif action == EXPLAINED:
                    self._decided.give_up(line, number)
                leaves.append(leaf)
                last, last_time = b'"%b"' % leaf.hex().encode(), time
                number += 1
                if number == stop:
                    done, leaves = leaves, []
                    self._take(done)
                    stop = self._next_stop()
        finally:
            self.tree.extend(leaves)

    def _next_stop(self) -> int:
        """The size at which the tree is to be compared, or the progress told."""
        size = self.tree.size // _STEP * _STEP + _STEP
        return min(size, self._pending[0].size) if self._pending else size

    def _take(self, leaves: Sequence[bytes]) -> None:
        """Add leaves to the tree, and compare it with every checkpoint that it comes by."""
        done = 0
        while done < len(leaves):
            stop = min(self._next_stop() - self.tree.size, len(leaves) - done)
            self.tree.extend(leaves[done : done + stop])
            done += stop
            self._compare_roots()
            if self.tree.size % _STEP == 0:
                self._progress(self.tree.size)

    def _compare_roots(self) -> None:
        """Compare the checkpoints of just this size, which come first."""
        size = self.tree.size
        while self._pending and self._pending[0].size == size:
            if self._pending.pop(0).root != self.tree.root():
                raise LogFault(
                    f"the events up to {size - 1} are not those that the checkpoint vouches for: at least one of them "
                    "was changed and the later ones written anew",
                    kind="root",
                    sequence=size - 1,
                )
            self.anchored = size


def _same(mirror_lines: Iterator[bytes], store_lines: Iterable[bytes]) -> Iterator[bytes]:
    """The mirror's lines, as long as the store has the same."""
    for number, (mirrored, stored) in enumerate(zip_longest(mirror_lines, store_lines)):
        if stored is None:
            raise LogFault(
                f"event {number} stands in the mirror but not in the store: the store was rolled back or restored",
                kind="rollback",
                sequence=number,
            )
        if mirrored is None:
            raise LogFault(f"event {number} is missing from the mirror", kind="missing", sequence=number)
        if mirrored != stored:
            raise LogFault(f"event {number} is not the same in store and mirror", kind="fork", sequence=number)
        yield mirrored


def _broken_link(number: int, leaf: bytes, following: Iterator[bytes]) -> LogFault:
    """The fault where event `number` does not refer to the one before: which of the two was changed?

    If the event after it still refers to event `number` as it stands, that one is as it was written.
    """
    try:
        after = next(following, None)
    except LogFault:
        after = None
    is_intact = after is not None and f'"previous":"{leaf.hex()}"'.encode() in after
    changed = number - 1 if number and (is_intact or after is None) else number
    sentence = f"event {changed} is not as it was written: events {number - 1} and {number} do not fit together"
    if number == 0:
        sentence = "event 0 is not as it was written: the first event refers to an earlier one"
    return LogFault(sentence, kind="chain", sequence=changed)
