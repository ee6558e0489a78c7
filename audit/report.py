"""The periodic review: what a period of the log holds that somebody responsible should look at.

45 CFR 164.312(b) asks for means to "record and examine activity", 164.308(a)(1)(ii)(D) for regular reviews.  A report
is computed from the events alone; the same period of the same log gives the same report and digest.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

import duckdb

from audit.checkpoint import read_checkpoint
from audit.errors import LogFault
from audit.events import canonical_json
from audit.mirror import MirrorReader
from audit.period import Period
from audit.twins import create_view

FORMAT = "audit-report/1"
MOST_ROWS = 200
"""So many rows of a section are shown; the others are counted."""

Cell = str | int


@dataclass(frozen=True)
class Section:
    """One table of the report; `total` counts the rows before they were cut to `MOST_ROWS`."""

    key: str
    title: str
    remark: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int


@dataclass(frozen=True)
class AuditReport:
    """What was found in a period; `first` and `last` are the numbers of its events, None if there are none."""

    period: Period
    events: int
    first: int | None
    last: int | None
    sections: tuple[Section, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the report's content, whatever it is printed on."""
        content = {
            "format": FORMAT,
            "period": {**vars(self.period), "first": str(self.period.first), "last": str(self.period.last)},
            "events": [self.events, self.first, self.last],
            "sections": [[s.key, s.columns, s.rows, s.total] for s in self.sections],
        }
        return sha256(canonical_json(content)).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """Rows of each section, by its key."""
        return {section.key: section.total for section in self.sections}


def make_report(mirror: MirrorReader, period: Period, *, twins: bool = True) -> AuditReport:
    """The report of a period.  Raises `AuditError` where the mirror cannot be read or a line is no event."""
    # The columns hold UTC without a zone.
    begin, end = (moment.replace(tzinfo=None) for moment in period.bounds)
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        create_view(connection, mirror, twins=twins)
        connection.execute(
            "CREATE TEMP TABLE period AS SELECT * FROM events WHERE time >= ? AND time < ?", [begin, end]
        )
        connection.execute(
            "CREATE TEMP TABLE views AS SELECT sequence, time, actor, object_id FROM events "
            "WHERE action = 'exchange.viewed' AND time >= ? AND time < ?",
            [begin - timedelta(days=1), end],
        )
        summary = connection.execute("SELECT count(*), min(sequence), max(sequence) FROM period").fetchone()
        count, first, last = summary or (0, None, None)
        sections = tuple(make(connection, period) for make in _SECTIONS)
    reach = _reach(mirror, last)
    sections = tuple(replace(s, remark=f"{s.remark}  {reach}") if s.key == "checks" else s for s in sections)
    return AuditReport(period, count, first, last, sections)


def _reach(mirror: MirrorReader, last: int | None) -> str:
    """How far the mirror's own checkpoint reaches."""
    try:
        note = mirror.checkpoint()
        size = 0 if note is None else read_checkpoint(note).size
    except LogFault:
        return "The mirror's checkpoint is damaged."
    later = 0 if last is None else max(0, last + 1 - size)
    remark = f"The mirror's checkpoint vouches for the first {size:,} events."
    return f"{remark}  {later:,} up to the end of the period come after it and can vanish unseen." if later else remark


def _section(
    key: str, title: str, remark: str, columns: str, query: str, parameters: Callable[[Period], list[Any]] | None = None
) -> Callable[[duckdb.DuckDBPyConnection, Period], Section]:
    """A section that is the answer to one query over `period` and `views`; columns are parted by commas."""

    def make(connection: duckdb.DuckDBPyConnection, period: Period) -> Section:
        values = parameters(period) if parameters else []
        found = connection.execute(query, values).fetchall()
        said = remark.format(**vars(period))
        return _cut(key, title, said, tuple(columns.split(",")), [tuple(map(_cell, row)) for row in found])

    return make


