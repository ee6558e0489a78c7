"""Between screens and desk: commands go out from worker threads, one at a time; answers come back as messages."""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Literal

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from audit.errors import AuditError
from policies import UserError
from workbench.desk.commands import Answer, Command
from workbench.desk.desk import Desk


class Courier:
    """Carries one command at a time to the desk: behind it stands one database connection."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = Lock()

    def carry(self, command: Command[Answer], cancelled: Callable[[], bool]) -> Answer | None:
        """Execute a command, unless it was cancelled while it waited for its turn."""
        with self._lock:
            return None if cancelled() else self._desk.execute(command)


class Replied(Message):
    """The desk has answered; the screen that asked takes delivery in its own thread."""

    def __init__(self, deliver: Callable[[], None]) -> None:
        super().__init__()
        self.deliver = deliver


class DeskScreen(Screen[None]):
    """A screen that asks the desk.  Its widgets are touched only when an answer is delivered, never by a worker."""

    def __init__(self, courier: Courier) -> None:
        super().__init__()
        self.courier = courier

    def ask(
        self,
        command: Command[Answer],
        then: Callable[[Answer], None],
        refused: Callable[[UserError | AuditError], None] | None = None,
        *,
        group: str = "read",
    ) -> None:
        """Ask the desk without waiting.  A newer question of the same group replaces an older one.

        `then` is called with the answer, `refused` (or else a notification) with the error, both in a message handler.
        """
        work = partial(self._carry, command, then, refused or self.tell)
        self.run_worker(work, thread=True, exclusive=True, group=group)

    def tell(self, problem: UserError | AuditError) -> None:
        """Show the one sentence of an error."""
        self.say(str(problem), severity="warning")

    def say(
        self, sentence: str, *, severity: Literal["information", "warning"] = "information", seconds: float = 8
    ) -> None:
        """Show one sentence above the footer, in place of the one before."""
        self.app.clear_notifications()
        self.notify(sentence, severity=severity, markup=False, timeout=seconds)

    def _carry(
        self,
        command: Command[Answer],
        then: Callable[[Answer], None],
        refused: Callable[[UserError | AuditError], None],
    ) -> None:
        worker = get_current_worker()
        try:
            answer = self.courier.carry(command, lambda: worker.is_cancelled)
        except (UserError, AuditError) as problem:
            self.post_message(Replied(partial(refused, problem)))
            return
        if answer is not None and not worker.is_cancelled:
            self.post_message(Replied(partial(then, answer)))

    def on_replied(self, message: Replied) -> None:
        message.stop()
        message.deliver()
