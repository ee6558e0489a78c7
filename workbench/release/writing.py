"""The Parquet files of a release: the same rows give the same bytes, however many they are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from audit.bundle_data import KEYS, LINKS, messages, row_schema
from workbench.release.gate import Part
from workbench.release.going import DIGEST_BYTES, Rows
from workbench.release.rows import ID_BYTES, DataFile, Layout
from workbench.release.spool import Spool, spool
from workbench.study.study import Study

# Nothing of these hangs on the machine or the day; the writer's own name and version stand in each file.
_SETTINGS: dict[str, Any] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": ["instruction", "subject", "messages.list.element.role"],
    "write_statistics": ["id"],
    "store_schema": True,
}
KEYS_AT_ONCE = 65_536
_ID, _KEY = f"S{ID_BYTES}", f"V{DIGEST_BYTES}"
FILES_AT_ONCE = 2


class Writer:
    """Writes the data of a release in two steps: all rows are kept in order of the study, then each file is written."""

    def __init__(self, layout: Layout, rows: Spool, instruction: str) -> None:
        self._layout = layout
        self._spool = rows
        self._instruction = instruction
        self._keys = bytearray()

    def keep(self, part: Part) -> None:
        """Keep rows for their places."""
        layout, these = self._layout, slice(part.first, part.first + len(part.questions))
        columns = {"id": hexes(b"".join(layout.ids[these]), ID_BYTES), "input": part.questions, "output": part.answers}
        if layout.links is not None:
            columns |= {
                field.name: pa.array(values, field.type)
                for field, values in zip(LINKS, zip(*layout.links[these], strict=True), strict=True)
            }
        self._spool.add(layout.group[these], layout.place[these], pa.table(columns))
        self._keys += part.keys

    def write(self, folder: Path) -> None:
        """Write every data file; all rows must have passed."""
        first = list(accumulate((len(file.groups) for file in self._layout.files), initial=0))
        for file in self._layout.files:
            (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        # Files hang on nothing but their own rows, and most of the work is done outside the interpreter.
        with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
            for _ in threads.map(self._write, repeat(folder), self._layout.files, first):
                pass

    def write_keys(self, file: Path) -> None:
        """Write the digest key of each row, in order of the ids: with it anybody can see that the digest in the event
        of the approval is that of the row.  It tells nothing of any other row.
        """
        ids = np.frombuffer(b"".join(self._layout.ids), _ID)
        keys = np.frombuffer(self._keys, _KEY)
        order = np.argsort(ids)
        with pq.ParquetWriter(file, KEYS, **{**_SETTINGS, "use_dictionary": False}) as writer:
            for first in range(0, len(order), KEYS_AT_ONCE):
                rows = order[first : first + KEYS_AT_ONCE]
                columns = hexes(ids[rows].tobytes(), ID_BYTES), hexes(keys[rows].tobytes(), DIGEST_BYTES)
                writer.write_table(pa.table([*columns], schema=KEYS), row_group_size=len(rows))

    def _write(self, folder: Path, file: DataFile, first: int) -> None:
        """Write one file, whose row groups have the numbers from `first` on."""
        schema = row_schema(self._layout.links is not None)
        with pq.ParquetWriter(folder / file.path, schema, **_SETTINGS) as writer:
            for group, rows in enumerate(file.groups, first):
                table = self._spool.take(group)
                assert len(table) == rows
                writer.write_table(self._whole(table, schema), row_group_size=rows)

    def _whole(self, table: pa.Table, schema: pa.Schema) -> pa.Table:
        """The rows with what follows from them: the instruction, and how they read for a chat trainer."""
        instruction = pa.repeat(pa.scalar(self._instruction, pa.string()), len(table))
        question, answer = (table.column(side).combine_chunks() for side in ("input", "output"))
        made = {"instruction": instruction, "messages": messages(instruction, question, answer)}
        columns = [made[name] if name in made else table.column(name) for name in schema.names]
        return pa.table(columns, schema=schema)


def hexes(numbers: bytes, width: int) -> pa.StringArray:
    """Byte strings of one width, one behind the other, each in hex."""
    ends = np.arange(0, 2 * len(numbers) + 1, 2 * width, dtype=np.int32)
    return pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(numbers.hex().encode()))


def spool_of(study: Study, layout: Layout) -> AbstractContextManager[Spool]:
    """A spool for the rows of a release, in the study's temporary folder."""
    return spool(study.folder.temporary, sum(len(file.groups) for file in layout.files))


def rows_of(going: Rows, layout: Layout) -> Iterator[pa.Table]:
    """Id, exchange, version and digest (hex) of each row, in order of the study, part by part."""
    for first in range(0, len(going), KEYS_AT_ONCE):
        these = slice(first, first + KEYS_AT_ONCE)
        ids, digests = hexes(b"".join(layout.ids[these]), ID_BYTES), hexes(going.digests(these), DIGEST_BYTES)
        columns = ids, pa.array(going.exchanges[these]), pa.array(going.versions[these]), digests
        yield pa.table(columns, names=["row_id", "exchange", "version", "digest"])
