"""The curtain, which hides all text at once, and the lock, which also wants to know who lifts it.

Both are whole screens: what lies beneath is not drawn at all.
"""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Label

from audit.errors import AuditError
from policies import UserError
from workbench.desk.reviewing import Authenticate
from workbench.desk.views import Done
from workbench.tui.courier import Courier, DeskScreen


class Curtain(Screen[None]):
    """Nothing to be seen until a key is pressed; the key itself does nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="covered"):
            yield Label("Covered. Any key shows the screen again.")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.dismiss()


class LockScreen(DeskScreen):
    """Nothing to be seen until the person of this sitting has proved to be there again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "app.leave_locked", "Leave", id="lock.leave", priority=True, tooltip="end this sitting"),
    ]
    AUTO_FOCUS = "#secret"

    def __init__(self, courier: Courier, person: str, what: str) -> None:
        """`what` is asked for: the signing passphrase, or the login's password."""
        super().__init__(courier)
        self._person, self._what = person, what

    def compose(self) -> ComposeResult:
        with Vertical(classes="covered"):
            yield Label(f"Locked. {self._person}, your {self._what}, please:", markup=False)
            yield Input(password=True, id="secret")
            yield Label("", id="refused", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        secret = event.value
        event.input.value = ""
        if secret:
            event.input.disabled = True
            self.ask(Authenticate(secret=secret), self._known, self._refused, group="lock")

    def _known(self, done: Done) -> None:
        self.dismiss()

    def _refused(self, problem: UserError | AuditError) -> None:
        field = self.query_one(Input)
        field.disabled = False
        field.focus()
        self.query_one("#refused", Label).update(str(problem))
