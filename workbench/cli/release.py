"""`workbench release`: what leaves the building."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from audit.bundle import verify_bundle
from audit.checkpoint import PublicKey
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_name, desk_of, notes, out, table
from workbench.desk.commands import BuildRelease, PlanRelease
from workbench.desk.views import Built

app = typer.Typer(help="Plan, build and verify releases.", no_args_is_help=True)


@app.command()
def plan(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Show what a release would hold now, and what stays, by reason."""
    with desk_of(study, key_file) as desk:
        planned = desk.execute(PlanRelease())
    table("Release plan", ("", "exchanges"), [("would go", planned.rows), *planned.excluded])
    _warn(_unstated(planned.unstated, planned.rows, "would go"))
    _warn(planned.warnings)


@app.command()
def build(
    name: Annotated[str, typer.Argument(help="Name of the release: letters, digits, '.', '_' and '-'.")],
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Where to write it.", show_default="the study's releases folder")
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Write every approved exchange that passes the rules as a Hugging Face dataset."""
    check_name(name, "A release's name")
    folder = str(out_folder.absolute()) if out_folder else None
    with desk_of(study, key_file) as desk:
        built = desk.execute(BuildRelease(name=name, folder=folder))
    show_built(built)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of the release.")],
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", help="The log's public key: check the release's proof too.", show_default=False),
    ] = None,
) -> None:
    """Check a release against its manifest, and with the log's public key that its building stands in the log.

    Needs no study and none of its keys.
    """
    bundle = verify_bundle(folder, key=PublicKey.load(public_key) if public_key else None)
    out.print(
        f"The release is what its manifest says: {bundle.manifest.rows:,} rows, manifest {bundle.digest}",
        soft_wrap=True,
    )


def _unstated(unstated: int, rows: int, done: str) -> list[str]:
    if not unstated:
        return []
    return [
        f"No consent is on record for {unstated:,} of the {rows:,} rows; they {done} because the policy allows it "
        "(release.unstated_consent)."
    ]


def _warn(warnings: Sequence[str]) -> None:
    for sentence in warnings:
        notes.print(sentence, style="bold", markup=False, soft_wrap=True)


def show_built(built: Built) -> None:
    """Print what a release holds and where it is."""
    table(f"Release {built.name}", ("", "exchanges"), [("released", built.rows), *built.excluded])
    _warn(_unstated(built.unstated, built.rows, "went"))
    _warn(built.warnings)
    out.print(f"Release: {built.path}", soft_wrap=True)
    out.print(f"Manifest: {built.manifest_digest}", soft_wrap=True)
