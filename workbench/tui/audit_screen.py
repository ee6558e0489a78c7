"""The auditor's screen: the log as a timeline, one event in full, whether the log is sound.  It shows no page text."""

from dataclasses import replace
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Static
from textual.worker import get_current_worker

from audit.checkpoint import PublicKey
from audit.errors import AuditError
from audit.events import Event
from audit.mirror import MirrorReader
from audit.verify import Report, verify_log
from workbench.many import many
from workbench.tui.highlight import Drawn
from workbench.tui.keys_line import KeysLine
from workbench.tui.passage import Passage
from workbench.tui.timeline import GROUPS, View, actors, row, sheet, window

BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
COLUMNS = (("event", 8), ("time (UTC)", 19), ("who", 12), ("what", 24), ("of what", 26), ("", 9))
"""Titles and widths."""
KEYS: list[BindingType] = [
    Binding("f", "group", "Filter", id="audit.group", tooltip="which kind of events"),
    Binding("w", "actor", "Who", id="audit.actor", tooltip="only one person's events"),
    Binding("h", "history", "History", id="audit.history", tooltip="everything about this object, and back"),
    Binding("b", "earlier", "Earlier", id="audit.earlier", tooltip="the events before these"),
    Binding("l", "latest", "Latest", id="audit.latest", tooltip="read the log again, to its end"),
    Binding("v", "verify", "Verify", id="audit.verify", tooltip="check the whole log again"),
    Binding("q", "app.quit", "Quit", id="app.quit"),
]


class AuditScreen(Screen[None]):
    """Reads the mirror, which anybody in the auditors' group may; nothing can be changed here."""

    BINDINGS = KEYS
    AUTO_FOCUS = "#timeline"

    class Read(Message):
        """Events that were asked for have come."""

        def __init__(self, view: View, events: list[Event]) -> None:
            super().__init__()
            self.view, self.events = view, events

    class Refused(Message):
        """The mirror could not be read."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class Checked(Message):
        """The verification went on to an event, or has ended."""

        def __init__(self, done: int, report: Report | None = None) -> None:
            super().__init__()
            self.done, self.report = done, report

    def __init__(self, mirror: MirrorReader, key: PublicKey | None) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = BREAKPOINTS
        self._mirror, self._key = mirror, key
        self.view = View()
        self.events: list[Event] = []
        self._everybody: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static(id="heading", markup=False)
        with Horizontal(id="log"):
            yield DataTable(id="timeline", cursor_type="row", zebra_stripes=False)
            yield Passage(id="event")
        yield KeysLine()

    def on_mount(self) -> None:
        table = self.timeline = self.query_one(DataTable)
        for title, width in COLUMNS:
            table.add_column(title, width=width)
        self.load(self.view)
        self.action_verify()

    def load(self, view: View, before: Event | None = None) -> None:
        """Ask for a window of events; what was asked for before is dropped."""
        self.run_worker(partial(self._read, view, before), thread=True, exclusive=True, group="read")

    def _read(self, view: View, before: Event | None) -> None:
        try:
            self.post_message(self.Read(view, window(self._mirror, view, before)))
        except AuditError as problem:
            self.post_message(self.Refused(str(problem)))

    def on_audit_screen_read(self, message: Read) -> None:
        if not message.events and message.view == self.view and self.events:
            self.notify("There is nothing before these.", markup=False)
            return
        self.view, self.events = message.view, message.events
        self._everybody = sorted({*self._everybody, *actors(message.events)})
        self.timeline.clear()
        for event in reversed(self.events):
            self.timeline.add_row(*row(event), key=str(event.sequence))
        self.timeline.border_title = f"{self.view.title()}: {many(len(self.events), 'event')}, the newest first"
        self._show(self.events[-1] if self.events else None)

    def on_audit_screen_refused(self, message: Refused) -> None:
        self.notify(message.sentence, severity="error", markup=False)

    def on_data_table_row_highlighted(self, message: DataTable.RowHighlighted) -> None:
        self._show(self.chosen)

    @property
    def chosen(self) -> Event | None:
        """The event under the cursor."""
        at = len(self.events) - 1 - self.timeline.cursor_row
        return self.events[at] if 0 <= at < len(self.events) else None

    def _show(self, event: Event | None) -> None:
        pane = self.query_one("#event", Passage)
        pane.border_title = "Event" if event is None else f"Event {event.sequence}"
        said = [] if event is None else sheet(event)
        lines = [Content.assemble((f"{name:>16}  ", "$muted"), value) for name, value in said]
        pane.show(Drawn(Content("\n").join(lines)), afresh=True)

    def action_group(self) -> None:
        """The next group of actions."""
        groups = list(GROUPS)
        following = groups[(groups.index(self.view.group) + 1) % len(groups)]
        self.load(replace(self.view, group=following, thing=None))

    def action_actor(self) -> None:
        """The next person's events, then everybody's again."""
        people = [None, *self._everybody]
        following = people[(people.index(self.view.actor) + 1) % len(people)]
        self.load(replace(self.view, actor=following))

    def action_history(self) -> None:
        """Everything about the chosen event's object; pressed again, what was shown before."""
        if self.chosen is not None:
            self.load(self.view.of(self.chosen))

    def action_earlier(self) -> None:
        """The window before this one."""
        if self.events:
            self.load(self.view, self.events[0])

    def action_latest(self) -> None:
        """The newest events."""
        self.load(self.view)

    def action_verify(self) -> None:
        """Check the whole mirror in the background."""
        self.run_worker(self._verify, thread=True, exclusive=True, group="verify")

    def _verify(self) -> None:
        worker = get_current_worker()

        def progress(done: int) -> None:
            if not worker.is_cancelled:
                self.post_message(self.Checked(done))

        try:
            report = verify_log(self._mirror, public_key=self._key, progress=progress)
        except AuditError as problem:
            self.post_message(self.Refused(str(problem)))
            return
        if not worker.is_cancelled:
            self.post_message(self.Checked(report.size, report))

    def on_audit_screen_checked(self, message: Checked) -> None:
        self.query_one("#heading", Static).update(badge(message.done, message.report))


def badge(done: int, report: Report | None) -> Content:
    """Whether the log is sound, how far, and how far the last checkpoint reaches."""
    if report is None:
        return Content.assemble((f" … checking, {many(done, 'event')} so far ", "$muted"))
    if report.fault is not None:
        return Content.assemble((" ✗ BROKEN ", "bold $error"), f" {report.fault.kind}: {report.fault.sentence}")
    signed = "signed" if report.signed else "signature not checked"
    after = report.size - report.anchored
    gap = f"; the {after:,} after it can still vanish unseen" if after else ""
    return Content.assemble(
        (" ✓ sound ", "bold $success"),
        f" {many(report.size, 'event')}; last checkpoint at {report.anchored:,} ({signed}){gap}",
    )
