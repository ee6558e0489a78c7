"""What every command of the command line shares: options, opening the desk, tables, and how errors end."""

import getpass
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from policies import Face, UserError
from workbench.desk.address import host_and_port
from workbench.desk.commands import HANDLE
from workbench.desk.desk import Desk
from workbench.errors import Interrupted, KeyRefused
from workbench.study import keys
from workbench.study.folder import Folder, Identity
from workbench.study.keys import Secret

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
SERVER = "WORKBENCH_SERVER"
TOKEN_FILE = "WORKBENCH_TOKEN_FILE"
AUTHORITIES = "WORKBENCH_CA_FILE"
_server: ContextVar[str | None] = ContextVar("server", default=None)


ITSELF = ("init", "serve", "explain", "restore")
"""Commands that work on the study itself, and never through a server."""


def _note_server(value: str | None) -> None:
    _server.set(value or None)


ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server",
        envvar=SERVER,
        help="Socket or HOST:PORT of the server that holds the study (workbench serve); --study is then not used.",
        show_default=False,
        callback=_note_server,
        expose_value=False,
    ),
]


def offer_server(group: Any) -> None:
    """Give the option --server of the home to each command that opens a study, and so takes --key-file.

    There it is `desk_of` that looks at it, so that no command needs to know of servers.
    """
    server = next(option for option in group.params if option.name == "server")
    waiting = [*group.commands.values()]
    while waiting:
        command = waiting.pop()
        waiting.extend(getattr(command, "commands", {}).values())
        if command.name not in ITSELF and any(option.name == "key_file" for option in command.params):
            command.params.append(server)


def only_of_home(context: typer.Context) -> None:
    """A command was named, so that the options of the home do not count; they stand after the command."""
    _server.set(None)
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter("it stands after the command.", param_hint=option.opts[0])


def server_named() -> str | None:
    """The address given with --server, if any."""
    return _server.get()


def find_secret(identity: Identity | None, key_file: Path | None) -> Secret:
    """The study's key: the file named, the environment, the file recorded at init, or a prompt."""
    if identity is not None and _server.get() is not None:
        raise UserError(
            f"This command works on the study itself and not through a server; leave --server out and unset {SERVER}."
        )
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
    """Open a study for one command, or reach the server that holds it, and close it whatever happens."""
    server = _server.get()
    desk = _remote_desk(server, face) if server else _local_desk(study, key_file, face, scripted)
    try:
        yield desk
    finally:
        desk.close()


def _local_desk(study: Path, key_file: Path | None, face: Face, scripted: str | None) -> Desk:
    from workbench.desk.local import LocalDesk
    from workbench.study.opening import open_study

    identity = Folder(study.absolute()).read_identity()
    return LocalDesk(open_study(study, find_secret(identity, key_file), face, scripted=scripted))


def _remote_desk(server: str, face: Face) -> Desk:
    from workbench.desk.remote import RemoteDesk, token_in

    token, authorities = os.environ.get(TOKEN_FILE), os.environ.get(AUTHORITIES)
    return RemoteDesk(
        server,
        face,
        token=token_in(Path(token)) if token and host_and_port(server) else None,
        authorities=Path(authorities) if authorities else None,
    )


def check_terminal(what: str, instead: str) -> None:
    """Refuse to open a screen without a terminal.

    Textual draws on standard error: redirected, what is on screen would be written to that file.
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UserError(f"{what} needs a terminal, with nothing redirected; for scripts: {instead}")


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


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], wraps: str | None = None) -> None:
    """Print a table; numbers stand right.

    A table of many columns has no frame, and names the one column that may become narrow (`wraps`).
    """
    rows = [list(row) for row in rows]
    shown = Table(header_style="", show_header=any(columns))
    if wraps is not None:
        shown = Table(header_style="", box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for index, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        whole = wraps is not None and column != wraps
        shown.add_column(column, justify="right" if numbers else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        shown.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    out.print(f"\n{title}", style="bold", markup=False)
    out.print(shown)


def check_name(name: str, what: str) -> None:
    """Refuse a name that could not stand in the log."""
    if not re.fullmatch(HANDLE, name):
        raise UserError(f"{what} may hold letters, digits, '.', '_' and '-', at most 64; choose another.")
