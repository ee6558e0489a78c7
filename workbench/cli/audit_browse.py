"""`workbench audit browse`: the auditor's screen."""

import typer

from audit.checkpoint import PublicKey
from audit.mirror import MirrorReader
from workbench.cli.audit_trust import PublicKeyOption
from workbench.cli.console import HERE, StudyOption, check_terminal, mirror_of
from workbench.cli.look import AsciiOption, KeymapOption, ThemeOption, find_look
from workbench.study.folder import Folder


def register(app: typer.Typer) -> None:
    """Add the command to `workbench audit`."""
    app.command()(browse)


def browse(
    public_key: PublicKeyOption = None,
    theme: ThemeOption = None,
    ascii_only: AsciiOption = None,
    keymap: KeymapOption = None,
    study: StudyOption = HERE,
) -> None:
    """Open the auditor's screen: timeline, filters, the history of one object, and whether the log is sound.

    Needs no key of the study, works while others have it open, and shows no page text.
    """
    check_terminal("The auditor's screen", "workbench audit query")
    # Textual takes a while to load.
    from workbench.tui.auditor import run_auditor

    key = PublicKey.load(public_key or Folder(study.absolute()).log_public_key)
    run_auditor(MirrorReader(mirror_of(study)), key, find_look(theme, ascii_only, keymap))
