"""A pane of text that can be scrolled, brings a chosen place into view, and knows what of it is to be seen."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.widgets import Static

from workbench.tui.highlight import Drawn
from workbench.tui.lines import Lines, wrapped


class Passage(VerticalScroll):
    """Wrapped text with a title; focus it to scroll by key."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.drawn = Drawn(Content(""))
        self._lines: tuple[str, int, Lines] | None = None
        self._entitled = ""

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, drawn: Drawn, *, afresh: bool = False) -> None:
        """Draw the text; `afresh` starts at its top, otherwise its anchor (if any) is brought into view."""
        self.drawn = drawn
        self.query_one(Static).update(drawn.content)
        if afresh:
            self.scroll_home(animate=False)
        elif drawn.anchor is not None:
            self.call_after_refresh(self.reveal, drawn.anchor)

    def entitle(self, title: str) -> None:
        """Write a title into the rule above the text."""
        if title != self._entitled:
            self._entitled = title
            # Only this line: Textual draws the whole pane anew for a title.
            self._border_title = Content(title)
            x, y = self.content_offset
            self.refresh(Region(-x, -y, self.outer_size.width, 1))

    @property
    def lines(self) -> Lines | None:
        """The lines as they are wrapped now; None before anything is laid out."""
        width = self.query_one(Static).content_region.width
        if not width:
            return None
        # Other colours for the same words leave the lines as they are.
        if self._lines is None or self._lines[:2] != (self.drawn.content.plain, width):
            self._lines = (self.drawn.content.plain, width, wrapped(self.drawn.content, width))
        return self._lines[2]

    def in_view(self) -> Iterator[tuple[str, int, int]]:
        """What of which text is in view now: its name, start and stop."""
        top = self.scroll_offset.y
        span = self.lines.between(top, top + self._height) if self.lines else None
        return self.drawn.between(*span) if span else iter(())

    def reveal(self, place: int) -> None:
        """Scroll until a place of what is drawn is in view, and some lines around it."""
        if self.lines is None:
            return
        line, top, height = self.lines.line_of(place), self.scroll_offset.y, self._height
        if not top <= line < top + height - 1:
            self.scroll_to(y=max(0, line - height // 3), animate=False)

    def read_on(self, place: int) -> None:
        """Page down towards a place that is to be read; where it lies behind, at the end, go back to it."""
        if self.lines is None:
            return
        line, top, height = self.lines.line_of(place), self.scroll_offset.y, self._height
        if self.is_at_end or line >= top + height:
            self.scroll_to(y=line, animate=False)
        else:
            # One line stays, so that the eye finds its way.
            self.scroll_to(y=top + max(1, height - 1), animate=False)

    def beyond(self, place: int, by: int) -> tuple[str, int] | None:
        """The place of a text so many lines below (or above) a place of what is drawn, blank lines apart."""
        if self.lines is None:
            return None
        spans, line = self.lines.spans, self.lines.line_of(place)
        column = place - spans[line][0]
        there = line + by
        while 0 <= there < len(spans):
            start, stop = spans[there]
            parts = list(self.drawn.between(min(start + column, max(start, stop - 1)), stop))
            if parts:
                return parts[0][:2]
            there += by
        return None

    @property
    def is_at_end(self) -> bool:
        """Whether nothing more can be scrolled into view."""
        return self.scroll_offset.y >= self.max_scroll_y

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height
