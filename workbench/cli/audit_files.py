"""What the commands that read the mirror share: preparing it, and files that are written whole or not at all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from audit.mirror import MirrorReader
from policies import UserError
from workbench.cli.console import mirror_of, notes

LinesOption = Annotated[
    bool, typer.Option("--lines", help="Read every line of the log, not its Parquet twins: slow, and trusts nothing.")
]
RecordOption = Annotated[
    bool, typer.Option("--record", help="Open the study and record this in its log; needs the key.")
]


def reader_of(study: Path, lines: bool) -> MirrorReader:
    """The mirror of a study, its twins made where some are missing and the mirror may be written."""
    # Loads Arrow and DuckDB, which takes a while.
    from audit.twins import make_twins

    mirror = MirrorReader(mirror_of(study))

    def progress(done: int, count: int) -> None:
        if done == 0:
            notes.print(f"Making {count} Parquet twins of the log's files, once.", markup=False)

    if not lines:
        make_twins(mirror, progress)
    return mirror


@contextmanager
def new_file(path: Path, mirror: MirrorReader) -> Iterator[BinaryIO]:
    """A new file of mode 0600 outside the mirror; removed again if what follows fails."""
    if path.absolute().parent.resolve() == mirror.path.resolve():
        raise UserError(f"{path} lies in the mirror, which holds the log and nothing else; choose another place.")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise UserError(f"{path} exists; choose another name for --output.") from None
    except OSError as problem:
        raise UserError(f"{path} cannot be written ({problem.strerror}); choose another place.") from None
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        path.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written ({problem.strerror}); make room or choose another place.") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_lines(lines: Iterable[str], file: BinaryIO) -> tuple[int, str]:
    """Write lines; how many there were, and the SHA-256 (hex) of them all."""
    hasher, count = sha256(), 0
    for line in lines:
        data = f"{line}\n".encode()
        hasher.update(data)
        file.write(data)
        count += 1
    return count, hasher.hexdigest()
