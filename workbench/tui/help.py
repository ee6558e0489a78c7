"""Every key of the review screen, and what the marks mean."""

from collections.abc import Iterable
from itertools import chain
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.keymap import keys_of
from workbench.tui.private import PrivateApp
from workbench.tui.words import DRAFT_MARK, ENTITY_GROUPS, SETTLED_FRAME, STATE_MARKS, STATE_WORDS, entity_style

MOVING = (
    ("tab", "go to the next pane: queue, source, exchange, list"),
    ("arrows", "move in the pane with the focus; page up and down too"),
)

ASCII_NOTE = (
    "Drawn in plain ASCII: accents are left out, and a sign without a likeness stands as ?. "
    "The text itself keeps its letters."
)


class HelpScreen(ModalScreen[None]):
    """Lists the bindings that it is given, and the application's; any of escape, ? and q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", id="help.close"),
    ]

    def __init__(self, bindings: Iterable[BindingType]) -> None:
        super().__init__()
        self._listed = list(bindings)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog wide") as pane:
            pane.border_title = "Keys"
            yield Static(self._text(), markup=False)

    def _text(self) -> Content:
        apps = (vars(kind).get("BINDINGS", ()) for kind in type(self.app).__mro__ if issubclass(kind, PrivateApp))
        listed = [binding for binding in chain(self._listed, *apps) if isinstance(binding, Binding)]
        keys = [(keys_of(self.app, binding), binding.tooltip or binding.description) for binding in listed]
        wide = max(8, *(len(key) for key, _ in keys))
        lines = [Content.assemble((f"{key:>{wide}}", "bold $primary"), f"  {does}") for key, does in (*keys, *MOVING)]
        settled = "words".join(SETTLED_FRAME)
        marks = ", ".join(f"{mark} {STATE_WORDS[state]}" for state, mark in STATE_MARKS.items())
        colours: list[Content | tuple[str, str] | str] = ["\nColours: "]
        for group, entities in ENTITY_GROUPS.items():
            colours += [(group, f"bold {entity_style(entities[0])}"), " "]
        lines += [
            Content(f"\n«NAME words» may identify somebody.  {settled} was found too, but is kept or dismissed."),
            Content("«leak words» is flagged.  [NAME] stands where an identifier was replaced."),
            Content(f"In the queue: {marks}; {DRAFT_MARK} behind the number of a draft;"),
            Content("then the flag (leak+1: and one more); then 2? for two open findings."),
            Content.assemble(*colours),
        ]
        if isinstance(self.app, PrivateApp) and self.app.look.ascii:
            lines.append(Content(ASCII_NOTE))
        return Content("\n").join(lines)
