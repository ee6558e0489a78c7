"""`workbench people`: who takes part in a study."""

from typing import Annotated

import typer

from policies import Role
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_name, desk_of, out, table
from workbench.desk.commands import AddPerson, ListPeople

app = typer.Typer(help="The people of a study.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add this file's commands."""
    parent.add_typer(app, name="people")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Short name: letters, digits, '.', '_' and '-'.")],
    role: Annotated[Role, typer.Option(help="What the person may do; run again to add another role.")],
    uid: Annotated[int, typer.Option(min=0, help="The person's login number: id -u NAME")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Give a person a role in the study."""
    check_name(name, "A person's name")
    with desk_of(study, key_file) as desk:
        person = desk.execute(AddPerson(name=name, uid=uid, role=role))
    out.print(f"{person.name} (uid {person.uid}) is now {person.role}.")


@app.command(name="list")
def list_people(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Show everybody in the study."""
    with desk_of(study, key_file) as desk:
        everyone = desk.execute(ListPeople()).people
    table(
        "People",
        ("name", "uid", "role"),
        [(p.name, "script" if p.uid is None else str(p.uid), p.role) for p in everyone],
    )
