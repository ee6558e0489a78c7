"""Telling that an exchange was invented, and where its leak stood."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from workbench.desk.review_views import Revealed
from workbench.desk.views import ExchangeView
from workbench.harmless import harmless
from workbench.tui.highlight import Highlight, draw
from workbench.tui.keymap import keys_of
from workbench.tui.sheets import text_of
from workbench.tui.words import entity_style

AROUND = 90
"""Characters shown on each side of the leak."""


class RevealedDialog(ModalScreen[None]):
    """Calmly: nobody is praised, nobody is blamed."""

    ON = Binding("enter,space,escape", "dismiss(None)", "Go on", id="revealed.on")
    BINDINGS: ClassVar[list[BindingType]] = [ON]

    def __init__(self, view: ExchangeView, revealed: Revealed) -> None:
        super().__init__()
        self._view, self._revealed = view, revealed

    def compose(self) -> ComposeResult:
        told = self._revealed
        with Vertical(classes="dialog"):
            yield Label("That exchange was invented", classes="title", markup=False)
            if told.caught:
                yield Label("It held a planted leak, and you caught it.", markup=False)
            else:
                yield Label("It held a planted leak that went by this time.", markup=False)
            place = leak(self._view, told)
            if place is not None:
                yield Static(place, classes="place", markup=False)
            yield Label(harmless(told.explanation), classes="said", markup=False)
            hint = f"It is never released. {keys_of(self.app, self.ON)} goes on"
            yield Label(hint, classes="hint", markup=False)


def leak(view: ExchangeView, told: Revealed) -> Content | None:
    """The leak with some words around it; None where the text was changed since it was planted."""
    text = text_of(view, told.side)
    if view.body_kind == "edited" or told.stop > len(text):
        return None
    start, stop = max(0, told.start - AROUND), min(len(text), told.stop + AROUND)
    # Whole words at the edges.
    start = text.find(" ", start) + 1 if start else 0
    stop = text.rfind(" ", told.stop, stop) if stop < len(text) and " " in text[told.stop : stop] else stop
    span = told.start - start, told.stop - start
    drawn = draw(text[start:stop], [Highlight(*span, entity_style(told.entity), told.entity.value)], span)
    before, after = "… " if start else "", " …" if stop < len(text) else ""
    return Content(before) + drawn.content + Content(after)
