"""The log's running state: what the next event must refer to, and the Merkle root so far.  No storage here."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from audit.checkpoint import Checkpoint
from audit.details import Count, Digest, Strict
from audit.errors import ForkError, LogFault
from audit.events import NO_LEAF, Context, Event, EventDraft, Time, parse_line
from audit.merkle import Frontier, leaf_hash


class LogState(Strict):
    """All that is needed to go on with a log without reading it again; saved as JSON."""

    size: Count
    frontier: Annotated[tuple[Digest, ...], Field(strict=False)]
    last: Digest
    last_time: Time | None


class Log:
    """State after some number of events.

    To write events together with what they describe, work on a copy and keep it once the transaction has
    committed; if the transaction fails, the state is as before:

        pending = log.copy()
        event, line = pending.add(draft, context)   # once or more; each line goes into the transaction
        ...commit...
        log = pending
    """

    def __init__(self, lines: Iterable[bytes] = (), anchor: Checkpoint | None = None) -> None:
        """Read the stored lines (canonical, without line ends), in order from event 0.

        Raises `ForkError` if they do not have the anchor's root at its size.
        """
        self._frontier = Frontier()
        self._last = NO_LEAF
        self._last_time: datetime | None = None
        self._read(lines, anchor)

    def _read(self, lines: Iterable[bytes], anchor: Checkpoint | None) -> None:
        line = leaf = b""
        self._compare(anchor)
        for line in lines:
            leaf = leaf_hash(line)
            self._frontier.append(leaf)
            self._compare(anchor)
        if leaf:
            event = parse_line(line, self.size - 1)
            if event.sequence != self.size - 1:
                raise LogFault(
                    f"the log holds {self.size} events but its last one is numbered {event.sequence}; verify the log",
                    kind="sequence",
                    sequence=self.size - 1,
                )
            self._last, self._last_time = leaf.hex(), event.time

    def _compare(self, anchor: Checkpoint | None) -> None:
        if anchor is not None and self.size == anchor.size and self.root != anchor.root:
            raise ForkError(
                f"the first {anchor.size} events are not those that the signed checkpoint vouches for; nothing "
                "runs until this is explained",
                kind="root",
                sequence=max(0, anchor.size - 1),
            )

    @classmethod
    def from_state(cls, state: LogState, lines: Iterable[bytes] = (), anchor: Checkpoint | None = None) -> "Log":
        """The log that `state` was taken from, and the stored lines that came after it.

        Raises `LogFault` if the state contradicts itself, and like `Log()`; an `anchor` of fewer events than the
        state has cannot be compared and is not.
        """
        log = cls()
        try:
            log._frontier = Frontier(state.size, [bytes.fromhex(root) for root in state.frontier])
        except ValueError:
            raise LogFault("the saved state of the log is damaged; read the log again", kind="state") from None
        log._last, log._last_time = state.last, state.last_time
        log._read(lines, anchor)
        return log

    @property
    def state(self) -> LogState:
        """The state, to be saved."""
        roots = tuple(root.hex() for root in self._frontier.roots)
        return LogState(size=self.size, frontier=roots, last=self._last, last_time=self._last_time)

    @property
    def size(self) -> int:
        """Number of events; also the sequence of the next one."""
        return self._frontier.size

    @property
    def root(self) -> bytes:
        """Merkle root over all events, 32 bytes."""
        return self._frontier.root()

    @property
    def last(self) -> tuple[datetime | None, str]:
        """Time and leaf hash (hex) of the last event."""
        return self._last_time, self._last

    def copy(self) -> "Log":
        """An independent copy, to prepare events on."""
        other = Log()
        other._frontier, other._last, other._last_time = self._frontier.copy(), self._last, self._last_time
        return other

    def next(self, draft: EventDraft, context: Context, now: datetime | None = None) -> tuple[Event, bytes]:
        """The next event and its line; changes nothing.  `now` must know its time zone; default: this moment."""
        event = Event(
            sequence=self.size,
            id=secrets.token_hex(16),
            time=now or datetime.now(UTC),
            previous_time=self._last_time,
            previous=self._last,
            actor=context.actor,
            role=context.role,
            authenticated=context.authenticated,
            sitting=context.sitting,
            host=context.host,
            version=context.version,
            policy_digest=context.policy_digest,
            face=context.face,
            action=draft.action,
            object_type=draft.details.object_type,
            object_id=draft.object_id,
            object_version=draft.object_version,
            outcome=draft.outcome,
            reason=draft.reason,
            digest_before=draft.digest_before,
            digest_after=draft.digest_after,
            details=draft.details,
        )
        return event, event.line()

    def advance(self, line: bytes) -> None:
        """Take in the line of the next event.  Raises `LogFault` if it does not follow the last one."""
        event = parse_line(line, self.size)
        if event.sequence != self.size or event.previous != self._last or event.previous_time != self._last_time:
            raise LogFault(
                f"event {event.sequence} does not follow the last event of the log", kind="chain", sequence=self.size
            )
        self._take(event, line)

    def add(self, draft: EventDraft, context: Context, now: datetime | None = None) -> tuple[Event, bytes]:
        """`next` and `advance` in one."""
        event, line = self.next(draft, context, now)
        self._take(event, line)
        return event, line

    def _take(self, event: Event, line: bytes) -> None:
        leaf = leaf_hash(line)
        self._frontier.append(leaf)
        self._last, self._last_time = leaf.hex(), event.time
