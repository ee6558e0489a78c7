"""The queue: a narrow list of exchanges, a window at a time."""

from dataclasses import dataclass, replace
from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from policies import FlagKind
from workbench.desk.commands import ListQueue
from workbench.desk.views import Queue, QueueRow, StageCounts
from workbench.tui.words import STATE_MARKS, Filter

WINDOW = 200
"""Rows in a window; a hundred thousand list entries would take seconds to build."""

REST = 0.08
"""Seconds that the cursor must rest on a row before it is opened: opening is an audited act, passing by is not."""


@dataclass(frozen=True, slots=True)
class Window:
    """The rows on screen, and where they lie in the queue as it was when they were read."""

    filter: Filter = "waiting"
    flag: FlagKind | None = None
    offset: int = 0
    total: int = 0
    rows: tuple[QueueRow, ...] = ()

    def command(self, offset: int) -> ListQueue:
        """What to ask for the window at an offset with the same filters."""
        state = None if self.filter == "all" else self.filter
        return ListQueue(state=state, flag=self.flag, offset=max(0, offset), limit=WINDOW)

    def filled(self, offset: int, queue: Queue) -> "Window":
        """This window with the answer to `command(offset)`."""
        return replace(self, offset=max(0, offset), total=queue.total, rows=queue.rows)

    def holding(self, row: QueueRow) -> "Window":
        """This window with the newer row of an exchange that it shows."""
        return replace(self, rows=tuple(row if row.exchange == old.exchange else old for old in self.rows))

    @property
    def left(self) -> int:
        """How many of the rows shown no longer match the filter (decided since); they stay until the next window."""
        return 0 if self.filter == "all" else sum(row.state != self.filter for row in self.rows)

    @property
    def next_offset(self) -> int | None:
        """Where the next window begins, None at the end of the queue."""
        end = self.offset + len(self.rows)
        return end - self.left if end < self.total else None

    @property
    def previous_offset(self) -> int | None:
        """Where the previous window begins, None at the start of the queue."""
        return max(0, self.offset - WINDOW) if self.offset else None

    def position(self, exchange: int) -> int | None:
        """Index of an exchange in this window."""
        return next((i for i, row in enumerate(self.rows) if row.exchange == exchange), None)

    def next_waiting(self, cursor: int) -> int | None:
        """Index of the first waiting row behind the cursor."""
        return next((i for i in range(cursor + 1, len(self.rows)) if self.rows[i].state == "waiting"), None)


class QueueList(OptionList):
    """The window as a list; says when the cursor rests on a row and when it passes an end."""

    @dataclass
    class Rested(Message):
        """The cursor rests on a row."""

        row: QueueRow

    @dataclass
    class Passed(Message):
        """The cursor passed the end (1) or the start (-1) of the window."""

        direction: Literal[1, -1]

    def __init__(self) -> None:
        super().__init__(id="queue", markup=False)
        self.window = Window()
        self._resting: Timer | None = None

    @property
    def row(self) -> QueueRow | None:
        """The row under the cursor."""
        return None if self.highlighted is None or not self.window.rows else self.window.rows[self.highlighted]

    def show(self, window: Window, cursor: int = 0) -> None:
        """List a window with the cursor on a row of it (-1: the last)."""
        self.window = window
        self.clear_options()
        self.add_options(Option(entry(row)) for row in window.rows)
        self._title()
        if window.rows:
            self.highlighted = cursor % len(window.rows)

    def hold(self, row: QueueRow) -> None:
        """Show the newer row of an exchange in its place."""
        self.window = self.window.holding(row)
        position = self.window.position(row.exchange)
        if position is not None:
            self.replace_option_prompt_at_index(position, entry(row))
        self._title()

    def _title(self) -> None:
        window = self.window
        self.border_title = window.filter if window.flag is None else f"{window.filter}, {window.flag.value}"
        first, last = window.offset + 1, window.offset + len(window.rows)
        self.border_subtitle = f"{first}-{last} of {window.total}" if window.rows else "none"

    def action_cursor_down(self) -> None:
        if self.highlighted == self.option_count - 1:
            self.post_message(self.Passed(1))
        else:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        if self.highlighted == 0:
            self.post_message(self.Passed(-1))
        else:
            super().action_cursor_up()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rest)

    def _rest(self) -> None:
        if self.row is not None:
            self.post_message(self.Rested(self.row))


def entry(row: QueueRow) -> Content:
    """One row: state mark, number, flags by name (else whether it is multi-turn), open findings."""
    flags = row.flags[0].value if row.flags else ""
    unflagged = "multi-turn" if row.kind == "multi_turn" else ""
    if len(row.flags) > 1:
        flags += f"+{len(row.flags) - 1}"
    style = {"waiting": "", "approved": "$success", "rejected": "$error"}[row.state]
    return Content.assemble(
        (f"{STATE_MARKS[row.state]}{row.exchange:>5} ", style),
        (f"{flags or unflagged:<12.12}", "$warning" if flags else "$muted"),
        (f"{row.open}?" if row.open else "", "bold $warning"),
    )


def empty_sentence(counts: StageCounts, window: Window) -> str:
    """Why the queue is empty, and what to do."""
    if not counts.pages:
        return "This study has no pages yet. Leave with q and run: workbench ingest"
    if not counts.exchanges and not counts.multi_turn:
        return f"None of the {counts.pages} pages has an exchange yet. Leave with q and run: workbench paraphrase"
    if window.filter == "waiting" and window.flag is None:
        rest = counts.pages - counts.exchanges
        more = f" {rest} pages still wait for: workbench paraphrase" if rest else ""
        return (
            f"Nothing is waiting: {counts.approved} approved, {counts.rejected} rejected.{more}\n"
            "Press f to see them again, or leave with q and run: workbench release build NAME"
        )
    kind = f" with the flag {window.flag.value}" if window.flag else ""
    return f"No exchange{kind} in “{window.filter}”. Press f or g for another filter."
