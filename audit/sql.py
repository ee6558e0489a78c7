"""Free questions to the log in SQL: one SELECT over the view `events`, in a database that can do nothing else.

DuckDB takes SQL to be code: it can read and write files, load extensions and change its settings.  Here a question is
refused unless it is one SELECT statement that uses no table function beyond a few that only make rows out of values.
It then runs in memory with the settings locked and all access to files switched off but to the twins, which are copies
that can be made anew; the log's own files are out of its reach.
(duckdb.org/docs/stable/operations_manual/securing_duckdb)
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from audit.errors import AuditError
from audit.mirror import MirrorReader
from audit.query import csv_cell, csv_line
from audit.twins import create_view, quoted

VIEW = "events"
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})
"""The table functions that a question may use."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    # Nothing is spilled to disk: a question that is too big fails.
    "temp_directory": "",
    "memory_limit": "4GB",
}
_BATCH = 10_000


class QuestionError(AuditError):
    """A question that is not one plain SELECT, or that DuckDB cannot answer."""


@contextmanager
def ask(mirror: MirrorReader, question: str, *, twins: bool = True) -> Iterator[pa.RecordBatchReader]:
    """The answer to a question, batch by batch, while the context is open.

    The view `events` has the columns of an event, times in UTC, `details` as JSON text.  Raises `QuestionError`
    where the question is refused or fails, `LogFault` at a line that is no event.
    """
    check(question)
    connection = duckdb.connect(":memory:", config=_SETTINGS)
    try:
        _lock(connection, create_view(connection, mirror, twins=twins))
        with _explained():
            reader = connection.execute(question).to_arrow_reader(_BATCH)
            yield pa.RecordBatchReader.from_batches(reader.schema, _batches(reader))
    finally:
        connection.close()


def check(question: str) -> None:
    """Refuse what is not one SELECT over the events.  Raises `QuestionError`."""
    try:
        statements = duckdb.extract_statements(question)
    except duckdb.Error as problem:
        raise QuestionError(f"The question is not SQL that can be read: {_first_line(problem)}") from None
    if len(statements) != 1:
        raise QuestionError(f"A question is exactly one SELECT statement, and this holds {len(statements)}.")
    kind = statements[0].type
    if kind != duckdb.StatementType.SELECT:
        raise QuestionError(f"A question is a SELECT statement, and this is {kind.name}; nothing was run.")
    with duckdb.connect(":memory:", config=_SETTINGS) as connection:
        _lock(connection)
        row = connection.execute("SELECT json_serialize_sql(?)", [question]).fetchone()
    tree = json.loads(row[0]) if row else {}
    # What the parser turns into a SELECT of its own, such as PRAGMA, has no tree.
    if tree.get("error", True):
        raise QuestionError("A question is a plain SELECT statement, and this is something else; nothing was run.")
    for name in _table_functions(tree):
        if name not in TABLE_FUNCTIONS:
            raise QuestionError(
                f"A question reads only the view {VIEW}, and {name} reads something else; nothing was run."
            )


def _lock(connection: duckdb.DuckDBPyConnection, files: Sequence[str] = ()) -> None:
    """Switch off all access to files but these."""
    if files:
        connection.execute(f"SET allowed_paths = [{', '.join(map(quoted, files))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _table_functions(node: Any) -> Iterator[str]:
    """Names of the table functions in a statement's tree."""
    if isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION":
            yield str(node["function"]["function_name"]).lower()
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _table_functions(child)


def _batches(reader: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    with _explained():
        yield from reader


@contextmanager
def _explained() -> Iterator[None]:
    """DuckDB's own errors as one sentence.  They can quote the question and values of events, which hold no text."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException) as problem:
        raise QuestionError(f"The question has no answer: {_first_line(problem)}") from None


def _first_line(problem: Exception) -> str:
    line = next(iter(str(problem).splitlines()), "no reason given").strip()
    return line if line.endswith((".", "!", "?")) else f"{line}."


def as_csv(answer: pa.RecordBatchReader) -> Iterator[str]:
    """Lines of CSV (RFC 4180), the first one the header; no cell can be taken for a formula."""
    yield csv_line([csv_cell(name) for name in answer.schema.names])
    for row in rows(answer):
        yield csv_line([csv_cell(value) for value in row])


def as_json(answer: pa.RecordBatchReader) -> Iterator[str]:
    """One row a line, as an object; what JSON has no type for as text."""
    names = answer.schema.names
    for row in rows(answer):
        yield json.dumps(dict(zip(names, row, strict=True)), default=str)


def write_parquet(answer: pa.RecordBatchReader, file: BinaryIO) -> None:
    """Write the answer to an open file as Parquet."""
    with pq.ParquetWriter(file, answer.schema, compression="zstd") as writer:
        for batch in answer:
            writer.write_batch(batch)


def rows(answer: pa.RecordBatchReader) -> Iterator[list[Any]]:
    """The rows of an answer as Python values; two columns may have one name."""
    for batch in answer:
        columns = [column.to_pylist() for column in batch.columns]
        yield from ([column[at] for column in columns] for at in range(batch.num_rows))
