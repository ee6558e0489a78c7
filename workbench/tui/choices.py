"""A list whose chosen row is seen without colours too: a mark stands in front of it."""

from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style
from textual.widgets import OptionList

from workbench.tui.words import CHOSEN_MARK


class Choices(OptionList):
    """An option list with a mark in the left margin of the chosen row."""

    # Where another row is chosen two rows change; Textual would draw all of them anew.
    highlighted: reactive[int | None] = reactive(None, repaint=False)
    _marked: int | None = None

    def watch_highlighted(self, highlighted: int | None) -> None:
        for row in (self._marked, highlighted):
            self.draw_again(row)
        self._marked = highlighted
        super().watch_highlighted(highlighted)

    def draw_again(self, row: int | None) -> None:
        """Draw one row anew (None: no row)."""
        if row is not None and row in self._heights:
            self.refresh_lines(self._index_to_line[row], self._heights[row])
        elif row is not None:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        line = self.scroll_offset.y + y
        if self.highlighted is None or self._lines[line : line + 1] != [(self.highlighted, 0)]:
            return strip
        style = strip.crop(0, 1)
        return Strip.join([Strip([s._replace(text=CHOSEN_MARK) for s in style], 1), strip.crop(1)])

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """As in Textual, which leaves out that a theme wants the chosen row in reverse."""
        style = super().get_visual_style(*component_classes, partial=partial)
        reverse = any(self.get_component_styles(name).text_style.reverse for name in component_classes)
        return style + Style(reverse=True) if reverse else style
