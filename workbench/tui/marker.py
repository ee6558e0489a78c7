"""The line at which words are selected by keys: it has the focus while that goes on, and says what the keys do."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from policies import Entity
from workbench.harmless import harmless
from workbench.tui.selection import Selection

LONGEST = 40


class Marker(Static, can_focus=True):
    """Shows what is selected; its keys are answered by the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.take_words", "Mark", id="mark.take", tooltip="marking: mark what is selected"),
        Binding("right", "screen.select(1)", show=False, id="mark.right", tooltip="marking: the next word"),
        Binding("left", "screen.select(-1)", show=False, id="mark.left", tooltip="marking: the word before"),
        Binding("down", "screen.select_line(1)", show=False, id="mark.down", tooltip="marking: the line below"),
        Binding("up", "screen.select_line(-1)", show=False, id="mark.up", tooltip="marking: the line above"),
        Binding("shift+right", "screen.select(1,True)", show=False, id="mark.more", tooltip="marking: one word more"),
        Binding("shift+left", "screen.select(-1,True)", show=False, id="mark.less", tooltip="marking: one word less"),
        Binding("space", "screen.hold", "Extend", id="mark.hold", tooltip="marking: from here on arrows extend"),
        Binding("c", "screen.letters", "By letter", id="mark.letters", tooltip="marking: by letter, or by word again"),
        Binding("tab", "screen.other_text", "Other pane", id="mark.other", tooltip="marking: in the page, or back"),
        Binding("escape", "screen.leave_marker", "Leave", id="mark.leave", tooltip="marking: mark nothing"),
    ]

    class Blurred(Message):
        """Something else has the focus: nothing is marked."""

    def __init__(self) -> None:
        super().__init__(id="marker", markup=False)

    def show(self, selection: Selection, entity: Entity | None, holding: bool) -> None:
        """Say what is selected, and how it would be marked."""
        words = " ".join(harmless(selection.words).split())
        if len(words) > LONGEST:
            words = f"{words[: LONGEST // 2]} … {words[-LONGEST // 2 :]}"
        how = "letters" if selection.by_letter else "words"
        arrows = f"arrows extend by {how}" if holding else f"arrows choose {how}, with shift they extend"
        self.update(
            Content.assemble(
                (f" {entity.value} " if entity else " Mark ", "bold reverse"),
                (f" “{words}” ", "bold"),
                (f" {arrows}", "$muted"),
                strip_control_codes=False,
            )
        )

    def on_blur(self) -> None:
        self.post_message(self.Blurred())
