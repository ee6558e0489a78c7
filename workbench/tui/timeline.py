"""What the auditor's screen asks of the log, and how it writes an event.  No widgets here."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from audit.events import Event, Outcome, format_time
from audit.mirror import MirrorReader

WINDOW = 200
"""Events on screen at a time."""

GROUPS: dict[str, str] = {
    "all": "",
    "decisions": r"exchange\.(approved|rejected)|finding\.dismissed",
    "texts": r"exchange\.(created|screened|edited|attempt_failed)|turns\..*|page\..*|run\..*",
    "reading": r"exchange\.(viewed|replayed)|audit\..*",
    "releases": r"release\..*",
    "study": r"study\..*|person\..*|file\..*|roster\..*|model\..*|clock\..*|policy\..*",
    "refused": "",
}
"""Groups of actions by name; `refused` is every event with an outcome other than ok."""


FIRST = ("time", "actor", "role", "action", "object_type", "object_id", "object_version", "outcome", "reason")
"""Fields of an event that an auditor looks for first."""


@dataclass(frozen=True, slots=True)
class View:
    """Which events are shown: a group, a person, or everything about one object."""

    group: str = "all"
    actor: str | None = None
    thing: tuple[str, str] | None = None
    """Type and id of an object."""

    def title(self) -> str:
        """What is shown, in words."""
        parts = [f"everything about {' '.join(self.thing)}"] if self.thing else [self.group]
        return ", ".join([*parts, *([f"by {self.actor}"] if self.actor else [])])

    def of(self, event: Event) -> "View":
        """The history of the object of an event, or back from it."""
        return replace(self, thing=None if self.thing else (event.object_type, event.object_id))

    def shows(self, event: Event) -> bool:
        """Whether an event belongs to the group."""
        if self.thing:
            return True
        if self.group == "refused":
            return event.outcome is not Outcome.OK
        return not GROUPS[self.group] or re.fullmatch(GROUPS[self.group], event.action.value) is not None


def window(mirror: MirrorReader, view: View, before: Event | None = None) -> list[Event]:
    """The last events of a view, at most `WINDOW`, that stand before an event of it (None: the newest), in order.

    Raises AuditError where the mirror cannot be read.
    """
    if view == View():
        stop = mirror.size if before is None else before.sequence
        lines = mirror.lines(max(0, stop - WINDOW), stop)
        return [Event.model_validate_json(line) for line in lines]
    # Brings pyarrow along, and whoever reviews asks this file for the auditor's keys alone.
    from audit.query import Query, find_events

    # Events of one moment share their time, so the moment itself is asked for again and what follows is cut off.
    until = None if before is None else before.time + timedelta(microseconds=1)
    kind, number = view.thing or (None, None)
    wanted = Query.model_validate(
        {"actor": view.actor, "object_type": kind, "object_id": number, "until": until}, strict=False
    )
    found = (event for event in find_events(mirror, wanted) if view.shows(event))
    return list(deque((e for e in found if before is None or e.sequence < before.sequence), maxlen=WINDOW))


def actors(events: Sequence[Event]) -> list[str]:
    """Who acted, by name."""
    return sorted({event.actor for event in events})


def row(event: Event) -> tuple[str, ...]:
    """An event as the timeline lists it: number, time, who, what, to what, and a mark where it was not done."""
    version = "" if event.object_version is None else f" v{event.object_version}"
    mark = "" if event.outcome is Outcome.OK else f"! {event.outcome.value}"
    time = format_time(event.time)[:19].replace("T", " ")
    return (
        str(event.sequence), time, event.actor, event.action.value, f"{event.object_type} {event.object_id}{version}",
        mark,
    )  # fmt: skip


def sheet(event: Event) -> list[tuple[str, str]]:
    """Everything that an event says, as names and values: what is asked for most stands first."""
    fields = event.model_dump(mode="json")
    details = fields.pop("details")
    first = {name: fields.pop(name) for name in FIRST}
    said = {**first, **details, **fields}
    return [(name.replace("_", " "), _value(value)) for name, value in said.items() if value is not None]


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items()) or "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
