"""`workbench study`: explaining a store that is not what was recorded, backing a study up and restoring it."""

from pathlib import Path
from typing import Annotated

import typer

from audit.errors import RollbackError
from policies import Face
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, find_secret, out
from workbench.desk.commands import BackUpStudy
from workbench.many import many
from workbench.study import explain as explaining
from workbench.study import restore as restoring
from workbench.study.explain import Explanation, Reason
from workbench.study.finding import Examined
from workbench.study.folder import Folder
from workbench.study.opening import open_study
from workbench.study.restore import identity_of

app = typer.Typer(help="Care for a study: explain, back up, restore.", no_args_is_help=True)


@app.command()
def explain(
    reason: Annotated[
        Reason | None,
        typer.Option(help="What happened: a backup was put back, a disk or machine failed, or files were moved."),
    ] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Confirm what another person has explained.")] = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Let a study run again whose store is not what was recorded of it.

    Two persons do this, an operator and a steward or auditor: the first gives --reason, the second runs --confirm
    under a login of their own.  Without either, shows what is to be explained.
    """
    if reason is not None and confirm:
        raise typer.BadParameter("the person who confirms gives no reason; leave one of the two out.")
    secret = find_secret(Folder(study.absolute()).read_identity(), key_file)
    if reason is not None:
        _tell(explaining.ask(study, secret, reason))
        _say("Your explanation is put down.  A second person confirms it: workbench study explain --confirm")
        return
    if confirm:
        found, explanation = explaining.confirm(study, secret)
        _tell(found)
        _say(f"Explained by {explanation.asked_by} ({explanation.reason}) and confirmed; the study runs again.")
        return
    seen, said = explaining.look(study, secret)
    if seen is None:
        _say("There is nothing to explain: store, mirror and checkpoint agree.")
        return
    _tell(seen)
    _say(_next(seen, said))


def _say(sentence: str) -> None:
    out.print(sentence, soft_wrap=True, markup=False)


def _tell(found: Examined) -> None:
    """What was found, in numbers."""
    finding = found.finding
    _say(f"{found.sentence[:1].upper()}{found.sentence[1:]}.")
    _say(f"Recorded: {many(finding.known, 'event')}.  In the store: {finding.held:,}.")
    if finding.kept > finding.held:
        lost = finding.kept - finding.held
        _say(f"What {many(lost, 'event')} recorded is not in the store and must be done again; the events stay.")
    if not found.mirror_stands:
        _say(f"The log goes on from its first {finding.kept:,} events; the mirror's old files are set aside.")


def _next(found: Examined, said: Explanation | None) -> str:
    if said is None:
        return "Nobody has explained it yet: workbench study explain --reason restore, hardware or mistake"
    if said.finding != found.finding:
        return f"{said.asked_by} explained an earlier state ({said.reason}); explain it anew with --reason."
    return f"{said.asked_by} explained it ({said.reason}); a second person runs: workbench study explain --confirm"


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="New folder for the backup, on another disk.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Write a verified backup of the whole study, and record it in the log."""
    with desk_of(study, key_file) as desk:
        done = desk.execute(BackUpStudy(folder=str(folder.absolute())))
    _say(f"Backup written and verified: {done.path}")
    _say(f"{many(done.files, 'file')}, {done.bytes:,} bytes, {many(done.events, 'event')} of the log.")
    _say(f"SHA-256 of its manifest: {done.manifest_digest}")
    _say("The study's key is not in it; keep that in another place.")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="Folder of the backup.")],
    study: Annotated[Path, typer.Argument(help="New folder for the study.")],
    mirror: Annotated[
        Path | None,
        typer.Option(help="Mirror folder of the study as it was last, where that is still there.", show_default=False),
    ] = None,
    key_file: KeyFileOption = None,
) -> None:
    """Verify a backup and make a study of it in a new folder.

    If more was recorded in the mirror named with --mirror than the backup holds, the study runs only when two persons
    have explained it.
    """
    secret = find_secret(identity_of(folder), key_file)
    manifest = restoring.restore(folder, study, secret, mirror)
    _say(f"Study restored in {study.absolute()}: {many(manifest.size, 'event')} of the log.")
    try:
        open_study(study, secret, Face.CLI).close()
    except RollbackError:
        _say("More was recorded since; it runs when two persons have explained that: workbench study explain")
