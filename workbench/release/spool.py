"""Rows on their way from the order of the study to that of a release, in little memory and never as plain text.

What does not fit into memory waits in a file without a name in the study's own temporary folder, compressed and
encrypted under a key that is nowhere but in memory: nobody can read it, and after a crash it is gone.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workbench.store.connection import Row

LETTERS_AT_ONCE = 128 * 1024
"""A part of so many letters leaves the memory."""
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(slots=True)
class _Group:
    """Rows of a group that are in memory, how many letters these are, and where the others are: (offset, length)."""

    rows: list[Row] = field(default_factory=list)
    letters: int = 0
    parts: list[tuple[int, int]] = field(default_factory=list)


class Spool:
    """Takes rows in any order and gives them back group by group, each in its order.  Made by `spool`."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, groups: int) -> None:
        self._file = file
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._schema = pa.schema([("place", pa.int32()), *schema])
        self._groups = [_Group() for _ in range(groups)]
        self._end = 0

    def add(self, group: int, letters: int, row: Row) -> None:
        """Take a row: the number of its group, how many letters it has, and its place there with its values in the
        schema's order.
        """
        waiting = self._groups[group]
        waiting.rows.append(row)
        waiting.letters += letters
        if waiting.letters >= LETTERS_AT_ONCE:
            self._put_aside(waiting)

    def take(self, group: int) -> pa.Table:
        """The rows of a group in order of their places; a group can be taken once, by any thread."""
        taken, self._groups[group] = self._groups[group], _Group()
        tables = [self._read(*part) for part in taken.parts]
        if taken.rows:
            tables.append(self._table(taken.rows))
        return pa.concat_tables(tables).combine_chunks().sort_by("place").drop_columns("place")

    def _table(self, rows: list[Row]) -> pa.Table:
        columns = [
            pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        return pa.table(columns, schema=self._schema)

    def _put_aside(self, group: _Group) -> None:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._schema, options=_COMPRESSED) as stream:
            stream.write_table(self._table(group.rows))
        sealed = self._cipher.encrypt(self._nonce(self._end), sink.getvalue().to_pybytes(), None)
        self._file.write(sealed)
        group.parts.append((self._end, len(sealed)))
        self._end += len(sealed)
        group.rows, group.letters = [], 0

    def _read(self, offset: int, length: int) -> pa.Table:
        sealed = os.pread(self._file.fileno(), length, offset)
        return pa.ipc.open_stream(self._cipher.decrypt(self._nonce(offset), sealed, None)).read_all()

    @staticmethod
    def _nonce(offset: int) -> bytes:
        """No two parts begin at the same place, and the key is used for this one file."""
        return offset.to_bytes(12, "big")


@contextmanager
def spool(folder: Path, schema: pa.Schema, groups: int) -> Iterator[Spool]:
    """A spool for so many groups of rows of a schema, with a file without a name in this folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        os.fchmod(file.fileno(), 0o600)
        yield Spool(file, schema, groups)
