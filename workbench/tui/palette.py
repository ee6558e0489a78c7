"""Finding an action by its name: the screen's own ones and nothing else.

Textual has a palette of its own; ours keeps its list of commands closed, and looks like the other dialogs.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from workbench.tui.choices import Choices
from workbench.tui.keymap import keys_of


class PaletteDialog(ModalScreen[str | None]):
    """Type some letters of an action's name, choose with the arrows, enter; escape chooses none."""

    BACK = Binding("escape", "dismiss(None)", "Back", id="palette.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        BACK,
        Binding("down", "move(1)", "Below", id="palette.down"),
        Binding("up", "move(-1)", "Above", id="palette.up"),
    ]

    def __init__(self, actions: Sequence[Binding]) -> None:
        super().__init__()
        self._actions = list(actions)
        self._found = list(actions)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide"):
            yield Input(placeholder="what to do?")
            yield Choices(*(Option(self._line(binding)) for binding in self._actions), markup=False)
            hint = f"enter does it; {keys_of(self.app, self.BACK)} goes back"
            yield Label(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Choices).can_focus = False
        self.query_one(Choices).highlighted = 0

    def on_input_changed(self, event: Input.Changed) -> None:
        matcher = Matcher(event.value)
        scores = {b: max(matcher.match(b.description), matcher.match(b.tooltip)) for b in self._actions}
        self._found = [b for b in self._actions if scores[b] > 0] if event.value else list(self._actions)
        self._found.sort(key=lambda binding: -scores[binding])
        choices = self.query_one(Choices)
        choices.clear_options()
        choices.add_options(Option(self._line(binding)) for binding in self._found)
        choices.highlighted = 0 if self._found else None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        place = self.query_one(Choices).highlighted
        if place is not None:
            self.dismiss(self._found[place].action)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index].action)

    def action_move(self, by: int) -> None:
        choices = self.query_one(Choices)
        (choices.action_cursor_down if by > 0 else choices.action_cursor_up)()

    def _line(self, binding: Binding) -> Content:
        return Content.assemble((f"{keys_of(self.app, binding):>9}  ", "bold $primary"), binding.tooltip)
