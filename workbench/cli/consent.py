"""`workbench consent`: what a subject consents to."""

from datetime import date, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from policies import Scope
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out
from workbench.desk.releasing import ChangeConsent
from workbench.errors import Refused
from workbench.many import many

app = typer.Typer(help="What subjects consent to.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add this file's commands."""
    parent.add_typer(app, name="consent")


@app.callback()
def consent() -> None:
    """What subjects consent to."""


@app.command()
def change(
    subject: Annotated[
        str | None,
        typer.Argument(help="Pseudonym as in the manifest; left out, it is asked for.", show_default="asked for"),
    ] = None,
    scopes: Annotated[
        str | None,
        typer.Option(help=f"All that the subject consents to from now on: {', '.join(Scope)}.", show_default=False),
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="The subject consents to nothing any more.")] = False,
    day: Annotated[
        str | None, typer.Option("--date", help="Day of the consent, as 2026-01-31.", show_default="today")
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Record that a subject consents to something else now, or withdraws.

    What was released stays where it is; the command names the releases, and: workbench release revoke
    """
    # On the command line, the pseudonym would be seen by whoever lists this machine's processes.
    named = subject if subject is not None else str(typer.prompt("Subject (pseudonym)"))
    given = tuple(_scope(word) for word in (scopes or "").replace(",", " ").split())
    try:
        command = ChangeConsent(subject=named, scopes=given, withdrawn=withdraw, date=_day(day))
    except ValidationError:
        raise Refused("A pseudonym holds letters, digits, '.', '_' and '-'; spell it as the manifest does.") from None
    with desk_of(study, key_file) as desk:
        changed = desk.execute(command)
    what = "Withdrawn" if changed.withdrawn else f"Consent to {', '.join(changed.scopes)} recorded"
    out.print(f"{what}: this concerns {many(changed.sessions, 'session')} with {many(changed.rows, 'approved row')}.")
    if changed.releases:
        out.print(
            f"Rows of this subject stand in {', '.join(changed.releases)}; where they may not any more, run: "
            "workbench release revoke",
            soft_wrap=True,
        )


def _scope(word: str) -> Scope:
    try:
        return Scope(word)
    except ValueError:
        raise typer.BadParameter(f"it must be one or more of {', '.join(Scope)}", param_hint="--scopes") from None


def _day(spelled: str | None) -> date:
    if spelled is None:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(spelled)
    except ValueError:
        raise typer.BadParameter("it must be a day such as 2026-01-31", param_hint="--date") from None
