"""Walking the queue: windows, opening and claiming, going on after a decision, skipping, jumping, searching."""

from functools import partial

from audit.errors import AuditError
from policies import UserError
from workbench.desk.commands import ListPeople, OpenExchange, Status
from workbench.desk.review_views import Next
from workbench.desk.reviewing import NextExchange, SkipExchange
from workbench.desk.views import Done, ExchangeView, People, Queue, QueueFilter, QueueRow, StageCounts
from workbench.errors import Claimed
from workbench.tui.asking import LineDialog
from workbench.tui.board import Board
from workbench.tui.dialogs import ConfirmDialog
from workbench.tui.filtering import FilterDialog
from workbench.tui.queue import QueueList, Window
from workbench.tui.words import FLAG_FILTERS


class Walking(Board):
    """What is opened for work is this person's; what is left undone goes back to the queue."""

    _direction = 1
    """Where the cursor of the queue came from: above (1) or below (-1)."""
    _going_to: int | None = None

    # -- windows of the queue ----------------------------------------------------------------------------------

    def count(self) -> None:
        """Ask how far the study is."""
        self.ask(Status(), self._counted, group="status")

    def _counted(self, counts: StageCounts) -> None:
        self.heading.show(counts)
        self._say_empty()

    def load(self, window: Window, offset: int = 0, cursor: int | None = 0) -> None:
        """Ask for a window and show it with the cursor on a row (-1: the last) or on none."""
        self.ask(window.command(offset), partial(self._loaded, window, cursor), group="queue")

    def _loaded(self, window: Window, cursor: int | None, queue: Queue) -> None:
        self._list(window.filled(queue), cursor)

    def _list(self, window: Window, cursor: int | None) -> None:
        self.queue.show(window, cursor)
        self.set_class(not window.rows, "-empty")
        if not window.rows:
            self._say_empty()
            self._leave()
            self.show(None)
            self.count()

    def jump_to(self, exchange: int) -> None:
        """Show an exchange and the part of the queue around it; without the filter, where that leaves it out."""
        self._going_to = exchange
        window = self.queue.window
        self.ask(window.command(around=exchange), partial(self._around, window, exchange), group="queue")

    def _around(self, window: Window, exchange: int, queue: Queue) -> None:
        window = window.filled(queue)
        position = window.position(exchange)
        if position is None and window.filter != QueueFilter():
            everything = Window(QueueFilter())
            self.ask(everything.command(around=exchange), partial(self._around, everything, exchange), group="queue")
        elif position is None:
            self.say(f"There is no exchange {exchange} in this study.", severity="warning")
        elif self._going_to == exchange:
            self._list(window, position)

    # -- opening -----------------------------------------------------------------------------------------------

    def on_queue_list_rested(self, message: QueueList.Rested) -> None:
        here = None if self.shown is None else self.shown.row.exchange
        if here != message.row.exchange:
            self._direction = -1 if here is not None and message.row.exchange < here else 1
            self.open(message.row.exchange)

    def on_queue_list_passed(self, message: QueueList.Passed) -> None:
        window = self.queue.window
        offset = window.next_offset if message.direction > 0 else window.previous_offset
        if offset is not None:
            self.load(window, offset, cursor=0 if message.direction > 0 else -1)

    def open(self, exchange: int) -> None:
        """Open an exchange for work: who it waits for has it from then on."""
        self.ask(OpenExchange(exchange=exchange, claim=True), self._opened, self._not_opened, group="open")

    def _opened(self, view: ExchangeView) -> None:
        row = self.queue.row
        if row is None or row.exchange == view.row.exchange:
            self.arrive(view)

    def arrive(self, view: ExchangeView) -> None:
        """Show an exchange that was opened, and give the one before back where nothing was done to it."""
        if self.shown is not None and self.shown.row.exchange != view.row.exchange:
            self._leave()
        self.hold(view.row)
        self.show(view)

    def _not_opened(self, problem: UserError | AuditError) -> None:
        """Say why; where somebody else has it, go on to the next in the same direction, else stay."""
        self.tell(problem)
        rows, cursor = self.queue.window.rows, self.queue.highlighted
        if cursor is None:
            return
        there = range(cursor + 1, len(rows)) if self._direction > 0 else range(cursor - 1, -1, -1)
        free = (i for i in there if rows[i].holder in (None, self.queue.me))
        found = next(free, None) if isinstance(problem, Claimed) else None
        if found is None and self.shown is not None:
            found = self.queue.window.position(self.shown.row.exchange)
        self.queue.highlighted = found

    def _leave(self) -> None:
        """Give the exchange on screen back to the queue, unless it is decided or was worked on."""
        row = None if self.shown is None else self.shown.row
        if row is None or row.state != "waiting" or self.is_worked_on(row):
            return
        if self.opening is not None and row.holder == self.opening.person:
            # What comes instead is painted first.
            self.call_after_refresh(self._give_back, row.exchange)

    def _give_back(self, exchange: int) -> None:
        """Give back what was left undone, unless the cursor has come back to it already."""
        here = self.queue.row
        if here is None or here.exchange != exchange:
            # Without the screen's word on it: what cannot be given back now comes back with the lease.
            command = SkipExchange(exchange=exchange, reason="passed_by")
            self.ask(command, _nothing, _nothing, group=f"back {exchange}")

    def is_worked_on(self, row: QueueRow) -> bool:
        """Whether an exchange stays with this person although they go elsewhere."""
        return row.draft

    def advance(self) -> None:
        """Go on to what waits next, as the desk finds it for this person; else stay and show this one as it is."""
        here = self.shown.row.exchange if self.shown is not None else 0
        wanted = self.queue.window.filter
        if wanted.state in (None, "waiting", "disputed"):
            self.busy = True
            self.ask(NextExchange(filter=wanted, after=here), self._next, self._no_next, group="open")
        elif self.shown is not None:
            self.open(here)
        else:
            self.load(self.queue.window)

    def _next(self, answer: Next) -> None:
        self.busy = False
        view = answer.view
        if view is None:
            if self.shown is not None:
                self.say("Nothing more waits for you here.")
                self.open(self.shown.row.exchange)
            self.load(self.queue.window, cursor=None if self.shown is not None else 0)
            return
        self.arrive(view)
        position = self.queue.window.position(view.row.exchange)
        if position is not None:
            self.queue.highlighted = position
        else:
            self.queue.highlighted = None
            self.jump_to(view.row.exchange)

    def _no_next(self, problem: UserError | AuditError) -> None:
        self.busy = False
        self.tell(problem)
        if not self.queue.window.rows:
            self.load(self.queue.window)

    # -- keys --------------------------------------------------------------------------------------------------

    def action_next(self) -> None:
        self.app.clear_notifications()
        if self.queue.window.rows:
            self.queue.action_cursor_down()
        elif not self.busy:
            # Something may wait by now, or the server is back.
            self.advance()

    def action_previous(self) -> None:
        self.app.clear_notifications()
        self.queue.action_cursor_up()

    def action_skip(self) -> None:
        view = self.ready()
        if view is not None:
            self.give_up(SkipExchange(exchange=view.row.exchange))

    def action_known_person(self) -> None:
        view = self.ready()
        if view is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.give_up(SkipExchange(exchange=view.row.exchange, reason="known_person"))

        question = f"Do you know the person of session {view.row.session}? Somebody else then decides all of theirs."
        self.app.push_screen(ConfirmDialog(question, "yes, I know them", "no"), answered)

    def give_up(self, command: SkipExchange) -> None:
        """Hand an exchange back and go on."""
        self.busy = True
        self.ask(command, self._given_up, self._no_next, group="write")

    def _given_up(self, done: Done) -> None:
        if self.shown is not None:
            # It is no longer this person's, so that leaving it gives nothing back.
            row = self.shown.row.model_copy(update={"holder": None})
            self.shown = self.shown.model_copy(update={"row": row})
            self.hold(row)
        self.advance()

    def action_jump(self) -> None:
        def typed(number: str | None) -> None:
            if number:
                self.jump_to(int(number))

        self.app.push_screen(LineDialog("Go to which exchange?", "its number", number=True), typed)

    def action_search(self) -> None:
        wanted = self.queue.window.filter

        def typed(words: str | None) -> None:
            if words is not None:
                self.load(Window(wanted.model_copy(update={"words": words or None})))

        hint = "in page, question and answer; nothing typed ends the search"
        self.app.push_screen(LineDialog("Search for which words?", hint, wanted.words or ""), typed)

    def action_filter(self) -> None:
        self.ask(ListPeople(), self._choose_filter, group="people")

    def _choose_filter(self, people: People) -> None:
        def chosen(wanted: QueueFilter | None) -> None:
            if wanted is not None:
                self.load(Window(wanted))

        names = dict.fromkeys(p.name for p in people.people if p.role.value in ("reviewer", "senior"))
        self.app.push_screen(FilterDialog(self.queue.window.filter, list(names)), chosen)

    def action_flag(self) -> None:
        wanted = self.queue.window.filter
        flag = FLAG_FILTERS[(FLAG_FILTERS.index(wanted.flag) + 1) % len(FLAG_FILTERS)]
        self.load(Window(wanted.model_copy(update={"flag": flag})))

    def action_step(self, by: int) -> None:
        self.evidence.step(by)


def _nothing(answer: object) -> None:
    """Nobody waits for this answer."""
