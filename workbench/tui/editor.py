"""Editing an exchange in place: its question and its answer."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Label, TextArea

from workbench.desk.views import ExchangeView


class Editor(Vertical):
    """Two text areas that hold what is typed until it is saved, kept as a draft, or dropped."""

    class Typed(Message):
        """Something was typed."""

    def __init__(self) -> None:
        super().__init__(id="editor")
        self._before = self._kept = self._last = ("", "")
        self._pending_calls: list[Timer] = []

    def compose(self) -> ComposeResult:
        yield Label("Question")
        yield TextArea(id="question", soft_wrap=True, tab_behavior="focus")
        yield Label("Answer")
        yield TextArea(id="answer", soft_wrap=True, tab_behavior="focus")

    @property
    def draft(self) -> tuple[str, str]:
        """Question and answer as they are typed now."""
        return self.query_one("#question", TextArea).text, self.query_one("#answer", TextArea).text

    @property
    def changed(self) -> bool:
        """Whether the text is another one than that of the exchange."""
        return self.draft != self._before

    @property
    def is_kept(self) -> bool:
        """Whether the draft is stored as it stands."""
        return self.draft == self._kept

    def open(self, view: ExchangeView, draft: tuple[str, str] | None = None) -> None:
        """Start from the text on screen or from a draft of it, with the cursor at the end of the answer."""
        areas = self.query_one("#question", TextArea), self.query_one("#answer", TextArea)
        for area, text in zip(areas, (view.question, view.answer), strict=True):
            area.load_text(text)
        # The area has its own way to write the end of a line.
        self._before = self.draft
        for area, text in zip(areas, draft or (view.question, view.answer), strict=True):
            area.load_text(text)
            area.move_cursor(area.document.end)
        self._kept = self._last = self.draft
        self.border_title = f"Editing exchange {view.row.exchange}, version {view.row.version}"
        areas[1].focus()

    def keep(self, question: str, answer: str) -> None:
        """This draft is stored."""
        self._kept = question, answer

    def clear(self) -> None:
        """Forget what was typed."""
        self._stop()
        for area in self.query(TextArea):
            area.load_text("")
        self._before = self._kept = self._last = self.draft

    def soon(self, *calls: tuple[float, Callable[[], None]]) -> None:
        """Make these calls after so many seconds in which nothing more is typed."""
        self._stop()
        self._pending_calls = [self.set_timer(seconds, call) for seconds, call in calls]

    def on_resize(self) -> None:
        """The line on which somebody types stays in view."""
        for area in self.query(TextArea):
            self.call_after_refresh(area.scroll_cursor_visible)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.draft != self._last:
            self._last = self.draft
            self.post_message(self.Typed())

    def _stop(self) -> None:
        for timer in self._pending_calls:
            timer.stop()
        self._pending_calls = []
