"""The terminal application of auditors: the log, read-only, from its mirror.  It needs no key of the study."""

from pathlib import PurePath
from typing import ClassVar

from audit.checkpoint import PublicKey
from audit.mirror import MirrorReader
from workbench.tui.audit_screen import AuditScreen
from workbench.tui.look import Look
from workbench.tui.private import PrivateApp, run_private


class AuditApp(PrivateApp):
    """Shows one study's log."""

    TITLE = "workbench audit"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["common.tcss", "audit.tcss"]
    AFTER_FAULT = "The auditor's screen stopped on a fault ({kind}); nothing was changed, so start it again."

    def __init__(self, mirror: MirrorReader, key: PublicKey | None, look: Look | None = None) -> None:
        super().__init__(look)
        self._audit = AuditScreen(mirror, key)

    def on_mount(self) -> None:
        self.push_screen(self._audit)


def run_auditor(mirror: MirrorReader, key: PublicKey | None, look: Look | None = None) -> None:
    """Run the auditor's screen until it is left.  Raises ScreenFault when it crashes."""
    run_private(lambda: AuditApp(mirror, key, look))
