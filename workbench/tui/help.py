"""Every key of the review screen, and what the marks mean."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.words import ENTITY_GROUPS, SETTLED_FRAME, STATE_MARKS, entity_style

MOVING = (
    ("tab", "go to the next pane: queue, source, exchange, list"),
    ("arrows", "move in the pane with the focus; page up and down too"),
)


class HelpScreen(ModalScreen[None]):
    """Lists the bindings that it is given; any of escape, ? and q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", id="help.close"),
    ]

    def __init__(self, bindings: Iterable[Binding]) -> None:
        super().__init__()
        self._keys = [(key_names(binding), binding.tooltip or binding.description) for binding in bindings]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog wide") as pane:
            pane.border_title = "Keys"
            yield Static(self._text(), markup=False)

    def _text(self) -> Content:
        lines = [Content.assemble((f"{key:>8}", "bold $primary"), f"  {does}") for key, does in (*self._keys, *MOVING)]
        settled = "words".join(SETTLED_FRAME)
        marks = ", ".join(f"{mark} {state}" for state, mark in STATE_MARKS.items())
        colours: list[Content | tuple[str, str] | str] = ["\nColours: "]
        for group, entities in ENTITY_GROUPS.items():
            colours += [(group, f"bold {entity_style(entities[0])}"), " "]
        lines += [
            Content(f"\n«NAME words» may identify somebody.  {settled} was found too, but is kept or dismissed."),
            Content("«leak words» is flagged.  [NAME] stands where an identifier was replaced."),
            Content(f"In the queue: {marks}; then the flag (leak+1: and one more); then 2? for two open findings."),
            Content.assemble(*colours),
        ]
        return Content("\n").join(lines)


def key_names(binding: Binding) -> str:
    """The keys of a binding as they are printed on a keyboard."""
    return ", ".join("?" if key == "question_mark" else key for key in binding.key.split(","))
