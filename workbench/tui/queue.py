"""The queue: a narrow list of exchanges, a window at a time."""

from dataclasses import dataclass, replace
from math import inf
from time import monotonic
from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workbench.desk.commands import ListQueue
from workbench.desk.views import Queue, QueueFilter, QueueRow, StageCounts
from workbench.harmless import harmless
from workbench.many import many
from workbench.tui.choices import Choices
from workbench.tui.words import DRAFT_MARK, STATE_MARKS, STATE_STYLES, STATE_WORDS

WINDOW = 200
"""Rows in a window; a hundred thousand list entries would take seconds to build."""

REST = 0.08
"""Seconds that the cursor must rest on a row before it is opened: opening is an audited act, passing by is not."""

WAITING = QueueFilter(state="waiting")


@dataclass(frozen=True, slots=True)
class Window:
    """The rows on screen, and where they lie in the queue as it was when they were read."""

    filter: QueueFilter = WAITING
    offset: int = 0
    total: int = 0
    rows: tuple[QueueRow, ...] = ()

    def command(self, offset: int = 0, around: int | None = None) -> ListQueue:
        """What to ask for the window at an offset, or for the one that holds an exchange, with the same filter."""
        return ListQueue(filter=self.filter, offset=max(0, offset), limit=WINDOW, around=around)

    def filled(self, queue: Queue) -> "Window":
        """This window with the answer to its command."""
        return replace(self, offset=queue.offset, total=queue.total, rows=queue.rows)

    def holding(self, row: QueueRow) -> "Window":
        """This window with the newer row of an exchange that it shows."""
        return replace(self, rows=tuple(row if row.exchange == old.exchange else old for old in self.rows))

    def lets_through(self, row: QueueRow) -> bool:
        """Whether a row still matches the filter, as far as rows can tell: `words` and `mine` they cannot."""
        wanted = self.filter
        return (
            wanted.state in (None, row.state)
            and (wanted.flag is None or wanted.flag in row.flags)
            and wanted.risk in (None, row.risk)
            and wanted.reviewer in (None, row.reviewer)
        )

    @property
    def left(self) -> int:
        """How many of the rows shown no longer match the filter (decided since); they stay until the next window."""
        return sum(not self.lets_through(row) for row in self.rows)

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


class QueueList(Choices):
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
        self.me: str | None = None
        """Whose claims need no mark."""
        self._resting: Timer | None = None
        self._moved = -inf

    @property
    def row(self) -> QueueRow | None:
        """The row under the cursor."""
        return None if self.highlighted is None or not self.window.rows else self.window.rows[self.highlighted]

    def show(self, window: Window, cursor: int | None = 0) -> None:
        """List a window with the cursor on a row of it (-1: the last), or on none."""
        self.window = window
        self.clear_options()
        self.add_options(Option(entry(row, self.me)) for row in window.rows)
        self._title()
        if window.rows and cursor is not None:
            self.highlighted = cursor % len(window.rows)

    def hold(self, row: QueueRow) -> None:
        """Show the newer row of an exchange in its place."""
        position = self.window.position(row.exchange)
        if position is None:
            return
        before, told = entry(self.window.rows[position], self.me), entry(row, self.me)
        self.window = self.window.holding(row)
        # Only this row: to replace its prompt as Textual does it draws all of them anew.
        if not told.is_same(before):
            self.get_option_at_index(position)._set_prompt(told)
            self._option_render_cache.clear()
            self.draw_again(position)

    def _title(self) -> None:
        window = self.window
        name, number = name_of(window.filter), f" {window.total:,}" if window.rows else ""
        room = 20 - len(number)  # the list is narrow; a long name loses its end, never the number
        self.border_title = Content(f"{name if len(name) <= room else name[: room - 1] + '…'}{number}")

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
        # A single key is followed at once; of a row of keys only the last one.
        before, self._moved = self._moved, monotonic()
        if self._moved - before < REST:
            self._resting = self.set_timer(REST, self._rest)
        else:
            self._rest()

    def _rest(self) -> None:
        if self.row is not None:
            self.post_message(self.Rested(self.row))


def entry(row: QueueRow, me: str | None = None) -> Content:
    """One row: state mark, number, a sign for a draft, who else has it or the flags by name, open findings."""
    flags = row.flags[0].value if row.flags else ""
    if len(row.flags) > 1:
        flags += f"+{len(row.flags) - 1}"
    unflagged = "multi-turn" if row.kind == "multi_turn" else ""
    told, style = (flags, "$warning") if flags else (unflagged, "$muted")
    if row.holder not in (None, me):
        told, style = f"with {row.holder}", "$muted"
    return Content.assemble(
        (f"{STATE_MARKS[row.state]}{row.exchange:>5}{DRAFT_MARK if row.draft else ' '}", STATE_STYLES[row.state]),
        (f"{told:<12.12}", style),
        (f"{row.open}?" if row.open else "", "bold $warning"),
    )


def name_of(wanted: QueueFilter) -> str:
    """A filter in a few words."""
    words = [STATE_WORDS[wanted.state] if wanted.state else "all"]
    words += [wanted.flag.value] if wanted.flag else []
    words += [f"{wanted.risk.value} risk"] if wanted.risk else []
    words += ["mine"] if wanted.mine else []
    words += [f"session {wanted.session}"] if wanted.session else []
    words += [f"by {wanted.reviewer}"] if wanted.reviewer else []
    words += [wanted.kind.replace("_", "-")] if wanted.kind else []
    words += [f"“{harmless(wanted.words)}”"] if wanted.words else []
    return ", ".join(words)


def empty_sentence(counts: StageCounts, wanted: QueueFilter) -> str:
    """Why the queue is empty, and what to do; keys by the ids of their bindings, for `with_keys`."""
    if not counts.pages:
        return "This study has no pages yet. Leave with {app.quit} and run: workbench ingest"
    if not counts.exchanges and not counts.multi_turn:
        pages = many(counts.pages, "page")
        return f"None of {pages} has an exchange yet. Leave with {{app.quit}} and run: workbench paraphrase"
    if wanted == WAITING:
        rest = counts.pages - counts.exchanges
        more = f" Still to paraphrase: {many(rest, 'page')}, with: workbench paraphrase" if rest > 0 else ""
        return (
            f"Nothing is waiting: {counts.approved} approved, {counts.rejected} rejected.{more}\n"
            "Press {queue.filter}, {filter.clear} and {filter.show} to see them again, or leave with {app.quit} and "
            "run: workbench release build NAME"
        )
    return f"No exchange in “{name_of(wanted)}”. Press {{queue.filter}} for another filter."
