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

from workbench.tui.choices import Choices
from workbench.tui.keymap import keys_of

Code = TypeVar("Code", bound=str)


class ReasonDialog(ModalScreen[Code | None], Generic[Code]):
    """Choose one reason by its number, or with arrows and enter; escape chooses none."""

    BACK = Binding("escape", "dismiss(None)", "Back", id="reason.back")
    BINDINGS: ClassVar[list[BindingType]] = [BACK]

    def __init__(self, title: str, reasons: Mapping[Code, str]) -> None:
        super().__init__()
        self._title = title
        self._reasons = dict(reasons)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._title, classes="title", markup=False)
            yield Choices(
                *(
                    Option(Content.assemble((f" {number} ", "bold $primary"), sentence))
                    for number, sentence in enumerate(self._reasons.values(), start=1)
                ),
                markup=False,
            )
            yield Label(f"its number, or enter; {keys_of(self.app, self.BACK)} goes back", classes="hint", markup=False)

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

    YES = Binding("y", "dismiss(True)", "Yes", id="confirm.yes")
    NO = Binding("n,escape", "dismiss(False)", "No", id="confirm.no")
    BINDINGS: ClassVar[list[BindingType]] = [YES, NO]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(self._question, classes="title", markup=False)
            for binding, answer in ((self.YES, self._yes), (self.NO, self._no)):
                key = keys_of(self.app, binding).split(",")[0]
                yield Label(Content.assemble((f" {key} ", "bold $primary"), answer))
