"""An import: a client of the desk that reads files one by one and hands them in."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from policies import Policy
from workbench.desk.commands import IngestFile, RefuseFile
from workbench.desk.desk import Desk
from workbench.errors import Cancelled
from workbench.ingest.errors import IngestError, Reason, printable
from workbench.ingest.files import find_files
from workbench.ingest.manifest import Manifest, read_manifest
from workbench.ingest.read import kind_to_read, read_file
from workbench.ingest.table import Columns


@dataclass(slots=True)
class Tally:
    """What an import has brought in so far."""

    found: int = 0
    done: int = 0
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


def ingest_paths(
    desk: Desk,
    policy: Policy,
    paths: list[Path],
    manifest: Path | None = None,
    columns: Columns | None = None,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Read every file and hand it to the desk; of a refusal the code is recorded, and the tally has its sentence.

    `progress` is called before each file.  An interrupt (Ctrl-C, or `Cancelled` from `progress`) ends the import after
    the files that are stored already.
    """
    consents = read_manifest(manifest) if manifest else None
    found = find_files(paths, manifest)
    tally = Tally(
        found=len(found.files),
        skipped=found.skipped,
        manifest=consents is not None,
        releases_unstated=policy.release.unstated_consent == "allow",
        rows_without_file=consents.rows_without(found.files) if consents else (),
    )
    try:
        for path in found.files:
            progress(tally)
            _one(desk, policy, path, consents, columns or Columns(), tally)
            tally.done += 1
    except (KeyboardInterrupt, Cancelled):
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
