"""`workbench browser`: the review screen in a web browser on this machine."""

import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policies import UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, find_secret, out, server_named
from workbench.cli.look import KeymapOption, ThemeOption, find_look
from workbench.desk.address import host_and_port, of_socket
from workbench.desk.commands import ShowPolicy
from workbench.errors import NotAllowed
from workbench.study.folder import Folder
from workbench.tui.preferences import ThemeName

if TYPE_CHECKING:
    from workbench.browser.opening import Opening


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(browser)


def browser(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8642,
    theme: ThemeOption = None,
    keymap: KeymapOption = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Show the review screen in a web browser on this machine, to whoever can read this terminal.

    Each sitting asks for a code that is printed here.  The policy must allow it (review.browser: true).
    """
    if importlib.util.find_spec("textual_serve") is None:
        raise UserError("The browser's packages are not installed; install the workbench with its extra `browser`.")
    if not sys.stdout.isatty():
        raise UserError("The code for the browser is printed on a terminal and nowhere else; run this in one.")
    from workbench.browser import confine, peer
    from workbench.browser.server import BrowserServer

    if not peer.is_known():
        raise UserError("This system does not tell which login a connection comes from; use: workbench review")
    confine.hide_memory()
    find_look(theme, False, keymap)
    opening = _opening(study, key_file, theme, keymap)
    # Whatever stands against it is said here; then the study is let go until somebody sits down.
    desk = opening.desk()
    try:
        review = desk.execute(ShowPolicy()).policy.review
    finally:
        desk.close()
    if not review.browser:
        raise NotAllowed("The study's policy does not allow a browser; use: workbench review")
    if review.signing == "pam" and opening.server is None:
        raise NotAllowed(
            "A sitting in the browser cannot ask this system for passwords (review.signing: pam); "
            "let workbench serve hold the study, and name its socket with --server."
        )
    if not confine.landlock_version():
        _say("This kernel has no Landlock, so that files and connections of a sitting are not confined.")
    BrowserServer(opening, port, os.getuid(), _say).serve()
    _say("Ended.  What was decided is stored.")


def _opening(study: Path, key_file: Path | None, theme: ThemeName | None, keymap: Path | None) -> "Opening":
    from workbench.browser.opening import Opening

    keymap = keymap.absolute() if keymap else None
    server = server_named()
    if server is None:
        secret = find_secret(Folder(study.absolute()).read_identity(), key_file)
        return Opening(study=study.absolute(), key=Opening.key_of(secret), theme=theme, keymap=keymap)
    if host_and_port(server):
        raise NotAllowed("A sitting in the browser opens no connection to the network; name a server's socket.")
    return Opening(server=of_socket(server), theme=theme, keymap=keymap)


def _say(sentence: str) -> None:
    out.print(sentence, markup=False, soft_wrap=True)
