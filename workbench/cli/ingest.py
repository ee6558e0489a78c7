"""`workbench ingest`: read transcripts into the study."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from policies import Policy
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, interruptible, notes, table
from workbench.desk.commands import ShowPolicy
from workbench.desk.desk import Desk
from workbench.ingest.run import Tally, ingest_paths
from workbench.ingest.table import Columns
from workbench.many import many


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(ingest)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders to search: .txt .docx .pdf .csv .jsonl")],
    manifest: Annotated[Path | None, typer.Option(help="CSV with subject, visit and consent of each file.")] = None,
    speaker_column: Annotated[str, typer.Option(help="Column of a .csv or .jsonl that names the speaker.")] = "speaker",
    text_column: Annotated[str, typer.Option(help="Column that holds what was said.")] = "text",
    session_column: Annotated[
        str, typer.Option(help="Column that tells sessions apart; '' for one session.")
    ] = "session",
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Read transcripts into the study.  A file that cannot be read is named; the others still load."""
    columns = Columns(speaker_column, text_column, session_column or None)
    with interruptible("Run the same command again to go on."):
        with desk_of(study, key_file) as desk:
            policy = desk.execute(ShowPolicy()).policy
            tally = ingest_with_progress(desk, policy, paths, manifest, columns)
        show_ingest(tally)
        if tally.interrupted:
            raise KeyboardInterrupt
    if tally.refused:
        raise typer.Exit(2)


def ingest_with_progress(
    desk: Desk, policy: Policy, paths: list[Path], manifest: Path | None = None, columns: Columns | None = None
) -> Tally:
    """Import with a bar."""
    bar = Progress(
        TextColumn("reading and scanning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=notes,
        transient=True, disable=not notes.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("files", total=None)
        return ingest_paths(
            desk, policy, paths, manifest, columns, lambda t: bar.update(task, total=t.found, completed=t.done)
        )


def show_ingest(tally: Tally) -> None:
    """Print what came in, and each refusal on the operator's own terminal."""
    for sentence in tally.refused:
        notes.print(f"refused: {sentence}", markup=False, soft_wrap=True)
    rows = [
        ("files found", tally.found),
        ("files added", tally.outcomes["added"]),
        ("known already", tally.outcomes["duplicate"]),
        ("refused", len(tally.refused)),
        ("other files skipped", tally.skipped),
        ("sessions added", tally.sessions),
        ("pages added", tally.pages),
        ("words added", tally.words),
    ]
    table("Import", ("", "count"), rows)
    for note in _notes(tally):
        notes.print(note, markup=False, soft_wrap=True)


def _notes(tally: Tally) -> list[str]:
    """What the table does not say: files without consent on record, and what of the manifest was not used."""
    added, known, rows = tally.outcomes["added"], tally.outcomes["duplicate"], tally.rows_without_file
    told = []
    if added and not tally.manifest:
        what = "releases their rows all the same" if tally.releases_unstated else "keeps their rows out of releases"
        told.append(
            f"Note: no consent is on record for {many(added, 'file')} added now, because no --manifest was given; "
            f"the policy {what} (release.unstated_consent)."
        )
    if known and tally.manifest:
        told.append(
            f"Note: the manifest was not used for {many(known, 'file')} known already; what was recorded when they "
            "came in still counts, and to change it they must be imported into a new study."
        )
    if tally.refused_for_consent:
        told.append(
            "Note: a file that came in before stays in the study under the consent recorded then, though it is refused "
            "now; reject its exchanges."
        )
    if rows:
        shown = ", ".join(map(str, rows[:10])) + (", ..." if len(rows) > 10 else "")
        told.append(f"Note: the manifest has rows for {many(len(rows), 'file')} that were not given (row {shown}).")
    return told
