"""Questions to the log: filters over the mirror, and their answer as table, CSV or JSON lines.

Twins only say where to look: every event that is returned was read from its line and is what was asked for.
"""

import csv
import io
from bisect import bisect
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from glob import escape
from itertools import chain, groupby
from typing import Any

import duckdb

from audit.details import Action, Code, Count, Id, ObjectType, RoleName, Strict
from audit.errors import LogFault
from audit.events import Event, Outcome, Time, canonical_json, format_time, parse_line
from audit.mirror import MirrorReader
from audit.twins import OFFSET, Span, span_batches, spans

COLUMNS = tuple(name for name in Event.model_fields if name != "details")
"""Columns of the CSV output; details follow, one JSON object in the last column."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_EQUAL = ("actor", "role", "sitting", "action", "object_type", "object_id", "outcome", "reason")
_BY_RARITY = ("object_id", "sitting", "reason", "actor", "action", "outcome", "object_type", "role")
_FIRST_KEY, _TIME_KEY = b'{"action":"', b'"time":"'
_TABLE = (("event", 8), ("time (UTC)", 19), ("actor", 12), ("action", 19), ("object", 21), ("outcome", 7))


class Query(Strict):
    """Which events to show; a field left None does not restrict.  `since` is inclusive, `until` exclusive."""

    actor: Id | None = None
    role: RoleName | None = None
    sitting: Id | None = None
    action: Action | None = None
    since: Time | None = None
    until: Time | None = None
    object_type: ObjectType | None = None
    object_id: Id | None = None
    outcome: Outcome | None = None
    reason: Code | None = None
    limit: Count | None = None
    """Only the last so many of them."""

    def matches(self, event: Event) -> bool:
        """Whether the event is asked for (`limit` aside)."""
        return (
            all(getattr(self, name) in (None, getattr(event, name)) for name in _EQUAL)
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
        )

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of the fields that restrict."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)

    def condition(self) -> tuple[str, list[Any]]:
        """The filters over the columns of a twin: an SQL condition and its parameters."""
        wanted: list[tuple[str, Any]] = [
            (f"{name} = ?", str(value)) for name in _EQUAL if (value := getattr(self, name)) is not None
        ]
        wanted += [
            (f"time {sign} ?", value.replace(tzinfo=None))
            for sign, value in ((">=", self.since), ("<", self.until))
            if value is not None
        ]
        return " AND ".join(text for text, _ in wanted) or "true", [value for _, value in wanted]

    @property
    def needle(self) -> bytes:
        """What stands in every line that matches: the filter that restricts most, as it is spelled."""
        wanted = (f'"{name}":"{value}"' for name in _BY_RARITY if (value := getattr(self, name)) is not None)
        return next(wanted, "").encode()

    def line_test(self) -> Callable[[bytes], bool]:
        """A test whether a line holds what is asked for, true of every line that does not begin as an event does.

        It costs a fraction of parsing and rests on the one spelling of an event: keys in order, so that a field
        before the details is the first of its name in the line, and one after them the last.
        """
        fields = [
            (f'"{name}":'.encode(), f'"{name}":"{value}"'.encode(), name < "details")
            for name in _EQUAL
            if (value := getattr(self, name)) is not None
        ]
        since = b"" if self.since is None else format_time(self.since).encode()
        until = b"~" if self.until is None else format_time(self.until).encode()

        def test(line: bytes) -> bool:
            if not line.startswith(_FIRST_KEY):
                return True
            for key, wanted, is_first in fields:
                if wanted not in line or not line.startswith(wanted, line.find(key) if is_first else line.rfind(key)):
                    return False
            start = line.rfind(_TIME_KEY) + len(_TIME_KEY)
            return since <= line[start : start + 27] < until

        return test


def find_events(mirror: MirrorReader, query: Query, *, twins: bool = True) -> Iterator[Event]:
    """The events that match, in order of the log; without `twins` every line is read.

    Raises `LogFault` at a line that is no valid event, or that is not what its twin says.
    """
    if not query.filters:
        return (parse_line(line, number) for number, line in enumerate(mirror.lines()))
    parts = spans(mirror, twins=twins)
    if query.limit is None:
        return chain.from_iterable(_search(mirror, span, query, None) for span in parts)
    last: deque[Event] = deque()
    for span in reversed(parts):
        if (room := query.limit - len(last)) > 0:
            last.extendleft(reversed(list(_search(mirror, span, query, room))))
    return iter(last)


def _search(mirror: MirrorReader, span: Span, query: Query, limit: int | None) -> Iterator[Event]:
    """The matching events of one span, the last `limit` of them."""
    if not span.twins:
        return _scan(mirror, span, query, limit)
    condition, values = query.condition()
    order = "" if limit is None else f"DESC LIMIT {limit}"
    try:
        with duckdb.connect(config={"python_enable_replacements": False}) as connection:
            places = connection.execute(
                f"SELECT sequence, {OFFSET} FROM read_parquet(?) WHERE {condition} ORDER BY sequence {order}",
                [[escape(str(path)) for path in span.twins], *values],
            ).to_arrow_table()
    except duckdb.Error:
        return _scan(mirror, span, query, limit)
    pairs = zip(places["sequence"].to_pylist(), places[OFFSET].to_pylist(), strict=True)
    return _read_at(mirror, query, pairs if limit is None else reversed(list(pairs)))


def _scan(mirror: MirrorReader, span: Span, query: Query, limit: int | None) -> Iterator[Event]:
    found: Iterable[tuple[int, bytes]] = _candidates(mirror, span, query)
    events = (parse_line(line, number) for number, line in (found if limit is None else deque(found, maxlen=limit)))
    return (event for event in events if query.matches(event))


def _candidates(mirror: MirrorReader, span: Span, query: Query) -> Iterator[tuple[int, bytes]]:
    """Number and line of what may be asked for."""
    may_match, needle = query.line_test(), query.needle
    for reached, batch in span_batches(mirror, span):
        # Almost all lines of a long log end here.
        near = [
            (number, line)
            for number, line in enumerate(batch, reached)
            if needle in line or not line.startswith(_FIRST_KEY)
        ]
        yield from ((number, line) for number, line in near if may_match(line))


def _read_at(mirror: MirrorReader, query: Query, places: Iterable[tuple[int, int]]) -> Iterator[Event]:
    """The events whose lines begin at these places, given as (sequence, byte of its file), in order."""
    segments = mirror.segments()
    starts = [first for first, _ in segments]
    for number, group in groupby(places, lambda place: bisect(starts, place[0]) - 1):
        with open(segments[number][1], "rb") as file:
            for sequence, offset in group:
                file.seek(offset)
                event = parse_line(file.readline().removesuffix(b"\n"), sequence)
                if event.sequence != sequence or not query.matches(event):
                    raise LogFault(
                        f"event {sequence} is not what the Parquet twin of its file says; run workbench audit verify",
                        kind="twin",
                        sequence=sequence,
                    )
                yield event


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
    yield csv_line([*COLUMNS, "details"])
    for event in events:
        fields = event.model_dump(mode="json")
        details = canonical_json(fields.pop("details")).decode()
        yield csv_line([csv_cell(fields[name]) for name in COLUMNS] + [details])


def as_json(events: Iterable[Event]) -> Iterator[str]:
    """One event a line, exactly as it was hashed."""
    for event in events:
        yield event.line().decode()


def _short_time(time: datetime) -> str:
    return format_time(time)[:19].replace("T", " ")


def _fit(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else f"{text[: width // 2]}…{text[len(text) - (width - 1) // 2 :]}"


def csv_cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_line(cells: list[str]) -> str:
    """One line of CSV without its line end."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()
