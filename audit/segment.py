"""Reading one file of events: all its lines fast, or one line without reading the others."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from audit.errors import AuditError

_NUMBER = re.compile(rb'"sequence":([0-9]{1,16})[,}]')
_BLOCK = 1 << 20


def read_lines(path: Path) -> Iterator[tuple[list[bytes], bool]]:
    """The lines of a file without their line ends, some thousands at a time, and whether they had one.

    Only the very last may have none; it comes alone.  Raises `AuditError` if the file cannot be read.
    """
    pieces: list[bytes] = []
    try:
        with _open(path) as file:
            while data := file.read(_BLOCK):
                head, end, rest = data.rpartition(b"\n")
                if not end:
                    pieces.append(data)
                    continue
                yield b"".join([*pieces, head]).split(b"\n"), True
                pieces = [rest] if rest else []
    except OSError as error:
        raise AuditError(f"{path} cannot be read ({error.strerror}); check its permissions") from None
    if pieces:
        yield [b"".join(pieces)], False


def find_line(path: Path, number: int) -> bytes | None:
    """The line of this number, found by bisection in a file whose lines are in order; None where they are not.

    Raises `AuditError` if the file cannot be read.
    """
    try:
        with _open(path) as file:
            low, high = 0, file.seek(0, os.SEEK_END)
            while low < high:
                middle = (low + high) // 2
                file.seek(max(low, middle - 1))
                if middle > low:
                    file.readline()
                start = file.tell()
                line = file.readline() if start < high else b""
                if not line.endswith(b"\n"):
                    high = middle
                    continue
                found = _NUMBER.search(line)
                if found is None or int(found[1]) == number:
                    return line[:-1] if found else None
                low, high = (start + len(line), high) if int(found[1]) < number else (low, middle)
    except OSError as error:
        raise AuditError(f"{path} cannot be read ({error.strerror}); check its permissions") from None
    return None


def _open(path: Path) -> BinaryIO:
    """A file to be read; a symbolic link is an error."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW))
