"""Decisions: each one in the store has its event, and each event its decision."""

from collections.abc import Iterable
from typing import NamedTuple

from audit.details import Action, StudyExplained
from audit.errors import LogFault
from audit.events import parse_line

VERDICTS = {
    Action.EXCHANGE_APPROVED.encode(): "approve",
    Action.EXCHANGE_REJECTED.encode(): "reject",
    Action.EXCHANGE_SENT_BACK.encode(): "send_back",
    Action.EXCHANGE_WITHDRAWN.encode(): "withdraw",
}
"""The actions that record a decision, as they are spelled in a line."""
EXPLAINED = Action.STUDY_EXPLAINED.encode()


class Decision(NamedTuple):
    """A decision as the store has it."""

    exchange: str
    version: int
    verdict: str
    """`approve`, `reject`, `send_back` or `withdraw`."""
    sequence: int
    """Number of the event that it was recorded with."""


class Decided:
    """The decisions that the events of a log record."""

    def __init__(self) -> None:
        self._events: dict[int, Decision] = {}

    def note(self, number: int, action: bytes, object_id: bytes, version: bytes) -> None:
        """Take in an event that records a decision; the fields as they are spelled in its line."""
        # No version of an exchange is numbered below 0, so that an event without one matches no decision.
        numbered = -1 if version == b"null" else int(version)
        self._events[number] = Decision(object_id[1:-1].decode(), numbered, VERDICTS[action], number)

    def give_up(self, line: bytes, number: int) -> None:
        """What the store had lost when two persons explained it has no row any more."""
        details = parse_line(line, number).details
        assert isinstance(details, StudyExplained)
        self._events = {event: row for event, row in self._events.items() if event < details.held}

    def compare(self, decisions: Iterable[Decision]) -> None:
        """Raises `LogFault` of kind `decision` at the first event or row that has no counterpart."""
        events = dict(self._events)
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
