"""`workbench roster`: what the site knows around its subjects."""

from pathlib import Path
from typing import Annotated

import typer

from redaction.roster import read_roster
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, notes, out
from workbench.desk.commands import AddRoster
from workbench.many import many

app = typer.Typer(help="People and places that the site knows around its subjects.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add this file's commands."""
    parent.add_typer(app, name="roster")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="CSV with the columns subject, kind, value.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Store a roster and hold everything that is in the study against it.

    Exchanges that name what it knows wait for a decision again, approved or not.
    """
    rows = read_roster(file).rows
    with desk_of(study, key_file) as desk, notes.status("holding the study against the roster"):
        added = desk.execute(AddRoster(rows=rows))
    out.print(
        f"{many(added.rows, 'row')} added; new findings on {many(added.pages, 'page')}; waiting for a decision again: "
        f"{many(added.exchanges, 'exchange')}."
    )
