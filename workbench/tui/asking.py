"""Dialogs in which a line or a few lines are typed: a number, words to search for, a note."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, TextArea

from workbench.tui.keymap import keys_of


class LineDialog(ModalScreen[str | None]):
    """Type one line; enter gives it, escape gives nothing."""

    BACK = Binding("escape", "dismiss(None)", "Back", id="line.back")
    BINDINGS: ClassVar[list[BindingType]] = [BACK]

    def __init__(self, title: str, hint: str, line: str = "", *, number: bool = False) -> None:
        super().__init__()
        self._title, self._hint, self._line, self._number = title, hint, line, number

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title", markup=False)
            yield Input(self._line, restrict=r"\d{0,9}" if self._number else None, max_length=200)
            hint = f"{self._hint}; {keys_of(self.app, self.BACK)} goes back"
            yield Label(hint, classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())


class NoteDialog(ModalScreen[str | None]):
    """Write a few lines; nothing is kept of what is not saved."""

    SAVE = Binding("ctrl+s", "save", "Save", id="note.save")
    BACK = Binding("escape", "dismiss(None)", "Back", id="note.back")
    BINDINGS: ClassVar[list[BindingType]] = [SAVE, BACK]

    LONGEST = 2000

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title", markup=False)
            yield TextArea(soft_wrap=True, tab_behavior="focus")
            keys = keys_of(self.app, self.SAVE), keys_of(self.app, self.BACK)
            yield Label(f"{keys[0]} saves, {keys[1]} goes back; it is never released", classes="hint", markup=False)

    def action_save(self) -> None:
        text = self.query_one(TextArea).text.strip()
        if len(text) > self.LONGEST:
            self.query_one(".hint", Label).update(f"A note has at most {self.LONGEST} characters; shorten it.")
        else:
            self.dismiss(text or None)
