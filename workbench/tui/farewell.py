"""What a sitting ends with: what was done, what was given back, what is kept."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from policies import Verdict
from workbench.desk.review_views import Summary
from workbench.many import many


class Farewell(ModalScreen[None]):
    """The summary of a sitting; any key leaves."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, summary: Summary) -> None:
        super().__init__()
        self._summary = summary

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("This sitting", classes="title", markup=False)
            yield Static(sheet(self._summary), markup=False)
            yield Label("any key leaves", classes="hint")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss()


def sheet(summary: Summary) -> Content:
    """The lines of the summary."""
    decided = ", ".join(f"{number:,} {Verdict(verdict).done}" for verdict, number in summary.decisions)
    lines = [decided or "nothing decided"]
    if summary.steps:
        lines.append(many(summary.steps, "other step"))
    if summary.active_seconds:
        pace = f", {many(summary.words_a_minute, 'word')} a minute" if summary.words_a_minute else ""
        lines.append(f"{many(round(summary.active_seconds / 60), 'minute')} of reading{pace}")
    if summary.planted:
        lines.append(f"{summary.caught} of {many(summary.planted, 'planted leak')} caught")
    if summary.returned:
        lines.append(f"{many(summary.returned, 'exchange')} given back to the queue")
    if summary.drafts:
        lines.append(f"{many(summary.drafts, 'draft')} kept for next time")
    lines.append("Everything decided is stored.")
    return Content("\n".join(lines))
