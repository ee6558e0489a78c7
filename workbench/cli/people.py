"""`workbench people`: who takes part in a study."""

from typing import Annotated

import typer

from policies import Role
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_name, desk_of, notes, out, table
from workbench.desk.commands import AddPerson, IssueToken, ListPeople, RevokeTokens

app = typer.Typer(help="The people of a study.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add this file's commands."""
    parent.add_typer(app, name="people")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Short name: letters, digits, '.', '_' and '-'.")],
    role: Annotated[Role, typer.Option(help="What the person may do; run again to add another role.")],
    uid: Annotated[
        int | None, typer.Option(min=0, help="The person's login number: id -u NAME", show_default=False)
    ] = None,
    no_login: Annotated[
        bool, typer.Option("--no-login", help="They have no login on this machine and connect with a token.")
    ] = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Give a person a role in the study."""
    check_name(name, "A person's name")
    if (uid is None) != no_login:
        raise typer.BadParameter("it takes either --uid N or --no-login.", param_hint="people add")
    with desk_of(study, key_file) as desk:
        person = desk.execute(AddPerson(name=name, uid=uid, role=role))
    login = "no login" if person.uid is None else f"uid {person.uid}"
    out.print(f"{person.name} ({login}) is now {person.role}.")


@app.command(name="list")
def list_people(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Show everybody in the study."""
    with desk_of(study, key_file) as desk:
        everyone = desk.execute(ListPeople()).people
    table(
        "People",
        ("name", "uid", "role"),
        [(p.name, "none" if p.uid is None else str(p.uid), p.role) for p in everyone],
    )


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="Name of the person in the study.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Make a token with which a person reaches the server over TLS, and print it this once.

    They keep it in a file that only they can read, and name that file in WORKBENCH_TOKEN_FILE.
    """
    check_name(name, "A person's name")
    with desk_of(study, key_file) as desk:
        made = desk.execute(IssueToken(name=name))
    notes.print(f"The token of {made.name}, which nobody can be shown again:", markup=False)
    typer.echo(made.token)


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="Name of the person in the study.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Take no token of this person any more."""
    check_name(name, "A person's name")
    with desk_of(study, key_file) as desk:
        revoked = desk.execute(RevokeTokens(name=name))
    out.print(f"Tokens of {revoked.name} that are no longer taken: {revoked.tokens:,}.")
