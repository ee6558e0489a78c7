"""What every command of the command line shares: options, opening the desk, tables, and how errors end."""

import getpass
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from policies import Face, UserError
from workbench.desk.commands import HANDLE
from workbench.desk.desk import Desk
from workbench.desk.local import LocalDesk
from workbench.errors import Interrupted, KeyRefused
from workbench.study import keys
from workbench.study.folder import Folder, Identity
from workbench.study.keys import Secret
from workbench.study.opening import open_study

out = Console(highlight=False, soft_wrap=False)
notes = Console(stderr=True, highlight=False)

StudyOption = Annotated[
    Path, typer.Option("--study", envvar="WORKBENCH_STUDY", help="Folder of the study.", show_default="this folder")
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file", envvar=keys.FILE_ENVIRONMENT, help="File that holds the study's key.", show_default=False
    ),
]
HERE = Path(".")


def find_secret(identity: Identity | None, key_file: Path | None) -> Secret:
    """The study's key: the file named, the environment, the file recorded at init, or a prompt."""
    if key_file is not None:
        return keys.from_file(key_file)
    if (secret := keys.from_environment(os.environ, new=identity is None)) is not None:
        return secret
    if identity is not None and identity.key_file is not None:
        return keys.from_file(Path(identity.key_file))
    if not sys.stdin.isatty():
        raise KeyRefused(
            f"The study's key is missing; name a key file with --key-file, or set {keys.ENVIRONMENT}, "
            "or run the command in a terminal to be asked for the passphrase."
        )
    return keys.from_prompt(getpass.getpass, new=identity is None)


@contextmanager
def desk_of(study: Path, key_file: Path | None, face: Face = Face.CLI, scripted: str | None = None) -> Iterator[Desk]:
    """Open a study for one command, and close it whatever happens."""
    identity = Folder(study.absolute()).read_identity()
    desk = LocalDesk(open_study(study, find_secret(identity, key_file), face, scripted=scripted))
    try:
        yield desk
    finally:
        desk.close()


def mirror_of(study: Path) -> Path:
    """The mirror of a study's log; its folder may be all that an auditor can read."""
    mirror = Folder(study.absolute()).mirror
    if not mirror.is_dir():
        raise UserError(f"{study} has no audit log; name the folder of a study with --study.")
    return mirror


@contextmanager
def interruptible(sentence: str) -> Iterator[None]:
    """Ctrl-C within ends the command with this sentence: what stands, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"Interrupted.  {sentence}") from None


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers stand right."""
    rows = [list(row) for row in rows]
    shown = Table(header_style="", show_header=any(columns))
    for index, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        shown.add_column(column, justify="right" if numbers else "left")
    for row in rows:
        shown.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    out.print(f"\n{title}", style="bold", markup=False)
    out.print(shown)


def check_name(name: str, what: str) -> None:
    """Refuse a name that could not stand in the log."""
    if not re.fullmatch(HANDLE, name):
        raise UserError(f"{what} may hold letters, digits, '.', '_' and '-', at most 64; choose another.")
