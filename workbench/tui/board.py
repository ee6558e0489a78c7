"""What the review screen is made of: its panes, what is shown in them, and what of it has been read."""

from time import monotonic
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from audit.errors import AuditError
from policies import UserError
from policies.schema import Review
from workbench.desk.commands import Reading
from workbench.desk.review_views import Opening
from workbench.desk.views import ExchangeView, QueueFilter, QueueRow
from workbench.tui.courier import Courier, DeskScreen
from workbench.tui.editor import Editor
from workbench.tui.evidence import Evidence
from workbench.tui.heading import Heading
from workbench.tui.keymap import with_keys
from workbench.tui.keys_line import KeysLine
from workbench.tui.marker import Marker
from workbench.tui.pace import Pace
from workbench.tui.passage import Passage
from workbench.tui.queue import WAITING, QueueList, empty_sentence
from workbench.tui.reading import Attention
from workbench.tui.sheets import Item, Span, exchange_sheet, source_sheet
from workbench.tui.words import KIND_MARKS, STATE_WORDS

BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
"""Below 100 columns the source stands above the exchange, from 100 on beside it."""

REMEMBERED = 64
"""Of so many exchanges it is kept what was read of them, for whoever comes back."""


class Board(DeskScreen):
    """`shown` is the exchange on screen; every decision names exactly its version.

    While an answer is under way (`busy`), the cursor stands on another row, or the version came on screen less than
    `glance` seconds ago, keys that decide do nothing: neither a key pressed twice nor one held down can reach what
    nobody has seen.
    """

    glance = 0.5
    """Seconds; longer than the pauses of a key that repeats itself."""
    dwell = 0.25
    """Seconds that a line must stand still in view to count as shown."""

    def __init__(self, courier: Courier, wanted: QueueFilter = WAITING) -> None:
        super().__init__(courier)
        self.HORIZONTAL_BREAKPOINTS = BREAKPOINTS
        self.wanted = wanted
        self.opening: Opening | None = None
        self.rules = Review()
        self.pace = Pace(self.rules.attention, monotonic())
        self.shown: ExchangeView | None = None
        self.attention: Attention | None = None
        self.busy = False
        self._since = 0.0
        self._said_of: int | None = None
        self._attentions: dict[int, Attention] = {}
        self._views: dict[str, tuple[object, ...]] = {}

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
        yield Marker()
        yield KeysLine()

    def on_mount(self) -> None:
        self.queue = self.query_one(QueueList)
        self.evidence = self.query_one(Evidence)
        self.editor = self.query_one(Editor)
        self.source = self.query_one("#source", Passage)
        self.exchange = self.query_one("#exchange", Passage)
        self.heading = self.query_one(Heading)
        self.marker = self.query_one(Marker)
        self.editor.display = self.marker.display = False
        self.show(None)
        self.set_interval(self.dwell, self._look)
        self.begin()

    def begin(self) -> None:
        """Everything is in its place: ask for what is to be shown."""

    # -- what is on screen -------------------------------------------------------------------------------------

    def show(self, view: ExchangeView | None) -> None:
        """Show an exchange; another version of the one on screen stays where it is scrolled to."""
        before = self.shown
        if view is not None and self._said_of not in (None, view.row.exchange):
            self.app.clear_notifications()
            self._said_of = None
        if view is not None and _version(before) != _version(view):
            self._since = monotonic()
        self.shown = view
        self.attention = None if view is None else self._attention(view)
        self.evidence.show(view)
        self.draw(None, afresh=before is None or view is None or before.row.exchange != view.row.exchange)
        self.retitle()
        self.refresh_bindings()

    def say(
        self, sentence: str, *, severity: Literal["information", "warning"] = "information", seconds: float = 8
    ) -> None:
        """Show one sentence about the exchange on screen; it goes when another one comes.

        An id in braces, as `{review.undo}`, is told as the key for it.
        """
        super().say(with_keys(self.app, sentence), severity=severity, seconds=seconds)
        self._said_of = None if self.shown is None else self.shown.row.exchange

    def announce(self, sentence: str, *, severity: Literal["information", "warning"] = "information") -> None:
        """Show one sentence that holds whatever exchange is on screen."""
        super().say(sentence, severity=severity)
        self._said_of = None

    def tell(self, problem: UserError | AuditError) -> None:
        self.announce(str(problem), severity="warning")

    def draw(self, chosen: Item | None, *, afresh: bool = False, selected: Span | None = None) -> None:
        """Draw both panes with one place in reverse."""
        if self.shown is not None:
            self.source.show(source_sheet(self.shown, chosen, selected), afresh=afresh)
            self.exchange.show(exchange_sheet(self.shown, chosen, selected), afresh=afresh)

    def on_evidence_chosen(self, message: Evidence.Chosen) -> None:
        self.draw(message.item)

    def retitle(self) -> None:
        """Say above the panes what they hold, and how much of it has been on screen."""
        if self.shown is None or self.attention is None:
            return
        row, attention = self.shown.row, self.attention
        state = STATE_WORDS[row.state]
        if self.shown.review_round != "first":
            state = {"second": "second review", "adjudication": "disputed"}[self.shown.review_round]
        source = f"Source: session {row.session}, page {row.page}{_progress(*attention.progress('source'))}"
        exchange = f"Exchange {row.exchange}{KIND_MARKS[row.kind]}: {state}"
        exchange += _progress(*attention.progress("question", "answer"))
        for pane, title in ((self.source, source), (self.exchange, exchange)):
            pane.entitle(title)

    def hold(self, row: QueueRow) -> None:
        """Show the newer row of an exchange, and count what it changed."""
        position = self.queue.window.position(row.exchange)
        if position is not None:
            self.heading.moved(self.queue.window.rows[position].state, row.state)
            self.queue.hold(row)
        elif self.shown is not None and self.shown.row.exchange == row.exchange:
            self.heading.moved(self.shown.row.state, row.state)
        self._say_empty()

    def _say_empty(self) -> None:
        if self.heading.counts is not None and not self.queue.window.rows:
            sentence = empty_sentence(self.heading.counts, self.queue.window.filter)
            self.query_one("#empty", Static).update(with_keys(self.app, sentence))

    def ready(self) -> ExchangeView | None:
        """The exchange on screen, if it is the one under the cursor, nothing is under way and the glance is over.

        A key that comes during the glance begins it anew, so that a key held down never comes through.
        """
        row = self.queue.row
        if self.busy or self.shown is None or (row is not None and row.exchange != self.shown.row.exchange):
            return None
        if monotonic() - self._since < self.glance:
            self._since = monotonic()
            return None
        return self.shown

    # -- reading -----------------------------------------------------------------------------------------------

    @property
    def active_seconds(self) -> int:
        """How long somebody has read here."""
        return int(self.pace.active)

    @property
    def reading(self) -> Reading | None:
        """How the exchange on screen has been read."""
        return None if self.attention is None else self.attention.reading

    def action_read_on(self) -> None:
        """Bring into view what is to be read next: of the page, then of the exchange."""
        unseen = None if self.attention is None else self.attention.unseen
        if unseen is not None and self.shown is not None:
            # Of a page that need not be read as a whole, the places of the evidence are shown one after another.
            part, place = unseen
            self.go_to(part, place, on=part != "source" or self.shown.must_read == "page")
        elif not self.source.is_at_end:
            self.source.scroll_page_down(animate=False)
        elif not self.exchange.is_at_end:
            self.exchange.scroll_page_down(animate=False)
        else:
            keys = "{review.approve} approves, {review.reject} rejects, {queue.next} goes on"
            self.say(f"All of it has been on screen: {keys}.", seconds=3)

    def go_to(self, part: str, place: int, *, on: bool = False) -> None:
        """Bring a place of a text into view; `on` goes on reading from where the pane stands."""
        pane = self.source if part == "source" else self.exchange
        drawn = pane.drawn.place_of(part, place)
        if drawn is not None:
            (pane.read_on if on else pane.reveal)(drawn)

    def _attention(self, view: ExchangeView) -> Attention:
        attention = self._attentions.pop(view.row.exchange, None) or Attention(view)
        attention.follow(view)
        self._attentions[view.row.exchange] = attention
        while len(self._attentions) > REMEMBERED:
            del self._attentions[next(iter(self._attentions))]
        return attention

    def _look(self) -> None:
        """Note what has stood still in view since the last look, and the time."""
        top = self.app.screen
        here = top is self or isinstance(top, ModalScreen)
        now = monotonic()
        active = self.pace.tick(now, getattr(self.app, "touched", now), here and self.shown is not None)
        if self.attention is None or not here:
            return
        self.attention.milliseconds += round(active * 1000)
        if top is not self:
            return
        for pane in (self.source, self.exchange):
            view = (_version(self.shown), pane.size, pane.scroll_offset) if pane.display else ()
            if view and view == self._views.get(pane.id or ""):
                for part, start, stop in pane.in_view():
                    self.attention.show(part, start, stop)
            self._views[pane.id or ""] = view
        self.retitle()
        if sentence := self.pace.break_due():
            self.announce(sentence)


def _version(view: ExchangeView | None) -> tuple[int, int] | None:
    return None if view is None else (view.row.exchange, view.row.version)


def _progress(seen: int, words: int) -> str:
    return " · all shown" if seen == words else f" · {seen} of {words} words"
