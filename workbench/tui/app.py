"""The terminal application: one review screen, with every way out for its text closed."""

import asyncio
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import WorkerFailed

from policies import UserError
from workbench.desk.desk import Desk
from workbench.tui.courier import Courier
from workbench.tui.look import CALM
from workbench.tui.privacy import close_environment
from workbench.tui.screen import ReviewScreen


class ScreenFault(UserError):
    """The review screen failed; the message names the kind of fault and never what was on screen."""

    exit_code = 1


class ReviewApp(App[None]):
    """Shows one study's review screen.

    No command palette (it offers a screenshot), no screenshots, no text selection, no terminal clipboard, a fixed
    title, and a crash that leaves nothing but `fault`, the name of the exception's class.
    """

    TITLE = "workbench review"
    CSS_PATH = "review.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, priority=True, id="app.leave", tooltip="quit, also from the editor"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.register_theme(CALM)
        self.theme = CALM.name
        self.fault: str | None = None
        self._review = ReviewScreen(Courier(desk))

    def on_mount(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._handle_loop_fault)
        self.push_screen(self._review)

    async def action_quit(self) -> None:
        """Leave; a draft in the editor is dropped only after a yes."""
        if self.screen is self._review:
            self._review.leave_editor(self.exit)
        elif not self._review.editor.changed:
            self.exit()

    def copy_to_clipboard(self, text: str) -> None:
        """Keep cut and copied words within the app; Textual would hand them to the terminal."""
        self._clipboard = text

    def save_screenshot(self, *args: Any, **options: Any) -> str:
        """Refused: a screenshot is transcript text in a file."""
        raise UserError("Screenshots are switched off, because they would write transcript text to a file.")

    def deliver_screenshot(self, *args: Any, **options: Any) -> str | None:
        """Refused, as `save_screenshot` is."""
        return self.save_screenshot()

    def action_screenshot(self, *args: Any, **options: Any) -> None:
        """Refused, as `save_screenshot` is."""
        self.notify("Screenshots are switched off.", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """Stop, and keep no more of a fault than its kind: Textual would print a traceback with all local variables."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.fault = self.fault or type(cause).__name__
        self._return_code = 1
        if self._exception is None:
            self._exception = ScreenFault(fault_sentence(self.fault))
            self._exception_event.set()
        self._close_messages_no_wait()

    def _handle_loop_fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A fault in a task of its own ends here instead of in a log with its message."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._handle_exception(error)


def fault_sentence(kind: str) -> str:
    """What is printed after a crash."""
    return f"The review screen stopped on a fault ({kind}); what was decided is stored, so start it again."


def run_review(desk: Desk) -> None:
    """Run the review screen until it is left.  Raises ScreenFault, one sentence without text, when it crashes."""
    close_environment()
    app = ReviewApp(desk)
    try:
        app.run()
    except Exception as error:
        raise ScreenFault(fault_sentence(type(error).__name__)) from None
    if app.fault is not None:
        raise ScreenFault(fault_sentence(app.fault))
