"""Redacting all like this: every place is shown before anything is replaced."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label
from textual.widgets.option_list import Option

from workbench.desk.review_views import NotReviewed, Place, Places
from workbench.harmless import harmless
from workbench.many import many
from workbench.tui.choices import Choices
from workbench.tui.keymap import keys_of
from workbench.tui.words import entity_style

WHY_NOT: dict[NotReviewed, str] = {
    "claimed": "somebody else has it now",
    "decided": "it is decided",
    "own_edit": "your own edit",
    "own_decision": "your own decision",
    "known_person": "you know this person",
}

AROUND = 26
"""Columns on each side of a place."""


class AlikeDialog(ModalScreen[bool]):
    """All places of the same words; y replaces them all, in one step that undo takes back."""

    YES = Binding("y", "dismiss(True)", "Replace all", id="alike.yes")
    NO = Binding("n,escape", "dismiss(False)", "Back", id="alike.no")
    BINDINGS: ClassVar[list[BindingType]] = [YES, NO]

    def __init__(self, found: Places) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        found = self._found
        free = [place for place in found.places if place.reason is None]
        words = " ".join(harmless(found.words).split())
        exchanges = len({place.exchange for place in free})
        again = len({place.exchange for place in free if place.decided})
        with Vertical(classes="dialog wide"):
            yield Label(
                f"Replace “{words}” as {found.entity.value} in {many(len(free), 'place')} "
                f"of {many(exchanges, 'exchange')}?",
                classes="title",
                markup=False,
            )
            yield Choices(*(Option(_line(place, found)) for place in found.places), markup=False)
            if again:
                yield Label(f"{many(again, 'exchange')} decided already will wait again.", classes="said")
            keys = keys_of(self.app, self.YES), keys_of(self.app, self.NO)
            yield Label(f"{keys[0]} replaces them in one step, {keys[1]} goes back", classes="hint", markup=False)


def free_places(found: Places) -> list[Place]:
    """The places that this person can replace now."""
    return [place for place in found.places if place.reason is None]


def _line(place: Place, found: Places) -> Content:
    before, words, after = (harmless(part).replace("\n", " ") for part in (place.before, place.words, place.after))
    if len(before) > AROUND:  # whole words, to the right and to the left of the place
        before = "…" + before[-AROUND:].partition(" ")[2]
    if len(after) > AROUND:
        after = after[:AROUND].rpartition(" ")[0] + "…"
    parts: list[tuple[str, str] | str] = [
        (f"{place.exchange:>6} {place.side:<8} ", "$muted"),
        f"{before:>{AROUND}}",
        (words, f"bold underline {entity_style(found.entity)}"),
        after,
    ]
    if place.reason is not None:
        parts.append((f"  stays: {WHY_NOT[place.reason]}", "$warning"))
    elif place.decided:
        parts.append(("  decided", "$muted"))
    return Content.assemble(*parts, strip_control_codes=False)
