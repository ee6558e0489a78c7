"""Parquet twins: the sealed files of the mirror once more, in a form that is searched quickly.

`events-00000000.jsonl` has the twin `events-00000000.parquet` beside it: the fields of each event as columns, its
details as JSON text, and where its line begins.  A twin holds nothing that its file does not, can be deleted at any
time, and proves nothing: it is bound to its file by the file's SHA-256 in its metadata, is not used where that does
not fit, and `find_events` reads whatever it finds from the lines themselves.
"""

import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import escape
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from audit.errors import LogFault
from audit.events import Event, parse_line
from audit.mirror import MirrorReader

FORMAT = "audit-twin/1"
OFFSET = "line_start"
"""The column that says where an event's line begins in its file, in bytes."""

_TYPES = {"sequence": "BIGINT", "object_version": "BIGINT", "time": "TIMESTAMP", "previous_time": "TIMESTAMP"}
_ARROW = {"BIGINT": pa.int64(), "TIMESTAMP": pa.timestamp("us"), "VARCHAR": pa.string(), "JSON": pa.string()}
_SHAPE = {name: "JSON" if name == "details" else _TYPES.get(name, "VARCHAR") for name in Event.model_fields}
COLUMNS = tuple(_SHAPE)
"""Columns of an event; times are UTC without a zone, so that `hour(time)` means what it says."""
SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in _SHAPE.items()] + [(OFFSET, pa.int64())])

_ROW_GROUP = 20_000
_BATCH = 100_000
_REPEATING = [name for name in COLUMNS if name not in ("sequence", "id", "time", "previous_time", "previous")]
_FILTERED = ("object_id", "sitting", "actor")
"""Columns with Bloom filters: few of the 20,000 events of a row group have just this object, sitting or actor."""


@dataclass(frozen=True)
class Span:
    """Neighbouring events of a mirror, `start` to `stop` (exclusive; None: to the end), and the twins that hold them.

    Without twins the lines must be read.
    """

    start: int
    stop: int | None
    twins: tuple[Path, ...] = ()


def read_table(lines: Sequence[bytes], offset: int = 0) -> pa.Table:
    """Lines of events (without line ends, the first at byte `offset` of its file) as columns, see `SCHEMA`.

    Raises `ValueError` where one does not have the fields of an event.
    """
    try:
        raw = pa.table({"line": pa.array(lines, pa.binary()).cast(pa.string())})
        with duckdb.connect(config={"python_enable_replacements": False}) as connection:
            connection.register("raw", raw)
            columns = connection.execute(
                "SELECT unnest(json_transform_strict(line, ?)) FROM raw", [json.dumps(_SHAPE)]
            ).to_arrow_table()
    except (duckdb.Error, pa.ArrowInvalid):
        # The message would quote the line.
        raise ValueError("not the lines of events") from None
    starts, position = [], offset
    for line in lines:
        starts.append(position)
        position += len(line) + 1
    return columns.append_column(OFFSET, pa.array(starts, pa.int64())).cast(SCHEMA)


def tables(lines: Iterator[bytes], start: int = 0) -> Iterator[pa.Table]:
    """Any number of lines, from event `start` on, as tables of at most 100,000 events.

    Raises `LogFault` where a line is no event.
    """
    while batch := list(islice(lines, _BATCH)):
        try:
            yield read_table(batch)
        except ValueError:
            for number, line in enumerate(batch, start):
                parse_line(line, number)
            raise LogFault(
                f"a line from event {start} on does not have the fields of an event", kind="schema", sequence=start
            ) from None
        start += len(batch)


def write_parquet(events: Iterable[pa.Table], file: BinaryIO) -> int:
    """Write events to an open file as Parquet with the columns of an event; how many there were."""
    schema = pa.schema([SCHEMA.field(name) for name in COLUMNS])
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in events:
            writer.write_table(table.select(COLUMNS))
            count += table.num_rows
    return count


def twin_path(segment: Path) -> Path:
    """Where the twin of a file of events lies."""
    return segment.with_suffix(".parquet")


def make_twins(mirror: MirrorReader, progress: Callable[[int, int], None] | None = None) -> int:
    """Make the twins that are missing or do not fit; how many were made.

    Does nothing where the mirror cannot be written or a file holds what is no event (`verify` names it).
    `progress` is called with the twins done and to do.
    """
    sealed = _sealed(mirror)
    if not os.access(mirror.path, os.W_OK):
        return 0
    todo = [entry for entry in sealed if not _fits(*entry)]
    made = 0
    for done, (first, stop, segment) in enumerate(todo):
        if progress:
            progress(done, len(todo))
        made += _make(first, stop, segment)
    if progress and todo:
        progress(len(todo), len(todo))
    return made


