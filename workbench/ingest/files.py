"""Files before anything is known of their content: finding them, their kind by name, their bytes."""

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench.ingest.errors import IngestError, Reason

LARGEST = 64 * 2**20
"""Bytes of one file.  Three hours of speech are well below one MiB of text."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How Word documents with a password, and those of the old format, begin."""


class Kind(StrEnum):
    """The kinds of file that can be read, by extension."""

    TXT = "txt"
    DOCX = "docx"
    PDF = "pdf"
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search for transcripts found."""

    files: tuple[Path, ...]
    skipped: int
    """What was passed over in searched folders: hidden, a link, or of an extension that is not read."""


def find_files(paths: Iterable[Path], manifest: Path | None = None) -> Found:
    """All files to read: the named ones as they are, folders searched in natural order ("visit 2" before "visit 10").

    Links inside a folder are not followed.  `manifest` itself is not taken for a transcript.  A file named twice
    counts once.  Raises IngestError (not-found) for a path that does not exist.
    """
    files: dict[Path, None] = {}
    skipped = 0
    for path in paths:
        try:
            if not path.exists():
                raise IngestError(Reason.NOT_FOUND, path, "does not exist; check the path.")
            if not path.is_dir():
                files[path] = None
                continue
            for file, wanted in _walk(path):
                if not wanted:
                    skipped += 1
                elif manifest is None or file.resolve() != manifest.resolve():
                    files[file] = None
        except OSError:
            raise IngestError(Reason.NOT_FOUND, path, "cannot be searched; check its permissions.") from None
    return Found(tuple(files), skipped)


def _walk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Every entry that is no folder to go into, and whether it is to be read."""
    for path in sorted(folder.iterdir(), key=_natural):
        plain = not path.name.startswith(".") and not path.is_symlink()
        if plain and path.is_dir():
            yield from _walk(path)
        else:
            yield path, plain and path.is_file() and kind_of(path) is not None


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", path.name.casefold())]


def kind_of(path: Path) -> Kind | None:
    """The kind that a file's name says it is; None for one that is not read."""
    suffix = path.suffix.casefold().removeprefix(".")
    return Kind(suffix) if suffix in list(Kind) else None


def read_bytes(path: Path) -> bytes:
    """All bytes of a file; raises IngestError where it is none, empty, or too large (told by its size, unread)."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise IngestError(Reason.NOT_FOUND, path, "is not a file; name a transcript or a folder of them.")
        if status.st_size > LARGEST:
            raise _too_large(path)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        raise IngestError(Reason.NOT_FOUND, path, "cannot be read; check the path and its permissions.") from None
    if len(data) > LARGEST:
        raise _too_large(path)
    if not data.strip():
        raise IngestError(Reason.EMPTY, path, "is empty; export the transcript again.")
    return data


def _too_large(path: Path) -> IngestError:
    return IngestError(
        Reason.TOO_LARGE,
        path,
        f"is larger than {LARGEST // 2**20} MiB, far more than a transcript; split it or check what it is.",
    )
