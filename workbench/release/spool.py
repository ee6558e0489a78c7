"""Rows on their way from the order of the study to that of a release, in little memory and never as plain text.

They wait in a file without a name in the study's own temporary folder, compressed and encrypted under a key that is
nowhere but in memory: nobody can read it, and after a crash it is gone.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

_CODEC = pa.Codec("lz4")


class Spool:
    """Takes rows in any order and gives them back group by group, each in its order.  Made by `spool`."""

    def __init__(self, file: IO[bytes], groups: int) -> None:
        self._file = file
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._schema: pa.Schema | None = None
        self._parts: list[list[tuple[int, int, int]]] = [[] for _ in range(groups)]
        """Where the rows of each group are: (offset, length, length before they were compressed)."""
        self._end = 0

    def add(self, groups: NDArray[Any], places: NDArray[Any], rows: pa.Table) -> None:
        """Take rows: the number of each one's group, its place there, and their columns."""
        order = np.argsort(groups, kind="stable")
        ordered = rows.append_column("place", pa.array(places, pa.int32())).take(pa.array(order))
        self._schema = ordered.schema
        (batch,) = ordered.combine_chunks().to_batches()
        present, first = np.unique(groups[order], return_index=True)
        for group, start, stop in zip(present, first, [*first[1:], len(order)], strict=True):
            self._put_aside(int(group), batch.slice(start, stop - start))

    def take(self, group: int) -> pa.Table:
        """The rows of a group in order of their places; a group can be taken once, by any thread."""
        parts, self._parts[group] = self._parts[group], []
        rows = pa.Table.from_batches([self._read(*part) for part in parts]).combine_chunks()
        return rows.sort_by("place").drop_columns("place")

    def _put_aside(self, group: int, rows: pa.RecordBatch) -> None:
        plain = rows.serialize()
        sealed = self._cipher.encrypt(self._nonce(self._end), _CODEC.compress(plain, asbytes=True), None)
        self._file.write(sealed)
        # Whoever takes rows reads behind this file's back.
        self._file.flush()
        self._parts[group].append((self._end, len(sealed), plain.size))
        self._end += len(sealed)

    def _read(self, offset: int, length: int, size: int) -> pa.RecordBatch:
        sealed = os.pread(self._file.fileno(), length, offset)
        packed = self._cipher.decrypt(self._nonce(offset), sealed, None)
        return pa.ipc.read_record_batch(_CODEC.decompress(packed, decompressed_size=size), self._schema)

    @staticmethod
    def _nonce(offset: int) -> bytes:
        """No two parts begin at the same place, and the key is used for this one file."""
        return offset.to_bytes(12, "big")


@contextmanager
def spool(folder: Path, groups: int) -> Iterator[Spool]:
    """A spool for so many groups of rows, with a file without a name in this folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        os.fchmod(file.fileno(), 0o600)
        yield Spool(file, groups)