def spans(mirror: MirrorReader, *, twins: bool = True) -> list[Span]:
    """The events of a mirror in order: runs of files whose twins fit, and those that must be read by line."""
    found: list[Span] = []
    end = 0
    for first, stop, segment in _sealed(mirror):
        if twins and first == end and _fits(first, stop, segment):
            last = found.pop() if found and found[-1].twins else Span(first, first)
            found.append(Span(last.start, stop, (*last.twins, twin_path(segment))))
        elif found and not found[-1].twins:
            found[-1] = Span(found[-1].start, stop)
        else:
            found.append(Span(end, stop))
        end = stop
    if found and not found[-1].twins:
        return [*found[:-1], Span(found[-1].start, None)]
    return [*found, Span(end, None)]


def span_batches(mirror: MirrorReader, span: Span) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of a span, some thousands at a time, each time with the number of the first.

    Raises `LogFault` as the mirror does, also where the next file does not follow.
    """
    reached = span.start
    for batch in mirror.batches(span.start):
        if reached == span.stop:
            return
        yield reached, batch
        reached += len(batch)


def create_view(connection: duckdb.DuckDBPyConnection, mirror: MirrorReader, *, twins: bool = True) -> list[str]:
    """Make all events of a mirror the view `events` of a DuckDB connection: the twins, and the rest in memory.

    Returns the files that the view reads whenever it is asked.  Raises `LogFault` where a line is no event.
    """
    files: list[str] = []
    rest: list[pa.Table] = [SCHEMA.empty_table()]
    for span in spans(mirror, twins=twins):
        if span.twins:
            files += map(str, span.twins)
        else:
            rest += tables((line for _, batch in span_batches(mirror, span) for line in batch), span.start)
    columns = ", ".join(COLUMNS)
    connection.register("events_by_line", pa.concat_tables(rest))
    parts = [f"SELECT {columns} FROM events_by_line"]
    if any(escape(name) != name for name in files):
        # DuckDB would take such a name for a pattern.
        connection.register("events_of_twins", ds.dataset(files, schema=SCHEMA, format="parquet"))
        parts, files = [f"SELECT {columns} FROM events_of_twins", *parts], []
    elif files:
        names = ", ".join(quoted(name) for name in files)
        parts = [f"SELECT {columns} FROM read_parquet([{names}])", *parts]
    connection.execute(f"CREATE VIEW events AS {' UNION ALL '.join(parts)}")
    return files


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _sealed(mirror: MirrorReader) -> list[tuple[int, int, Path]]:
    """First event, end (exclusive) and path of each file that is no longer written to."""
    segments = mirror.segments()
    following = [first for first, _ in segments[1:]]
    return [(first, stop, path) for (first, path), stop in zip(segments, following, strict=False)]


def _fits(first: int, stop: int, segment: Path) -> bool:
    """Whether the twin is that of this very file.

    The file's SHA-256 is computed anew unless size and time of change are those at which the twin was made.
    """
    twin = twin_path(segment)
    try:
        if not stat.S_ISREG(twin.lstat().st_mode) or not stat.S_ISREG(segment.lstat().st_mode):
            return False
        stored = pq.read_metadata(twin)
        note = {key.decode(): value.decode() for key, value in (stored.metadata or {}).items()}
        if (note.get("format"), stored.num_rows) != (FORMAT, stop - first):
            return False
        if tuple(stored.schema.to_arrow_schema().names) != (*COLUMNS, OFFSET):
            return False
        now = segment.stat()
        if str(now.st_size) != note.get("bytes"):
            return False
        if str(now.st_mtime_ns) == note.get("changed"):
            return True
        return _digest(segment) == note.get("sha256")
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        return False


def _digest(path: Path) -> str:
    hasher = sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            hasher.update(block)
    return hasher.hexdigest()


def _make(first: int, stop: int, segment: Path) -> bool:
    """Make one twin in one step; False where the file does not hold just these events or nothing can be written."""
    try:
        changed = segment.stat().st_mtime_ns
        data = segment.read_bytes()
        lines = data.split(b"\n")
        if lines.pop() or len(lines) != stop - first:
            return False
        table = read_table(lines)
        if table["sequence"].to_pylist() != list(range(first, stop)):
            return False
        note = {"format": FORMAT, "sha256": sha256(data).hexdigest(), "bytes": str(len(data)), "changed": str(changed)}
        _write(table.replace_schema_metadata(note), twin_path(segment))
    except (OSError, ValueError):
        return False
    return True


def _write(table: pa.Table, path: Path) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".twin-", dir=path.parent)
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o640)
            pq.write_table(
                table,
                file,
                row_group_size=_ROW_GROUP,
                # Number and place of a line are needed of every event that is found, so they lie open.
                compression={name: "none" if name in ("sequence", OFFSET) else "zstd" for name in table.column_names},
                use_dictionary=_REPEATING,
                bloom_filter_options={name: {"ndv": _ROW_GROUP, "fpp": 0.01} for name in _FILTERED},
            )
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
