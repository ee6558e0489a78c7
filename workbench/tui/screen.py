"""The review screen: the queue, a source page beside its exchange, what was found, and the keys to decide."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Footer, Static

from audit.errors import AuditError
from policies import UserError, Verdict
from workbench.desk.commands import Decide, DismissFinding, EditExchange, OpenExchange, Status
from workbench.desk.views import DismissReason, ExchangeView, Queue, QueueRow, RejectReason, StageCounts
from workbench.errors import Stale
from workbench.tui.courier import Courier, DeskScreen
from workbench.tui.dialogs import ConfirmDialog, ReasonDialog
from workbench.tui.editor import Editor
from workbench.tui.evidence import Evidence, is_open
from workbench.tui.heading import Heading
from workbench.tui.help import HelpScreen
from workbench.tui.keys import DECIDING, EDITING, KEYS, WALKING
from workbench.tui.passage import Passage
from workbench.tui.queue import QueueList, Window, empty_sentence
from workbench.tui.sheets import Item, excerpt, exchange_sheet, source_sheet
from workbench.tui.words import DISMISS_REASONS, FILTERS, FLAG_FILTERS, KIND_MARKS, REJECT_REASONS

BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
"""Below 100 columns the source stands above the exchange, from 100 on beside it."""


class ReviewScreen(DeskScreen):
    """Reads and decides one exchange at a time.

    `shown` is the exchange on screen; every decision names exactly its version.  While an answer is under way
    (`_busy`), the cursor stands on another row, or the version came on screen less than `glance` seconds ago, keys
    that decide do nothing: neither a key pressed twice nor one held down can reach what nobody has seen.
    """

    glance = 0.5
    """Seconds; longer than the pauses of a key that repeats itself."""

    AUTO_FOCUS = "#queue"
    ALLOW_SELECT = False
    BINDINGS = KEYS

    def __init__(self, courier: Courier) -> None:
        super().__init__(courier)
        self.HORIZONTAL_BREAKPOINTS = BREAKPOINTS
        self.shown: ExchangeView | None = None
        self._busy = False
        self._since = 0.0

    def compose(self) -> ComposeResult:
        yield Heading()
        with Horizontal():
            yield QueueList()
            yield Static(id="empty", markup=False)
            with Container(id="desk"):
                yield Passage(id="source")
                with Vertical(id="work"):
                    yield Passage(id="exchange")
                    yield Editor()
                    yield Evidence()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.queue = self.query_one(QueueList)
        self.evidence = self.query_one(Evidence)
        self.editor = self.query_one(Editor)
        self.source = self.query_one("#source", Passage)
        self.exchange = self.query_one("#exchange", Passage)
        self.heading = self.query_one(Heading)
        self.editor.display = False
        self._show(None)
        self.ask(Status(), self._counted, group="status")
        self.load(Window())

    # -- the queue ---------------------------------------------------------------------------------------------

    def load(self, window: Window, offset: int = 0, cursor: int = 0, waiting: bool = False) -> None:
        """Ask for a window and show it with the cursor on a row (-1: the last), or on its first waiting one."""
        self.ask(window.command(offset), partial(self._loaded, window, offset, cursor, waiting), group="queue")

    def _loaded(self, window: Window, offset: int, cursor: int, waiting: bool, queue: Queue) -> None:
        window = window.filled(offset, queue)
        if waiting:
            found = window.next_waiting(-1)
            if found is None and window.next_offset is not None:
                self.load(window, window.next_offset, waiting=True)
                return
            cursor = found or 0
        self.queue.show(window, cursor)
        self.set_class(not window.rows, "-empty")
        if not window.rows:
            self._show(None)
            self.ask(Status(), self._counted, group="status")

    def _counted(self, counts: StageCounts) -> None:
        self.heading.show(counts)
        self.query_one("#empty", Static).update(empty_sentence(counts, self.queue.window))

    def on_queue_list_rested(self, message: QueueList.Rested) -> None:
        if self.shown is None or self.shown.row.exchange != message.row.exchange:
            self._open(message.row.exchange)

    def on_queue_list_passed(self, message: QueueList.Passed) -> None:
        window = self.queue.window
        offset = window.next_offset if message.direction > 0 else window.previous_offset
        if offset is not None:
            self.load(window, offset, cursor=0 if message.direction > 0 else -1)

    def _open(self, exchange: int) -> None:
        self.ask(OpenExchange(exchange=exchange), self._opened, group="open")

    def _opened(self, view: ExchangeView) -> None:
        row = self.queue.row
        if row is not None and row.exchange == view.row.exchange:
            self._hold(view.row)
            self._show(view)

    def _advance(self, decided: QueueRow) -> None:
        """Go to the next waiting exchange: in this window, behind it, from the start; without one, stay and show it."""
        window = self.queue.window
        counts = self.heading.counts
        found = window.next_waiting(self.queue.highlighted or 0)
        if found is not None:
            self.queue.highlighted = found
        elif window.next_offset is not None:
            self.load(window, window.next_offset, waiting=True)
        elif window.filter == "waiting" or (
            (window.filter, window.flag) == ("all", None) and counts is not None and counts.waiting
        ):
            self.load(window, waiting=True)
        else:
            self._open(decided.exchange)

    def _hold(self, row: QueueRow) -> None:
        """Show the newer row of an exchange, and count what it changed."""
        position = self.queue.window.position(row.exchange)
        if position is not None:
            self.heading.moved(self.queue.window.rows[position].state, row.state)
            self.queue.hold(row)

    # -- what is on screen -------------------------------------------------------------------------------------

    def _show(self, view: ExchangeView | None) -> None:
        if view is not None and _version(self.shown) != _version(view):
            self._since = monotonic()
        self.shown = view
        self.evidence.show(view)
        if view is not None:
            row = view.row
            self.source.border_title = f"Source: session {row.session}, page {row.page}"
            self.exchange.border_title = f"Exchange {row.exchange}{KIND_MARKS[row.kind]}: {row.state}"
            self.exchange.border_subtitle = ", ".join(flag.value for flag in row.flags)
            self._draw(None, afresh=True)
        self.refresh_bindings()

    def _draw(self, chosen: Item | None, *, afresh: bool = False) -> None:
        if self.shown is not None:
            self.source.show(source_sheet(self.shown, chosen), afresh=afresh)
            self.exchange.show(exchange_sheet(self.shown, chosen), afresh=afresh)

    def on_evidence_chosen(self, message: Evidence.Chosen) -> None:
        self._draw(message.item)

    # -- keys --------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the editor only its own keys work; nothing can be decided while nothing is on screen."""
        own = action in DECIDING | EDITING | WALKING
        if self.editor.display:
            return action in EDITING or not own
        if action in EDITING:
            return False
        return None if action in DECIDING and self.shown is None else True

    def _ready(self) -> ExchangeView | None:
        """The exchange on screen, if it is the one under the cursor, nothing is under way and the glance is over.

        A key that comes during the glance begins it anew, so that a key held down never comes through.
        """
        row = self.queue.row
        if self._busy or self.shown is None or row is None or row.exchange != self.shown.row.exchange:
            return None
        if monotonic() - self._since < self.glance:
            self._since = monotonic()
            return None
        return self.shown

    def action_next(self) -> None:
        self.queue.action_cursor_down()

    def action_previous(self) -> None:
        self.queue.action_cursor_up()

    def action_filter(self) -> None:
        window = self.queue.window
        self.load(Window(FILTERS[(FILTERS.index(window.filter) + 1) % len(FILTERS)], window.flag))

    def action_flag(self) -> None:
        window = self.queue.window
        kind = FLAG_FILTERS[(FLAG_FILTERS.index(window.flag) + 1) % len(FLAG_FILTERS)]
        self.load(Window(window.filter, kind))

    def action_step(self, by: int) -> None:
        self.evidence.step(by)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(b for b in (*self.BINDINGS, *self.app.BINDINGS) if isinstance(b, Binding)))

    def action_approve(self) -> None:
        view = self._ready()
        if view is not None:
            self._write(Decide(exchange=view.row.exchange, version=view.row.version, verdict=Verdict.APPROVE))

    def action_reject(self) -> None:
        view = self._ready()
        if view is None:
            return

        def chosen(reason: RejectReason | None) -> None:
            if reason is not None:
                row = view.row
                self._write(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.REJECT, reason=reason))

        self.app.push_screen(ReasonDialog(f"Reject exchange {view.row.exchange}: it ...", REJECT_REASONS), chosen)

    def action_dismiss_finding(self) -> None:
        view, finding = self._ready(), self.evidence.chosen
        if view is None:
            return
        if not is_open(finding):
            # The first press shows which finding the next one is about.
            if not self.evidence.choose_open():
                self.say("No finding is open here.")
            return

        def chosen(reason: DismissReason | None) -> None:
            if reason is not None:
                row = view.row
                command = DismissFinding(
                    exchange=row.exchange, version=row.version, ordinal=finding.ordinal, reason=reason
                )
                self._screen_again(command, self._dismissed)

        words = " ".join(excerpt(view, finding).split())
        self.app.push_screen(ReasonDialog(f"“{words}” is no {finding.entity.value}: it ...", DISMISS_REASONS), chosen)

    def _write(self, decision: Decide) -> None:
        self._busy = True
        self.ask(decision, self._decided, self._refused, group="write")

    def _decided(self, row: QueueRow) -> None:
        self._busy = False
        self._hold(row)
        self._advance(row)

    def _screen_again(self, command: EditExchange | DismissFinding, then: Callable[[ExchangeView], None]) -> None:
        self._busy = True
        self.say("Screening ...")  # the first time in a sitting takes seconds: the detector is loaded
        self.ask(command, then, self._refused, group="write")

    def _dismissed(self, view: ExchangeView) -> None:
        self._rescreened(view, "Dismissed")
        self.evidence.choose_open()

    def _rescreened(self, view: ExchangeView, done: str) -> None:
        self._busy = False
        self._close_editor()
        self._hold(view.row)
        self._show(view)
        found = f"{view.row.open} open findings" if view.row.open != 1 else "1 open finding"
        self.say(f"{done}: version {view.row.version}, screened again, {found}.")

    def _refused(self, problem: UserError | AuditError) -> None:
        """Say why; where the exchange has changed since it was shown, show it as it is now."""
        self._busy = False
        self.tell(problem)
        if isinstance(problem, Stale) and self.queue.row is not None:
            self._open(self.queue.row.exchange)

    # -- editing -----------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        view = self._ready()
        if view is None:
            return
        self.exchange.display = False
        self.editor.display = True
        self.queue.disabled = True
        self.editor.open(view)
        self.refresh_bindings()

    def action_save(self) -> None:
        if self._busy or self.shown is None:
            return
        if not self.editor.changed:
            self._close_editor()
            return
        question, answer = self.editor.draft
        row = self.shown.row
        command = EditExchange(exchange=row.exchange, version=row.version, question=question, answer=answer)
        self._screen_again(command, self._saved)

    def _saved(self, view: ExchangeView) -> None:
        self._rescreened(view, "Saved")

    def action_leave_editor(self) -> None:
        if self._busy:
            return
        self.leave_editor(self._close_editor)

    def _close_editor(self) -> None:
        if self.editor.display:
            self.editor.clear()
            self.editor.display = False
            self.exchange.display = True
            self.queue.disabled = False
            self.queue.focus()
            self.refresh_bindings()

    def leave_editor(self, leave: Callable[[], None]) -> None:
        """Call `leave` at once, or, when a draft would be lost, only after a yes."""
        if not (self.editor.display and self.editor.changed):
            leave()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                leave()

        self.app.push_screen(ConfirmDialog("Drop the changes?", "yes, drop them", "no, go on editing"), answered)


def _version(view: ExchangeView | None) -> tuple[int, int] | None:
    return None if view is None else (view.row.exchange, view.row.version)
