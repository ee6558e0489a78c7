"""Long work beside the screens: in a thread of its own, told by messages, ended on request after what is stored."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from textual.app import App
from textual.message import Message

from audit.errors import AuditError
from policies import UserError
from workbench.errors import Cancelled

Moved = Callable[[int, int], None]
"""Tells how far a job is: done, total.  Raises Cancelled once somebody wants it to end."""
Work = Callable[[Moved], str]
"""Is called with how to tell its progress, and answers with a sentence on what it did."""


@dataclass
class JobMoved(Message):
    """A job went on."""

    job: "Job"


@dataclass
class JobEnded(Message):
    """A job ended: `sentence` says what it did, or why it could not."""

    job: "Job"
    sentence: str
    failed: bool


class Job:
    """One piece of work.  Its thread calls the desk and posts messages to the app; it touches no widget."""

    pause = 0.2
    """Seconds between two messages at least."""

    def __init__(self, app: App[None], name: str, work: Work) -> None:
        self.name = name
        self.done, self.total = 0, 0
        self.running = True
        self.cancelled = False
        self._app, self._work = app, work
        self._began = time.monotonic()
        self._told = 0.0

    def start(self) -> None:
        """Begin, in a thread."""
        self._app.run_worker(self._run, thread=True, group=f"job {self.name}", exit_on_error=True)

    def cancel(self) -> None:
        """Let it end after the step at hand; everything stored stays."""
        self.cancelled = True

    @property
    def seconds_left(self) -> float | None:
        """How long it still takes at its pace so far, None as long as nobody can tell."""
        if not self.done or not self.total:
            return None
        return (time.monotonic() - self._began) / self.done * (self.total - self.done)

    def _moved(self, done: int, total: int) -> None:
        if self.cancelled:
            raise Cancelled
        self.done, self.total = done, total
        if time.monotonic() - self._told >= self.pause:
            self._told = time.monotonic()
            self._app.post_message(JobMoved(self))

    def _run(self) -> None:
        try:
            sentence, failed = self._work(self._moved), False
        except (UserError, AuditError) as problem:
            sentence, failed = str(problem), True
        self.running = False
        self._app.post_message(JobEnded(self, sentence, failed))
