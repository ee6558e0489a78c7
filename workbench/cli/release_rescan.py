"""`workbench release rescan`: the last look of the detector at what would go."""

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, interruptible, notes, out
from workbench.desk.desk import Desk
from workbench.desk.release_views import Rescanned
from workbench.desk.rescan import rescan as scan_again


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(rescan)


def rescan(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Scan every row that would go once more with the detector as it is now.  Stop with Ctrl-C; the next goes on.

    A row in which anything is found that was neither treated nor dismissed stays behind.
    """
    with desk_of(study, key_file) as desk:
        told = rescan_with_progress(desk)
    out.print(f"Every row that would go has been scanned; {told.found:,} stay behind.")
    show_found(told)


def rescan_with_progress(desk: Desk) -> Rescanned:
    """Let the desk scan what waits, with a bar where somebody watches."""
    bar = Progress(
        TextColumn("scanning what would go"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=notes, transient=True, disable=not notes.is_terminal,
    )  # fmt: skip
    with interruptible("What was scanned stays so; run the same command again to go on."), bar:
        task = bar.add_task("", total=None)
        return scan_again(desk, lambda done, total: bar.update(task, completed=done, total=total))


def show_found(told: Rescanned) -> None:
    """Name the exchanges that stay behind for what was found in them, and what is done about it."""
    if told.exchanges:
        numbers = ", ".join(map(str, told.exchanges)) + (" ..." if told.found > len(told.exchanges) else "")
        notes.print(
            f"Something that may identify somebody was found in exchange {numbers}; have a reviewer withdraw the "
            "decision, save the text once more, treat or dismiss what is then shown, and decide anew.",
            soft_wrap=True,
        )
