"""The tables of a bundle: which columns they have, where they lie, and how a row reads for a chat trainer."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audit.bundle import SPLITS
from audit.errors import BundleError

APPROVALS = "approvals.parquet"
"""The disclosed digest key of each row, by which anybody links the row to the event of its approval."""
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
ROWS = pa.schema(
    [("id", pa.string()), ("instruction", pa.string()), ("input", pa.string()), ("output", pa.string()),
     ("messages", MESSAGES)]
)  # fmt: skip
"""Columns of the data."""
LINKS = (pa.field("subject", pa.string()), pa.field("position", pa.int32()))
"""Further columns where the policy keeps what links rows: a pseudonym of the subject that is new in each release, and
the place of the row among the subject's rows, from 1.
"""
KEYS = pa.schema([("id", pa.string()), ("key", pa.string())])
"""Columns of the approvals: id of the row, digest key in hex."""
_PATH = re.compile(rf"data/([A-Za-z0-9_][A-Za-z0-9._-]*)/({'|'.join(SPLITS)})-([0-9]{{5}})-of-([0-9]{{5}})\.parquet")


def row_schema(links: bool) -> pa.Schema:
    """The columns of the data, with those that link rows or without."""
    return pa.schema([*ROWS, *LINKS]) if links else ROWS


def data_path(config: str, split: str, number: int, count: int) -> str:
    """Where the file of this number, from 0, of so many of a split lies."""
    return f"data/{config}/{split}-{number:05}-of-{count:05}.parquet"


def parse_path(path: str) -> tuple[str, str] | None:
    """Config and split of a data file, or None where no data lie."""
    found = _PATH.fullmatch(path)
    return (found[1], found[2]) if found else None


def check_numbering(paths: Iterable[str]) -> str | None:
    """The first path whose number does not fit the others of its split, or None."""
    by_split: dict[tuple[str, str], list[str]] = {}
    for path in sorted(paths):
        config_and_split = parse_path(path)
        if config_and_split is None:
            return path
        by_split.setdefault(config_and_split, []).append(path)
    for (config, split), found in by_split.items():
        for number, path in enumerate(found):
            if path != data_path(config, split, number, len(found)):
                return path
    return None


def messages(instruction: pa.Array, question: pa.Array, answer: pa.Array) -> pa.Array:
    """Rows as conversations: instruction and input, a paragraph each, in the user's turn; then the assistant's."""
    count = len(answer)
    user = pc.binary_join_element_wise(instruction, question, pa.scalar("\n\n"))
    # Each user's turn, and behind it the answer, which stands so many places further on.
    turns = np.arange(2 * count, dtype=np.int32).reshape(2, count).T.ravel()
    contents = pa.concat_arrays([user, answer]).take(pa.array(turns))
    roles = pa.array(["user", "assistant"] * count, pa.string())
    return pa.ListArray.from_arrays(
        pa.array(np.arange(0, 2 * count + 1, 2, dtype=np.int32)),
        pa.StructArray.from_arrays([roles, contents], fields=list(MESSAGES.value_type)),
        type=MESSAGES,
    )


def check_tables(path: Path, files: Iterable[tuple[str, int]], columns: tuple[str, ...], rows: int) -> None:
    """Check the data (path within the bundle, rows) and the approvals of a bundle: columns, types, row counts, ids.

    Raises BundleError naming the first fault.
    """
    schema = next((one for one in (row_schema(False), row_schema(True)) if tuple(one.names) == columns), None)
    if schema is None:
        raise BundleError(f"{path} has columns that no bundle has: {', '.join(columns)}; ask for it again")
    ids: list[pa.ChunkedArray] = []
    for name, expected in files:
        ids.append(_ids(path / name, schema))
        if len(ids[-1]) != expected:
            raise BundleError(f"{path / name} has {len(ids[-1])} rows where the manifest says {expected}")
    found = sum(len(one) for one in ids)
    if found != rows:
        raise BundleError(f"{path} has {found} rows of data where its manifest says {rows}")
    every = pa.chunked_array([chunk for one in ids for chunk in one.chunks], pa.string())
    if every.null_count or pc.count_distinct(every).as_py() != found:
        raise BundleError(f"{path} has a row without an id of its own; ask for it again")
    approved = _ids(path / APPROVALS, KEYS)
    if not _sorted(approved).equals(_sorted(every)):
        raise BundleError(f"{path / APPROVALS} is not about exactly the rows of the data; ask for the release again")


def _ids(where: Path, schema: pa.Schema) -> pa.ChunkedArray:
    """The column of ids of a file that must have this schema."""
    try:
        with pq.ParquetFile(where) as table:
            if not table.schema_arrow.equals(schema, check_metadata=False):
                raise BundleError(f"{where} does not have the columns {', '.join(schema.names)}, each of its type")
            return table.read(columns=["id"]).column("id")
    except (pa.ArrowException, OSError):
        raise BundleError(f"{where} is not a Parquet file that can be read") from None


def _sorted(ids: pa.ChunkedArray) -> pa.Array:
    return ids.take(pc.sort_indices(ids)).combine_chunks()
