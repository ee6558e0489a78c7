"""Options of every command that opens a screen: its theme, plain ASCII, and other keys."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.tui.preferences import ThemeName

if TYPE_CHECKING:
    from workbench.tui.look import Look

ThemeOption = Annotated[
    ThemeName | None,
    typer.Option("--theme", envvar="WORKBENCH_THEME", help="Theme for this time.", show_default="the one used last"),
]
AsciiOption = Annotated[
    bool | None,
    typer.Option(
        "--ascii/--no-ascii", help="Draw with plain ASCII alone.", show_default="as the terminal's locale says"
    ),
]
KeymapOption = Annotated[
    Path | None,
    typer.Option(
        "--keymap",
        envvar="WORKBENCH_KEYMAP",
        help="File with other keys.",
        show_default="~/.config/workbench/keymap.yaml, if there is one",
    ),
]


def find_look(theme: ThemeName | None, ascii_only: bool | None, keymap: Path | None) -> "Look":
    """The look that these options, the preferences and the terminal ask for.

    Raises UserError naming what is wrong with a file of preferences or a keymap.
    """
    # Textual takes a while to load.
    from workbench.tui.look import find_look

    return find_look(theme, ascii_only, keymap)


def print_keymap(asked: bool) -> None:
    """Print the keys as a file to start from, and end the command, if that is asked for."""
    if asked:
        from workbench.tui.keymap import print_keymap

        typer.echo(print_keymap())
        raise typer.Exit


PrintKeymapOption = Annotated[
    bool,
    typer.Option(
        "--print-keymap",
        callback=print_keymap,
        is_eager=True,
        help="Print all keys as a file for --keymap, and stop.",
    ),
]
