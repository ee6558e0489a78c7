"""`workbench` without a command: the home of a study."""

from pathlib import Path

from policies import Face
from workbench.cli.console import check_terminal, desk_of
from workbench.cli.look import find_look
from workbench.tui.preferences import ThemeName


def open_home(
    study: Path, key_file: Path | None, theme: ThemeName | None, ascii_only: bool | None, keymap: Path | None
) -> None:
    """Show the home of a study until it is left.  Raises UserError without a terminal."""
    check_terminal("The home of a study", "workbench --help")
    from workbench.tui.guarded import run_guarded
    from workbench.tui.home_app import HomeApp

    look = find_look(theme, ascii_only, keymap)
    with desk_of(study, key_file, Face.TUI) as desk:
        run_guarded(lambda: HomeApp(desk, look))
