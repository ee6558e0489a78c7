"""`workbench audit browse`: the auditor's screen."""

import sys

import typer

from audit.checkpoint import PublicKey
from audit.mirror import MirrorReader
from policies import UserError
from workbench.cli.audit_trust import PublicKeyOption
from workbench.cli.console import HERE, StudyOption, mirror_of
from workbench.study.folder import Folder


def register(app: typer.Typer) -> None:
    """Add the command to `workbench audit`."""
    app.command()(browse)


def browse(public_key: PublicKeyOption = None, study: StudyOption = HERE) -> None:
    """Open the auditor's screen: timeline, filters, the history of one object, and whether the log is sound.

    Needs no key of the study, works while others have it open, and shows no page text.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("The auditor's screen needs a terminal; for scripts there is: workbench audit query")
    # Textual takes a while to load.
    from workbench.tui.auditor import run_auditor

    key = PublicKey.load(public_key or Folder(study.absolute()).log_public_key)
    run_auditor(MirrorReader(mirror_of(study)), key)
