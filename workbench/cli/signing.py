"""`workbench passphrase`: the passphrase with which a person signs approvals; and asking for it."""

import getpass
import sys
from typing import Annotated

import typer

from policies import UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_name, desk_of, out
from workbench.desk.commands import ShowPolicy
from workbench.desk.desk import Desk
from workbench.desk.reviewing import Authenticate, ForgetPassphrase, SetPassphrase

SHORTEST = 8
"""Letters of a passphrase; a sentence of several words is better."""


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(passphrase)


def passphrase(
    forget: Annotated[
        str | None,
        typer.Option("--forget", metavar="NAME", help="Let this person, who has forgotten theirs, set a new one."),
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Set the passphrase with which you sign approvals, where the policy asks for one."""
    if forget is not None:
        check_name(forget, "A person's name")
        with desk_of(study, key_file) as desk:
            desk.execute(ForgetPassphrase(name=forget))
        out.print(f"{forget} has no signing passphrase any more and sets a new one with: workbench passphrase")
        return
    if not sys.stdin.isatty():
        raise UserError("A passphrase is typed in a terminal and never given otherwise; run the command in one.")
    old = getpass.getpass("Old signing passphrase (empty if you have none yet): ")
    new = getpass.getpass("New signing passphrase: ")
    if len(new) < SHORTEST:
        raise UserError(f"A signing passphrase has at least {SHORTEST} letters; several words are better.")
    if getpass.getpass("The new one again: ") != new:
        raise UserError("The two were not the same; nothing was changed.")
    with desk_of(study, key_file) as desk:
        desk.execute(SetPassphrase(new=new, old=old or None))
    out.print("Your signing passphrase is set.")


def sign(desk: Desk) -> None:
    """Ask for the secret that the policy wants before an approval, where there is a terminal to ask in."""
    method = desk.execute(ShowPolicy()).policy.review.signing
    if method != "none" and sys.stdin.isatty():
        prompt = "Signing passphrase: " if method == "passphrase" else "Password of your login: "
        desk.execute(Authenticate(secret=getpass.getpass(prompt)))
