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
        lines.append(f"{summary.steps:,} other steps")
    if summary.active_seconds:
        pace = f", {summary.words_a_minute} words a minute" if summary.words_a_minute else ""
        lines.append(f"{summary.active_seconds / 60:,.0f} minutes of reading{pace}")
    if summary.planted:
        lines.append(f"{summary.caught} of {summary.planted} planted leaks caught")
    if summary.returned:
        lines.append(f"{_exchanges(summary.returned)} given back to the queue")
    if summary.drafts:
        lines.append(f"{summary.drafts} {'draft' if summary.drafts == 1 else 'drafts'} kept for next time")
    lines.append("Everything decided is stored.")
    return Content("\n".join(lines))


def _exchanges(number: int) -> str:
    return "1 exchange" if number == 1 else f"{number:,} exchanges"
