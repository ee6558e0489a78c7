"""What every terminal application here has in common: all ways out for what is on screen are closed."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import WorkerFailed

from policies import UserError
from workbench.tui.look import CALM
from workbench.tui.privacy import close_environment


class ScreenFault(UserError):
    """A screen failed; the message names the kind of fault and never what was on screen."""

    exit_code = 1


class PrivateApp(App[None]):
    """No command palette (it offers a screenshot), no screenshots, no text selection, no terminal clipboard, a fixed
    title, and a crash that leaves nothing but `fault`, the name of the exception's class.
    """

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, priority=True, id="app.leave", tooltip="quit, also from the editor"),
    ]
    AFTER_FAULT = ""
    """What is printed after a crash; {kind} is the kind of the fault."""

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(CALM)
        self.theme = CALM.name
        self.fault: str | None = None

    def on_mount(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._handle_loop_fault)

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

    def fault_sentence(self, kind: str) -> str:
        """What is printed after a crash."""
        return self.AFTER_FAULT.format(kind=kind)

    def _handle_exception(self, error: Exception) -> None:
        """Stop, and keep no more of a fault than its kind: Textual would print a traceback with all local variables."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.fault = self.fault or type(cause).__name__
        self._return_code = 1
        if self._exception is None:
            self._exception = ScreenFault(self.fault_sentence(self.fault))
            self._exception_event.set()
        self._close_messages_no_wait()

    def _handle_loop_fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A fault in a task of its own ends here instead of in a log with its message."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._handle_exception(error)


def run_private(make: Callable[[], PrivateApp]) -> None:
    """Run an application until it is left.  Raises ScreenFault, one sentence without text, when it crashes."""
    close_environment()
    app = make()
    try:
        app.run()
    except Exception as error:
        raise ScreenFault(app.fault_sentence(type(error).__name__)) from None
    if app.fault is not None:
        raise ScreenFault(app.fault_sentence(app.fault))
