"""`workbench turns`: the coach's long turns with the turns before them, as a second kind of record."""

from dataclasses import dataclass

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, notes, out, table
from workbench.desk.commands import ExtractTurns
from workbench.desk.desk import Desk


@dataclass(slots=True)
class Tally:
    """What was cut so far; `lint` is the desk's sentence on the lengths of the coach's turns."""

    sessions: int = 0
    coach_turns: int = 0
    records: int = 0
    flagged: int = 0
    treated: int = 0
    lint: str = ""
    interrupted: bool = False


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(turns)


def turns(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Make a record of every long turn of the coach, with the turns before it.

    No model is asked.  The policy says how long (multi_turn).  Stop with Ctrl-C and run it again to go on.
    """
    with desk_of(study, key_file) as desk:
        tally = extract(desk)
    show_turns(tally)
    if tally.interrupted:
        raise typer.Exit(130)


def extract(desk: Desk) -> Tally:
    """Session after session, each stored before the next is begun; an interrupt leaves the one under way undone."""
    tally = Tally()
    bar = Progress(
        TextColumn("cutting turns"), BarColumn(), MofNCompleteColumn(), TextColumn("sessions"), TimeRemainingColumn(),
        console=notes, transient=True, disable=not notes.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("sessions", total=None)
        try:
            while (done := desk.execute(ExtractTurns())).session is not None:
                tally.sessions += 1
                tally.coach_turns += done.coach_turns
                tally.records += done.records
                tally.flagged += done.flagged
                tally.treated += done.treated
                tally.lint = done.lint
                bar.update(task, total=tally.sessions + done.left, completed=tally.sessions)
            tally.lint = done.lint
        except KeyboardInterrupt:
            tally.interrupted = True
    return tally


def show_turns(tally: Tally) -> None:
    """Print what was cut, and what the lengths of the turns say."""
    rows = [
        ("sessions cut", tally.sessions),
        ("turns of the coach", tally.coach_turns),
        ("records", tally.records),
        ("flagged", tally.flagged),
        ("identifiers treated", tally.treated),
    ]
    table("Multi-turn records", ("", "count"), rows)
    if tally.lint:
        out.print(tally.lint, markup=False, soft_wrap=True)
    if tally.interrupted:
        out.print("Interrupted.  Run the same command again to go on.")
