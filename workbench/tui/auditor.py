"""The terminal application of auditors: the log, read-only, from its mirror.  It needs no key of the study."""

from audit.checkpoint import PublicKey
from audit.mirror import MirrorReader
from workbench.tui.audit_screen import AuditScreen
from workbench.tui.private import PrivateApp, run_private


class AuditApp(PrivateApp):
    """Shows one study's log."""

    TITLE = "workbench audit"
    CSS_PATH = "audit.tcss"
    AFTER_FAULT = "The auditor's screen stopped on a fault ({kind}); nothing was changed, so start it again."

    def __init__(self, mirror: MirrorReader, key: PublicKey | None) -> None:
        super().__init__()
        self._audit = AuditScreen(mirror, key)

    def on_mount(self) -> None:
        self.push_screen(self._audit)


def run_auditor(mirror: MirrorReader, key: PublicKey | None) -> None:
    """Run the auditor's screen until it is left.  Raises ScreenFault when it crashes."""
    run_private(lambda: AuditApp(mirror, key))
