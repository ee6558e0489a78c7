"""Which model paraphrases: one that is registered, or none (extracts)."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from workbench.desk.views import ModelFile
from workbench.many import many
from workbench.tui.choices import Choices
from workbench.tui.keymap import with_keys

EXTRACTS = ""
"""Stands for no model."""


class ModelDialog(ModalScreen[str | None]):
    """Answers with the model's name, EXTRACTS, or None when nothing is to be done."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", id="models.back")]

    def __init__(self, models: Sequence[ModelFile], pages: int) -> None:
        super().__init__()
        self._models, self._pages = models, pages

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"Paraphrase {many(self._pages, 'page')} with ...", classes="title", markup=False)
            yield Choices(
                *(Option(f"{model.name} (model file)", id=model.name) for model in self._models),
                Option("extracts: the page's own sentences, no model", id="extracts only"),
                markup=False,
            )
            hint = with_keys(self.app, "enter begins, in the background; {models.back} goes back")
            yield Label(hint, classes="hint", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option.id
        self.dismiss(EXTRACTS if chosen == "extracts only" else chosen)
