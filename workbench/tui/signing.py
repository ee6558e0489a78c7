"""Dialogs that prove who gives an approval: the passphrase or password, and the first passphrase of a person."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from workbench.tui.keymap import keys_of

SHORTEST = 8


class SignDialog(ModalScreen[str | None]):
    """Ask for the secret that signs; what is typed is never drawn and is given to nobody but the desk."""

    BACK = Binding("escape", "dismiss(None)", "Back", id="sign.back")
    BINDINGS: ClassVar[list[BindingType]] = [BACK]

    def __init__(self, person: str, what: str, meaning: str, refused: str = "") -> None:
        """`what` is asked for; `meaning` is what an approval says; `refused` is why the last try was."""
        super().__init__()
        self._person, self._what, self._meaning, self._refused = person, what, meaning, refused

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"You sign as {self._person}", classes="title", markup=False)
            yield Label(self._meaning, classes="said", markup=False)
            yield Input(password=True, placeholder=f"your {self._what}", max_length=1000)
            yield Label(self._refused, classes="refused", markup=False)
            hint = f"enter signs; {keys_of(self.app, self.BACK)} decides nothing"
            yield Label(hint, classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        secret, event.input.value = event.value, ""
        if secret:
            self.dismiss(secret)


class NewPassphraseDialog(ModalScreen[str | None]):
    """Choose the first signing passphrase; it is typed twice."""

    BACK = Binding("escape", "dismiss(None)", "Back", id="passphrase.back")
    BINDINGS: ClassVar[list[BindingType]] = [BACK]

    def __init__(self, person: str) -> None:
        super().__init__()
        self._person = person

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"{self._person}, choose a passphrase to sign with", classes="title", markup=False)
            yield Label("Approvals are signed, and you have no passphrase yet.", classes="said", markup=False)
            yield Input(password=True, placeholder=f"at least {SHORTEST} characters", max_length=1000, id="first")
            yield Input(password=True, placeholder="the same once more", max_length=1000, id="second")
            yield Label("", classes="refused", markup=False)
            hint = f"enter goes on; {keys_of(self.app, self.BACK)} goes back"
            yield Label(hint, classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        first, second = self.query_one("#first", Input), self.query_one("#second", Input)
        if event.input is first:
            second.focus()
        elif len(first.value) < SHORTEST:
            self._again(f"It needs at least {SHORTEST} characters.")
        elif first.value != second.value:
            self._again("The two are not the same; type them once more.")
        else:
            secret = first.value
            first.value = second.value = ""
            self.dismiss(secret)

    def _again(self, sentence: str) -> None:
        for field in self.query(Input):
            field.value = ""
        self.query_one("#first", Input).focus()
        self.query_one(".refused", Label).update(sentence)
