"""`workbench serve`: hold a study open for several people at once."""

import importlib.util
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from policies import Face, UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, find_secret, notes, out
from workbench.study.folder import Folder


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(serve)


def serve(
    socket: Annotated[
        Path | None,
        typer.Option(help="Path of the Unix socket.", show_default="in the runtime directory of the service or login"),
    ] = None,
    group: Annotated[str | None, typer.Option(help="Unix group whose members may connect to the socket.")] = None,
    listen: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Listen in the network, with TLS.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate for --listen (PEM, with its chain).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM), for its owner alone.")] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Hold a study open, so that several people work in it at once.  Stop it with Ctrl-C or SIGTERM.

    Who connects to the socket is who the kernel says; over the network people need a token (workbench people token).
    """
    if importlib.util.find_spec("uvicorn") is None or importlib.util.find_spec("fastapi") is None:
        raise UserError("The server's packages are not installed; install the workbench with its extra `server`.")
    if (listen is None) != (tls_cert is None) or (listen is None) != (tls_key is None):
        raise UserError("--listen, --tls-cert and --tls-key go together: there is no way in over the network without.")
    from workbench.desk.shared import SharedStudy
    from workbench.server import run, tls, unix
    from workbench.study.opening import open_study

    identity = Folder(study.absolute()).read_identity()
    path = socket or unix.usual_path(os.environ, identity.study)
    if path is None and listen is None:
        raise UserError("Where is the server to listen? Name a Unix socket with --socket, or --listen HOST:PORT.")
    context = tls.context(tls_cert, tls_key) if tls_cert and tls_key else None
    with ExitStack() as stack:
        shared = SharedStudy(open_study(study, find_secret(identity, key_file), Face.SERVER))
        stack.callback(shared.close)
        shared.warm_up()
        doors: list[run.Door] = []
        if path is not None:
            bound = unix.UnixSocket(path, group)
            stack.callback(bound.remove)
            doors.append(run.Door(bound.listener))
            _say(f"Serving the study at {bound.path}")
        if listen is not None:
            doors.append(run.Door(tls.listen(listen), context))
            _say(f"Serving the study at {listen}, with TLS")
        run.run(shared, doors, lambda fault: notes.print(fault, markup=False, soft_wrap=True))
    _say("Ended.  The log is signed, and everything acknowledged is stored.")


def _say(sentence: str) -> None:
    out.print(sentence, markup=False, soft_wrap=True)
