"""Questions to the log: filters over the mirror, and their answer as table, CSV or JSON."""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime

from audit.details import Action, Count, Id, ObjectType, Strict
from audit.events import Event, Outcome, Time, canonical_json, format_time, parse_line
from audit.mirror import MirrorReader

COLUMNS = tuple(name for name in Event.model_fields if name != "details")
"""Columns of the CSV output; details follow, one JSON object in the last column."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TABLE = (("event", 8), ("time (UTC)", 19), ("actor", 12), ("action", 19), ("object", 21), ("outcome", 7))


class Query(Strict):
    """Which events to show; a field left None does not restrict.  `since` is inclusive, `until` exclusive."""

    actor: Id | None = None
    action: Action | None = None
    since: Time | None = None
    until: Time | None = None
    object_type: ObjectType | None = None
    object_id: Id | None = None
    outcome: Outcome | None = None
    limit: Count | None = None
    """Only the last so many of them."""

    def matches(self, event: Event) -> bool:
        """Whether the event is asked for (`limit` aside)."""
        return (
            self.actor in (None, event.actor)
            and self.action in (None, event.action)
            and self.object_type in (None, event.object_type)
            and self.object_id in (None, event.object_id)
            and self.outcome in (None, event.outcome)
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
        )

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of the fields that restrict."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)


def find_events(mirror: MirrorReader, query: Query) -> Iterator[Event]:
    """The events that match, in order of the log.  Raises `LogFault` at a line that is no valid event."""
    found = (event for number, line in enumerate(mirror.lines()) if query.matches(event := parse_line(line, number)))
    return found if query.limit is None else iter(deque(found, maxlen=query.limit))


def as_table(events: Iterable[Event]) -> Iterator[str]:
    """Lines of a table at most 100 columns wide; long ids keep their end, where they differ."""
    yield "  ".join(title.ljust(width) for title, width in _TABLE).rstrip()
    yield "  ".join("-" * width for _, width in _TABLE)
    for event in events:
        what = f"{event.object_type} {event.object_id}"
        version = "" if event.object_version is None else f" v{event.object_version}"
        cells = (str(event.sequence), _short_time(event.time), event.actor, event.action.value, what + version)
        row = [_fit(cell, width) for cell, (_, width) in zip(cells, _TABLE, strict=False)]
        yield "  ".join([*row, event.outcome.value])


def as_csv(events: Iterable[Event]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), the first one the header; no cell can be taken for a formula."""
    yield _csv_line([*COLUMNS, "details"])
    for event in events:
        fields = event.model_dump(mode="json")
        details = canonical_json(fields.pop("details")).decode()
        yield _csv_line([_cell(fields[name]) for name in COLUMNS] + [details])


def as_json(events: Iterable[Event]) -> Iterator[str]:
    """One event a line, exactly as it was hashed."""
    for event in events:
        yield event.line().decode()


def _short_time(time: datetime) -> str:
    return format_time(time)[:19].replace("T", " ")


def _fit(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else f"{text[: width // 2]}…{text[len(text) - (width - 1) // 2 :]}"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _csv_line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()
