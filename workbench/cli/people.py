"""`workbench people`: who takes part in a study."""

from pathlib import Path
from typing import Annotated

import typer

from audit.checkpoint import SigningKey
from policies import Role, UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_name, desk_of, notes, out, table
from workbench.desk.commands import AddPerson, IssueToken, ListPeople, RevokeTokens
from workbench.desk.releasing import AddStewardKey, ShowStewardKey

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


@app.command()
def key(
    file: Annotated[Path, typer.Argument(help="Your key file: a new one, in a place that only you can read.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Make the key with which you, a steward, sign releases, and make its public half known to the study.

    A key file that you have already is made known once more.  Releases that are built from now on can be signed with
    it.
    """
    with desk_of(study, key_file) as desk:
        mine = desk.execute(ShowStewardKey())
        is_new = not file.exists()
        signing = SigningKey.generate(mine.name) if is_new else SigningKey.load(file)
        if signing.name != mine.name:
            raise UserError(f"{file} holds the key {signing.name}, which is not yours here; name a new file.")
        if is_new:
            # Before it is known: a key that is known and lost could sign nothing.
            signing.save(file)
        desk.execute(AddStewardKey(key=signing.public.text))
    out.print(
        f"{mine.person} signs releases with {file} from now on; keep it, and let nobody else have it.", markup=False
    )
    if mine.key not in ("", signing.public.text):
        out.print("The key that was known before signs no release any more.")
