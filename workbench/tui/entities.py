"""Choosing what words identify, by one key."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from policies import Entity
from workbench.harmless import harmless
from workbench.tui.keymap import keys_of
from workbench.tui.words import ENTITY_GROUPS, ENTITY_KEYS, entity_style

_OF_KEY = {key: entity for entity, key in ENTITY_KEYS.items()}


class EntityDialog(ModalScreen[Entity | None]):
    """Choose one entity by its letter; escape chooses none."""

    BACK = Binding("escape", "dismiss(None)", "Back", id="entity.back")
    BINDINGS: ClassVar[list[BindingType]] = [BACK]

    def __init__(self, words: str, now: Entity | None = None) -> None:
        """`words` are tagged; `now` is the entity that they have."""
        super().__init__()
        self._words, self._now = " ".join(harmless(words).split()), now

    def compose(self) -> ComposeResult:
        asked = f", now {self._now.value}" if self._now else ""
        words = self._words if len(self._words) <= 60 else f"{self._words[:59]}…"
        with Vertical(classes="dialog"):
            yield Label(f"What is “{words}”{asked}?", classes="title", markup=False)
            yield Static(_table(), markup=False)
            yield Label(f"its letter; {keys_of(self.app, self.BACK)} goes back", classes="hint", markup=False)

    def on_key(self, event: events.Key) -> None:
        entity = _OF_KEY.get(event.character or "")
        if entity is not None:
            event.stop()
            self.dismiss(entity)


def _table() -> Content:
    lines = []
    for group, entities in ENTITY_GROUPS.items():
        # Three in a row, so that the widest fits into 80 columns.
        for first in range(0, len(entities), 3):
            parts: list[tuple[str, str]] = [(f"{group if not first else '':<9}", "$muted")]
            for entity in entities[first : first + 3]:
                parts += [(f"{ENTITY_KEYS[entity]} ", "bold $primary"), (f"{entity.value:<13}", entity_style(entity))]
            lines.append(Content.assemble(*parts))
    return Content("\n").join(lines)
