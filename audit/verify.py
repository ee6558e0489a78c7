"""Verification: is the record still what was written, event for event, and does it fit the store?

Every line of the mirror is hashed again as it stands; each event must be well-formed, numbered without a gap and
refer to the one before; signed checkpoints must hold; store and decisions, where given, must agree.  The first
fault is named and ends the verification.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from audit.checkpoint import Checkpoint, PublicKey, open_checkpoint, read_checkpoint
from audit.details import Action
from audit.errors import LogFault
from audit.events import NO_LEAF, Event, Outcome, parse_line
from audit.merkle import Frontier, leaf_hash
from audit.mirror import MirrorReader

_VERDICTS = {Action.EXCHANGE_APPROVED: "approve", Action.EXCHANGE_REJECTED: "reject"}
_PROGRESS_STEP = 1000


class Decision(NamedTuple):
    """A decision as the store has it."""

    exchange: str
    version: int
    verdict: str
    """`approve` or `reject`."""
    sequence: int
    """Number of the event that it was recorded with."""


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
) -> Report:
    """Verify a log from its mirror.

    `public_key` is the log's pinned key: with it the mirror's checkpoint must exist and be signed.  `witnessed`
    are signed notes kept elsewhere, `store_lines` the store's lines from event 0, `decisions` the store's decisions.
    `progress` is called with the number of events done.  Faults are reported, not raised; raises `AuditError` if
    the mirror cannot be read.
    """
    check = _Verification(public_key)
    fault = None
    try:
        check.run(mirror, witnessed, store_lines, decisions, progress)
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

    def __init__(self, public_key: PublicKey | None) -> None:
        self.public_key = public_key
        self.tree = Frontier()
        self.anchored = 0
        self.signed = False
        self.notes: list[str] = []
        self._last_leaf = NO_LEAF
        self._last_time: datetime | None = None
        self._backwards: list[int] = []
        self._decided: dict[int, Decision] = {}

    def run(
        self,
        mirror: MirrorReader,
        witnessed: Sequence[str],
        store_lines: Iterable[bytes] | None,
        decisions: Iterable[Decision] | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        # The checkpoint is read before the events, so that a log that grows meanwhile is not behind it.
        # What is wrong with it waits: a broken event says more.
        checkpoints, checkpoint_fault = self._checkpoints(mirror, witnessed)
        lines = mirror.lines()
        pending = self._compare_roots(checkpoints)
        for line in lines if store_lines is None else _same(lines, store_lines):
            self._take(line, lines)
            pending = self._compare_roots(pending)
            if progress and self.tree.size % _PROGRESS_STEP == 0:
                progress(self.tree.size)
        if progress:
            progress(self.tree.size)
        if self._backwards:
            self.notes.append(
                f"the clock was put back {len(self._backwards)} times, first at event {self._backwards[0]}"
            )
        if pending:
            raise LogFault(
                f"the log ends before event {self.tree.size}, but a checkpoint vouches for {pending[-1].size} events",
                kind="truncated",
                sequence=self.tree.size,
            )
        if checkpoint_fault:
            raise checkpoint_fault
        if decisions is not None:
            self._compare_decisions(decisions)

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

    def _take(self, line: bytes, following: Iterator[bytes]) -> None:
        """Check one line against all before it and add it to the tree."""
        number = self.tree.size
        event = parse_line(line, number)
        if event.sequence != number:
            raise LogFault(
                f"event {number} is not there: event {event.sequence} stands in its place",
                kind="sequence",
                sequence=number,
            )
        leaf = leaf_hash(line)
        if event.previous != self._last_leaf:
            try:
                after = next(following, None)
            except LogFault:
                after = None
            raise self._broken_link(number, leaf, after)
        if event.previous_time != self._last_time:
            raise LogFault(f"event {number} gives a wrong time for the event before", kind="time", sequence=number)
        if self._last_time and event.time < self._last_time:
            self._backwards.append(number)
        self.tree.append(leaf)
        self._last_leaf, self._last_time = leaf.hex(), event.time
        self._note_decision(event)

    def _broken_link(self, number: int, leaf: bytes, after: bytes | None) -> LogFault:
        """The fault where event `number` does not refer to the one before: which of the two was changed?

        If the event after it still refers to event `number` as it stands, that one is as it was written.
        """
        is_intact = after is not None and f'"previous":"{leaf.hex()}"'.encode() in after
        changed = number - 1 if number and (is_intact or after is None) else number
        sentence = f"event {changed} is not as it was written: events {number - 1} and {number} do not fit together"
        if number == 0:
            sentence = "event 0 is not as it was written: the first event refers to an earlier one"
        return LogFault(sentence, kind="chain", sequence=changed)

    def _compare_roots(self, pending: list[Checkpoint]) -> list[Checkpoint]:
        """Compare the checkpoints of just this size, which come first in `pending`; the rest."""
        size = self.tree.size
        while pending and pending[0].size == size:
            if pending[0].root != self.tree.root():
                raise LogFault(
                    f"the events up to {size - 1} are not those that the checkpoint vouches for: at least one of them "
                    "was changed and the later ones written anew",
                    kind="root",
                    sequence=size - 1,
                )
            self.anchored = size
            pending = pending[1:]
        return pending

    def _note_decision(self, event: Event) -> None:
        verdict = _VERDICTS.get(event.action)
        if verdict and event.outcome is Outcome.OK:
            # No version of an exchange is numbered below 0, so that an event without one matches no decision.
            version = -1 if event.object_version is None else event.object_version
            self._decided[event.sequence] = Decision(event.object_id, version, verdict, event.sequence)

    def _compare_decisions(self, decisions: Iterable[Decision]) -> None:
        events = dict(self._decided)
        for row in sorted(decisions, key=lambda row: row.sequence):
            number = row.sequence
            if row != events.pop(number, None):
                raise LogFault(
                    f"a decision in the store refers to event {number}, which does not record it",
                    kind="decision",
                    sequence=number,
                )
        if events:
            number = min(events)
            raise LogFault(
                f"event {number} records a decision that the store does not have", kind="decision", sequence=number
            )


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
