"""Small questions on top of the screen: a reason from a closed list, and yes or no."""

from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

Code = TypeVar("Code", bound=str)


class ReasonDialog(ModalScreen[Code | None], Generic[Code]):
    """Choose one reason by its number, or with arrows and enter; escape chooses none."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", id="reason.back")]

    def __init__(self, title: str, reasons: Mapping[Code, str]) -> None:
        super().__init__()
        self._title = title
        self._reasons = dict(reasons)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title", markup=False)
            yield OptionList(
                *(
                    Option(Content.assemble((f" {number} ", "bold $primary"), sentence))
                    for number, sentence in enumerate(self._reasons.values(), start=1)
                ),
                markup=False,
            )
            yield Label("its number, or enter; escape goes back", classes="hint")

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "123456789"[: len(self._reasons)]:
            event.stop()
            self._choose(int(event.character) - 1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option_index)

    def _choose(self, index: int) -> None:
        self.dismiss(list(self._reasons)[index])


class ConfirmDialog(ModalScreen[bool]):
    """A yes-or-no question; escape means no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="confirm.yes"),
        Binding("n,escape", "dismiss(False)", "No", id="confirm.no"),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._question, classes="title", markup=False)
            yield Label(Content.assemble((" y ", "bold $primary"), self._yes))
            yield Label(Content.assemble((" n ", "bold $primary"), self._no))
