"""`workbench release risks` and `dossier`: what may single somebody out, and the expert's file about it."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out, table
from workbench.desk.releasing import ShowRisks, WriteDossier

FEW = 12
"""So many exchanges of a rare combination are named."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(risks)
    app.command()(dossier)


def risks(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """List rare combinations of quasi-identifiers and near duplicates, by exchange.

    Not for anybody outside: it tells small numbers of people.
    """
    with desk_of(study, key_file) as desk:
        found = desk.execute(ShowRisks())
    table(
        "What would go",
        ("", ""),
        [
            ("rows", found.rows),
            ("people", found.people),
            ("different combinations of all quasi-identifiers of a row", found.classes),
            ("people who share the rarest", found.smallest),
            ("rows in a combination that is rarer than the policy's limit", found.rows_in_rare),
        ],
    )
    rare = [
        (" + ".join(f"{kind}: {value}" for kind, value in one.combination), one.people, _named(one.exchanges))
        for one in found.rare
    ]
    table("Rare combinations", ("combination", "people", "exchanges"), rare)
    _rest(found.rare_in_all - len(found.rare))
    pairs = [(one.exchange, one.other, f"{one.alike:.0%}") for one in found.duplicates]
    table("Near duplicates", ("exchange", "is nearly", "alike"), pairs)
    _rest(found.duplicates_in_all - len(found.duplicates))
    out.print(f"Of the near duplicates, {found.of_two_people:,} are of two people.")


def dossier(
    out_folder: Annotated[Path, typer.Option("--out", help="New folder to write it into.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Write the file for the expert who determines whether the risk is very small; it holds no text and no names."""
    with desk_of(study, key_file) as desk:
        written = desk.execute(WriteDossier(folder=str(out_folder.absolute())))
    out.print(f"Dossier: {written.path}", soft_wrap=True)
    out.print(f"SHA-256: {written.digest}", soft_wrap=True)


def _named(exchanges: tuple[int, ...]) -> str:
    named = ", ".join(map(str, exchanges[:FEW]))
    return named if len(exchanges) <= FEW else f"{named} and {len(exchanges) - FEW:,} more"


def _rest(left: int) -> None:
    if left:
        out.print(f"And {left:,} more.")
