"""The Parquet files of a release: the same rows give the same bytes, however many they are."""

from collections.abc import Iterable
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
from workbench.release.going import Rows
from workbench.release.rows import DataFile, Layout
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
FILES_AT_ONCE = 2


class Writer:
    """Writes the data of a release in two steps: all rows are kept in order of the study, then each file is written."""

    def __init__(self, layout: Layout, rows: Spool, instruction: str) -> None:
        self._layout = layout
        self._spool = rows
        self._instruction = instruction

    def keep(self, part: Part) -> None:
        """Keep rows for their places."""
        layout, these = self._layout, slice(part.first, part.first + len(part.questions))
        columns = {"id": hexes(layout.ids[these]), "input": part.questions, "output": part.answers}
        if layout.links is not None:
            columns |= {
                field.name: pa.array(values, field.type)
                for field, values in zip(LINKS, zip(*layout.links[these], strict=True), strict=True)
            }
        groups, places = (np.frombuffer(one, np.int32)[these] for one in (layout.group, layout.place))
        self._spool.add(groups, places, pa.table(columns))

    def write(self, folder: Path) -> None:
        """Write every data file; all rows must have passed."""
        first = list(accumulate((len(file.groups) for file in self._layout.files), initial=0))
        for file in self._layout.files:
            (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        # Files hang on nothing but their own rows, and most of the work is done outside the interpreter.
        with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
            for _ in threads.map(self._write, repeat(folder), self._layout.files, first):
                pass

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


def hexes(numbers: Iterable[bytes]) -> pa.StringArray:
    """Byte strings of one length, in hex."""
    every = list(numbers)
    letters = b"".join(every).hex().encode()
    ends = np.arange(len(every) + 1, dtype=np.int32) * (len(letters) // max(1, len(every)))
    return pa.StringArray.from_buffers(len(every), pa.py_buffer(ends), pa.py_buffer(letters))


def spool_of(study: Study, layout: Layout) -> AbstractContextManager[Spool]:
    """A spool for the rows of a release, in the study's temporary folder."""
    return spool(study.folder.temporary, sum(len(file.groups) for file in layout.files))


def rows_of(going: Rows, layout: Layout) -> pa.Table:
    """Id, exchange, version and digest (hex) of each row, in order of the study."""
    columns = hexes(layout.ids), pa.array(going.exchanges), pa.array(going.versions), hexes(going.digests())
    return pa.table(columns, names=["row_id", "exchange", "version", "digest"])


def write_keys(study: Study, file: Path, going: Rows, layout: Layout) -> None:
    """Write the digest key of each row, in order of the ids: with it anybody can see that the digest in the event of
    the approval is that of the row.  It tells nothing of any other row.
    """
    order = sorted(range(len(going)), key=layout.ids.__getitem__)
    with pq.ParquetWriter(file, KEYS, **{**_SETTINGS, "use_dictionary": False}) as writer:
        for first in range(0, len(order), KEYS_AT_ONCE):
            numbers = order[first : first + KEYS_AT_ONCE]
            ids = hexes([layout.ids[number] for number in numbers])
            keys = hexes([study.body_key(going.exchanges[number], going.versions[number]) for number in numbers])
            writer.write_table(pa.table([ids, keys], schema=KEYS), row_group_size=len(ids))