def _cut(key: str, title: str, remark: str, columns: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Section:
    return Section(key, title, remark, columns, tuple(rows[:MOST_ROWS]), len(rows))


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value if isinstance(value, int) and not isinstance(value, bool) else "" if value is None else str(value)


def _hours(connection: duckdb.DuckDBPyConnection, period: Period) -> Section:
    """Who was active at night and on weekends, in the period's own zone."""
    quarters = connection.execute(
        "SELECT actor, time_bucket(INTERVAL 15 MINUTE, time) AS quarter, count(*) FROM period GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    people: dict[str, list[int]] = {}
    for actor, quarter, count in quarters:
        local = quarter.replace(tzinfo=UTC).astimezone(period.tz)
        night, weekend, together = people.setdefault(actor, [0, 0, 0])
        is_weekend = local.weekday() >= 5
        is_night = not is_weekend and not period.opens <= local.hour < period.closes
        people[actor] = [night + count * is_night, weekend + count * is_weekend, together + count]
    rows: list[tuple[Cell, ...]] = [(actor, *counts) for actor, counts in sorted(people.items()) if any(counts[:2])]
    remark = (
        f"Events outside {period.opens}:00 to {period.closes}:00 on weekdays, and on Saturdays and Sundays "
        f"({period.zone})."
    )
    return _cut("hours", "Unusual hours", remark, ("person", "at night", "at weekends", "of all"), rows)


_LINE = "SELECT sequence, time, actor, action, object_type || ' ' || object_id"
_LINE_COLUMNS = "event,time (UTC),person,action,object"
_APPROVALS = (
    "SELECT a.*, CASE WHEN a.time <= v.time + INTERVAL 1 DAY THEN date_diff('millisecond', v.time, a.time) END "
    "AS shown FROM period a ASOF LEFT JOIN views v ON a.actor = v.actor AND a.object_id = v.object_id "
    "AND a.sequence > v.sequence WHERE a.action = 'exchange.approved' AND a.outcome = 'ok'"
)
_SECTIONS: tuple[Callable[[duckdb.DuckDBPyConnection, Period], Section], ...] = (
    _section(
        "people",
        "People",
        "Everybody who did anything in the period.",
        "person,roles,events,days,first (UTC),last (UTC)",
        """SELECT actor, string_agg(DISTINCT role, ', ' ORDER BY role), count(*), count(DISTINCT time::DATE),
        min(time), max(time) FROM period GROUP BY actor ORDER BY actor""",
    ),
    _section(
        "work",
        "Work by person",
        "Exchanges opened, edited, approved and rejected, findings dismissed, and what was refused or failed.",
        "person,opened,edited,approved,rejected,dismissed,refused",
        """SELECT actor, count(*) FILTER (action = 'exchange.viewed'), count(*) FILTER (action = 'exchange.edited'),
        count(*) FILTER (action = 'exchange.approved'), count(*) FILTER (action = 'exchange.rejected'),
        count(*) FILTER (action = 'finding.dismissed'), count(*) FILTER (outcome <> 'ok')
        FROM period GROUP BY actor ORDER BY actor""",
    ),
    _hours,
    _section(
        "approvals",
        "Approvals by person",
        "How long after opening an exchange it was approved; fast means less than {fast} seconds, unseen means that "
        "this person had not opened it in the 24 hours before.",
        "person,approvals,fast,unseen,median (ms),shortest (ms)",
        f"""SELECT actor, count(*), count(*) FILTER (shown < ?), count(*) FILTER (shown IS NULL),
        median(shown)::BIGINT, min(shown) FROM ({_APPROVALS}) GROUP BY actor ORDER BY actor""",
        lambda period: [period.fast * 1000],
    ),
    _section(
        "fast",
        "Fast approvals",
        "Approved less than {fast} seconds after it was opened, the fastest first.",
        "event,time (UTC),person,exchange,version,after (ms)",
        f"""SELECT sequence, time, actor, object_id, object_version, shown FROM ({_APPROVALS}) WHERE shown < ?
        ORDER BY shown, sequence""",
        lambda period: [period.fast * 1000],
    ),
    _section(
        "overrides",
        "Approved in spite of a flag or an open finding",
        "Each is a judgement of the reviewer against the screening; leaks come first.",
        "event,time (UTC),person,exchange,version,open findings,flags,reason",
        """SELECT sequence, time, actor, object_id, object_version, findings, array_to_string(flags, ', '), reason
        FROM (SELECT *, (details->>'$.findings')::BIGINT AS findings, list_filter(json_keys(details, '$.flags'),
        lambda flag: (details->>('$.flags.' || flag))::BIGINT > 0) AS flags FROM period
        WHERE action = 'exchange.approved' AND outcome = 'ok') WHERE findings > 0 OR len(flags) > 0
        ORDER BY list_contains(flags, 'leak') DESC, sequence""",
    ),
    _section(
        "dismissed",
        "Dismissed findings",
        "Findings that a reviewer declared not to identify anybody.",
        "person,kind,reason,findings,exchanges",
        """SELECT actor, details->>'$.entity', reason, count(*), count(DISTINCT details->>'$.exchange') FROM period
        WHERE action = 'finding.dismissed' AND outcome = 'ok' GROUP BY ALL ORDER BY ALL""",
    ),
    _section(
        "exports",
        "Releases, exports, backups and replays",
        "Everything that took data or the log elsewhere, or showed the history of an exchange with its text.",
        f"{_LINE_COLUMNS},rows",
        f"""{_LINE}, (details->>'$.rows')::BIGINT FROM period WHERE object_type = 'release'
        OR action IN ('audit.exported', 'study.backed_up', 'exchange.replayed') ORDER BY sequence""",
    ),
    _section(
        "engines",
        "Pages sent to engines",
        "By person and machine; loopback is this machine.",
        "person,host,pages",
        """SELECT actor, details->>'$.host', count(*) FROM period WHERE action = 'page.sent'
        GROUP BY ALL ORDER BY ALL""",
    ),
    _section(
        "refused",
        "Refused and failed",
        "What a rule forbade or an error broke off.",
        f"{_LINE_COLUMNS},outcome,reason",
        f"""{_LINE}, outcome, reason FROM period WHERE outcome <> 'ok' OR action LIKE '%.refused'
        OR action LIKE '%\\_failed' ESCAPE '\\' ORDER BY sequence""",
    ),
    _section(
        "checks",
        "Verifications, reviews, restores and explanations",
        "What was done about the log itself.",
        f"{_LINE_COLUMNS},outcome,reason",
        f"""{_LINE}, outcome, reason FROM period WHERE (object_type = 'log' AND action <> 'audit.queried') OR action IN
        ('study.explained', 'study.restored', 'study.backed_up', 'store.quarantined') ORDER BY sequence""",
    ),
    _section(
        "gaps",
        "Gaps in time",
        "No event for {gap} hours or more before this one; nights and weekends may explain them.",
        "event,from (UTC),to (UTC),hours",
        """SELECT sequence, previous_time, time, date_diff('hour', previous_time, time) FROM period
        WHERE time >= previous_time + to_hours(?) ORDER BY time - previous_time DESC, sequence""",
        lambda period: [period.gap],
    ),
    _section(
        "clock",
        "Clock put back",
        "Events that carry an earlier time than the one before; the order of the log is its numbers.",
        "event,time (UTC),time before (UTC),person",
        "SELECT sequence, time, previous_time, actor FROM period WHERE time < previous_time ORDER BY sequence",
    ),
)
