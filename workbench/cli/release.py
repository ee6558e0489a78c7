"""`workbench release`: what leaves the building."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from policies import UserError
from workbench.cli import release_publish, release_rescan, release_risks, release_sample, release_sign
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_name, desk_of, notes, out, table
from workbench.desk.commands import VERSION, BuildRelease, PlanRelease
from workbench.desk.reasons import in_words, remedy
from workbench.desk.views import Built
from workbench.many import many

app = typer.Typer(help="Plan, build and verify releases.", no_args_is_help=True)
app.add_typer(release_sample.app, name="sample")
release_sign.register(app)
release_publish.register(app)
release_rescan.register(app)
release_risks.register(app)


@app.command()
def plan(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Show what a release would hold now, and what stays, by reason."""
    with desk_of(study, key_file) as desk:
        planned = desk.execute(PlanRelease())
    _show_stays("Release plan", ("would go", planned.rows), planned.excluded)
    _warn(_unstated(planned.unstated, planned.rows, "would go"))
    _warn(planned.warnings)
    if planned.rescan_left:
        _warn([f"Waiting for the last scan: {many(planned.rescan_left, 'row')}; run: workbench release rescan"])
    _warn(planned.refusals)


@app.command()
def build(
    name: Annotated[str, typer.Argument(help="Name of the release: letters, digits, '.', '_' and '-'.")],
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Where to write it.", show_default="the study's releases folder")
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(help="Semantic version.", show_default="what has changed since the last release asks for"),
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Write every approved exchange that passes the rules as a Hugging Face dataset."""
    check_name(name, "A release's name")
    if version is not None and not re.fullmatch(VERSION, version):
        raise UserError("A version is three numbers with points between them, as 2.0.0; choose another --version.")
    folder = str(out_folder.absolute()) if out_folder else None
    with desk_of(study, key_file) as desk:
        release_rescan.show_found(release_rescan.rescan_with_progress(desk))
        built = desk.execute(BuildRelease(name=name, folder=folder, version=version))
    show_built(built)


def _show_stays(title: str, going: tuple[str, int], excluded: Sequence[tuple[str, int]]) -> None:
    rows = [(*going, ""), *((in_words(reason), number, remedy(reason)) for reason, number in excluded)]
    table(title, ("", "exchanges", "what to do next"), rows)


def _unstated(unstated: int, rows: int, done: str) -> list[str]:
    if not unstated:
        return []
    return [
        f"No consent is on record for {unstated:,} of {many(rows, 'row')}; they {done} because the policy allows it "
        "(release.unstated_consent)."
    ]


def _warn(warnings: Sequence[str]) -> None:
    for sentence in warnings:
        notes.print(sentence, style="bold", markup=False, soft_wrap=True)


def show_built(built: Built) -> None:
    """Print what a release holds and where it is."""
    _show_stays(f"Release {built.name} {built.version}", ("released", built.rows), built.excluded)
    _warn(_unstated(built.unstated, built.rows, "went"))
    _warn(built.warnings)
    out.print(f"Release: {built.path}", soft_wrap=True)
    out.print(f"Manifest: {built.manifest_digest}", soft_wrap=True)
