"""Editing an exchange in place: its question and its answer."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label, TextArea

from workbench.desk.views import ExchangeView


class Editor(Vertical):
    """Two text areas that hold a draft until it is saved or dropped."""

    def __init__(self) -> None:
        super().__init__(id="editor")
        self._before = ("", "")

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
        """Whether anything would be lost."""
        return self.draft != self._before

    def open(self, view: ExchangeView) -> None:
        """Start from the text on screen, with the cursor at the end of the answer."""
        self.query_one("#question", TextArea).load_text(view.question)
        self.query_one("#answer", TextArea).load_text(view.answer)
        for area in self.query(TextArea):
            area.move_cursor(area.document.end)
        self._before = self.draft
        self.border_title = f"Editing exchange {view.row.exchange}, version {view.row.version}"
        self.query_one("#answer", TextArea).focus()

    def clear(self) -> None:
        """Forget the draft."""
        for area in self.query(TextArea):
            area.load_text("")
        self._before = self.draft
