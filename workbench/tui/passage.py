"""A pane of text that can be scrolled and can bring a chosen place into view."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from workbench.tui.highlight import Drawn


class Passage(VerticalScroll):
    """Wrapped text with a title; focus it to scroll by key."""

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, drawn: Drawn, *, afresh: bool = False) -> None:
        """Draw the text; `afresh` starts at its top, otherwise its anchor (if any) is brought into view."""
        self.query_one(Static).update(drawn.content)
        if afresh:
            self.scroll_home(animate=False)
        elif drawn.anchor is not None:
            self.call_after_refresh(self._reveal, drawn)

    def _reveal(self, drawn: Drawn) -> None:
        static = self.query_one(Static)
        width = static.content_region.width
        if not width or drawn.anchor is None:
            return
        # The height of everything up to the end of the anchor's word is the line it stands on.
        words = drawn.content.plain
        end = next((i for i in range(drawn.anchor, len(words)) if words[i].isspace()), len(words))
        line = drawn.content[:end].get_height({}, width) - 1
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if not top <= line < top + height - 1:
            self.scroll_to(y=max(0, line - height // 3), animate=False)
