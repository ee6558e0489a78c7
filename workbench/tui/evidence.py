"""The list below the exchange: each flag and finding with its explanation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workbench.desk.views import BodyFinding, ExchangeView
from workbench.harmless import harmless
from workbench.tui.choices import Choices
from workbench.tui.sheets import Item, excerpt, items
from workbench.tui.words import FINDING_STATES, entity_style

LONGEST_EXCERPT = 48


class Evidence(Choices):
    """Flags and findings of the exchange on screen; choosing one shows where it stands."""

    @dataclass
    class Chosen(Message):
        """A flag or finding was chosen, or none."""

        item: Item | None

    def __init__(self) -> None:
        super().__init__(id="evidence", markup=False)
        self._items: tuple[Item, ...] = ()

    @property
    def chosen(self) -> Item | None:
        """The flag or finding under the cursor."""
        return None if self.highlighted is None else self._items[self.highlighted]

    def show(self, view: ExchangeView | None, title: str = "Flags and findings") -> None:
        """List the flags and findings of an exchange; none is chosen at first."""
        self._items = () if view is None else items(view)
        self.clear_options()
        if view is None:
            self.border_title = title
            return
        self.add_options(Option(describe(view, item)) for item in self._items)
        if not self._items:
            self.add_option(Option(Content.styled("none: nothing was found here", "$muted"), disabled=True))
        short = ", too short" if view.row.short else ""
        self.border_title = f"{title}: {len(view.flags)} flagged, {view.row.open} open{short}"

    def step(self, by: int) -> None:
        """Choose the next (1) or previous (-1) item, around the ends."""
        count, here = len(self._items), self.highlighted
        if count:
            start = -1 if by > 0 else count
            self.highlighted = ((start if here is None else here) + by) % count

    def choose_open(self) -> bool:
        """Choose the first open finding; False when there is none."""
        return self._choose(i for i, item in enumerate(self._items) if is_open(item))

    def choose_finding(self) -> bool:
        """Choose the first finding, an open one before the others; False when there is none."""
        found = (i for i, item in enumerate(self._items) if isinstance(item, BodyFinding))
        return self.choose_open() or self._choose(found)

    def choose_near(self, side: str, start: int) -> bool:
        """Choose the finding on a side that stands nearest to a place; False when there is none."""
        found = [(i, item) for i, item in enumerate(self._items) if isinstance(item, BodyFinding) and item.side == side]
        return self._choose(i for i, _ in sorted(found, key=lambda pair: abs(pair[1].start - start)))

    def _choose(self, found: Iterator[int]) -> bool:
        place = next(found, None)
        if place is not None:
            self.highlighted = place
        return place is not None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Chosen(self.chosen if self._items else None))


def is_open(item: Item | None) -> TypeGuard[BodyFinding]:
    """Whether an item is a finding that still needs an answer."""
    return isinstance(item, BodyFinding) and item.state == "open"


def describe(view: ExchangeView, item: Item) -> Content:
    """One entry: what it is, the words it is about, and why."""
    words = " ".join(harmless(excerpt(view, item)).split())
    if len(words) > LONGEST_EXCERPT:
        words = f"{words[: LONGEST_EXCERPT - 1]}…"
    quoted = f" “{words}”" if words else ""
    why = " ".join(harmless(item.explanation).split())
    if isinstance(item, BodyFinding):
        sign = "?" if is_open(item) else " "
        what = (f"{sign} {item.entity.value} {FINDING_STATES[item.state]}", f"bold {entity_style(item.entity)}")
        why = f"{why} ({item.recognizer}, {item.score:.1f})"
    else:
        what = (f"! {item.kind.value} flag", "bold $warning")
    return Content.assemble(what, quoted, (f"  {why}", "$muted"), strip_control_codes=False)
