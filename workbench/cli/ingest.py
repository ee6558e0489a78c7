"""`workbench ingest`: read transcripts into the study."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from policies import Policy
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, interruptible, notes, table
from workbench.desk.commands import IngestFile, RefuseFile, ShowPolicy
from workbench.desk.desk import Desk
from workbench.ingest.errors import IngestError, Reason, printable
from workbench.ingest.files import find_files
from workbench.ingest.manifest import Manifest, read_manifest
from workbench.ingest.read import kind_to_read, read_file
from workbench.ingest.table import Columns


@dataclass(slots=True)
class Tally:
    """What an ingest brought in."""

    found: int = 0
    skipped: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    pages: int = 0
    words: int = 0
    refused: list[str] = field(default_factory=list)
    refused_for_consent: int = 0
    manifest: bool = False
    releases_unstated: bool = False
    """Whether the policy releases rows of files for which no consent is on record."""
    rows_without_file: tuple[int, ...] = ()
    interrupted: bool = False


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
            tally = ingest_paths(desk, policy, paths, manifest, columns)
        show_ingest(tally)
        if tally.interrupted:
            raise KeyboardInterrupt
    if tally.refused:
        raise typer.Exit(2)


def ingest_paths(
    desk: Desk, policy: Policy, paths: list[Path], manifest: Path | None = None, columns: Columns | None = None
) -> Tally:
    """Read every file and hand it to the desk; a refusal is told on the terminal and recorded by its code only."""
    consents = read_manifest(manifest) if manifest else None
    found = find_files(paths, manifest)
    tally = Tally(
        found=len(found.files),
        skipped=found.skipped,
        manifest=consents is not None,
        releases_unstated=policy.release.unstated_consent == "allow",
        rows_without_file=consents.rows_without(found.files) if consents else (),
    )
    bar = Progress(
        TextColumn("reading and scanning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=notes,
        transient=True, disable=not notes.is_terminal,
    )  # fmt: skip
    with bar:
        try:
            for path in bar.track(found.files):
                _one(desk, policy, path, consents, columns or Columns(), tally)
        except KeyboardInterrupt:
            tally.interrupted = True
    return tally


def _one(desk: Desk, policy: Policy, path: Path, consents: Manifest | None, columns: Columns, tally: Tally) -> None:
    try:
        kind_to_read(path)
        entry = consents.entry(path) if consents else None
        read = read_file(path, policy, columns)
    except IngestError as problem:
        desk.execute(RefuseFile(code=problem.code))
        tally.refused.append(str(problem))
        tally.refused_for_consent += problem.code is Reason.NO_CONSENT
        return
    outcome = desk.execute(
        IngestFile(
            name=printable(Path(path.name)),
            kind=read.kind.value,
            size=read.size,
            sha256=read.sha256,
            transcripts=read.transcripts,
            manifest=entry,
        )
    )
    tally.outcomes[outcome.status] += 1
    if outcome.status == "added":
        tally.sessions += outcome.sessions
        tally.pages += outcome.pages
        tally.words += outcome.words


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
            f"Note: no consent is on record for {_files(added)} added now, because no --manifest was given; "
            f"the policy {what} (release.unstated_consent)."
        )
    if known and tally.manifest:
        told.append(
            f"Note: the manifest was not used for {_files(known)} known already; what was recorded when they came in "
            "still counts, and to change it they must be imported into a new study."
        )
    if tally.refused_for_consent:
        told.append(
            "Note: a file that came in before stays in the study under the consent recorded then, though it is refused "
            "now; reject its exchanges."
        )
    if rows:
        shown = ", ".join(map(str, rows[:10])) + (", ..." if len(rows) > 10 else "")
        told.append(f"Note: the manifest has rows for {_files(len(rows))} that were not given (row {shown}).")
    return told


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number:,} files"
