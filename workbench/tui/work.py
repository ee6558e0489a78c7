"""What the home's jobs do, through the same core as the command line: importing, paraphrasing, releasing."""

from pathlib import Path

from workbench.desk.commands import BuildRelease, RefuseHost, ShowPolicy
from workbench.desk.desk import Desk
from workbench.desk.rescan import rescan
from workbench.errors import Cancelled, HostRefused
from workbench.ingest.run import ingest_paths
from workbench.many import many
from workbench.paraphrase import extractive
from workbench.paraphrase.choose import make_backend
from workbench.paraphrase.run import paraphrase
from workbench.tui.jobs import Moved


def import_files(desk: Desk, paths: list[Path], manifest: Path | None, moved: Moved) -> str:
    """Import files and folders; what was refused is told with its reason."""
    policy = desk.execute(ShowPolicy()).policy
    tally = ingest_paths(desk, policy, paths, manifest, progress=lambda tally: moved(tally.done, tally.found))
    told = [
        f"{tally.outcomes['added']:,} of {many(tally.found, 'file')} imported: {many(tally.pages, 'page')}, "
        f"{many(tally.words, 'word')}.",
    ]
    if tally.outcomes["duplicate"]:
        told.append(f"{tally.outcomes['duplicate']:,} were known already.")
    if tally.interrupted:
        told.append("Ended early; import the same again to go on.")
    told += [f"Refused: {sentence}" for sentence in tally.refused]
    return "\n".join(told)


def paraphrase_pages(desk: Desk, model: str, moved: Moved) -> str:
    """Condense every page that has no exchange, with a registered model; without one (empty) by extracts."""
    policy = desk.execute(ShowPolicy()).policy
    try:
        backend = make_backend(desk, policy, None if model else extractive.NAME, model or None)
    except HostRefused as refusal:
        desk.execute(RefuseHost(host=refusal.host))
        raise
    try:
        tally = paraphrase(desk, backend, policy.paraphrase.seed, lambda run, tally: moved(tally.pages, run.pages))
    finally:
        backend.close()
    end = "Ended early; start it again to go on." if tally.interrupted else ""
    pages = many(tally.pages, "page")
    return f"{pages} paraphrased, {tally.flagged:,} flagged, {tally.malformed:,} malformed. {end}".strip()


def build_release(desk: Desk, name: str, moved: Moved) -> str:
    """Write a release into the study's own folder of releases, after the last scan of its rows."""
    try:
        rescan(desk, moved)
    except Cancelled:
        return "Ended early, and nothing was released; start it again to go on."
    built = desk.execute(BuildRelease(name=name))
    stayed = sum(number for _, number in built.excluded)
    return "\n".join(
        [
            f"Release {built.name}: {many(built.rows, 'row')}, {many(stayed, 'exchange')} stayed.",
            built.path,
            *built.warnings,
        ]
    )
