"""What every terminal application here has in common: all ways out for what is on screen are closed."""

import asyncio
import gc
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import WorkerFailed

from policies import UserError
from workbench.tui.keymap import printed
from workbench.tui.look import FOLLOWING, THEMES, Look, few_colours
from workbench.tui.marks import AsciiFilter
from workbench.tui.preferences import remember_theme
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
        Binding(
            "ctrl+t", "next_theme", show=False, priority=True, id="app.theme", tooltip="dark, light, high contrast"
        ),
    ]
    clipboard_allowed = False
    AFTER_FAULT = ""
    """What is printed after a crash; {kind} is the kind of the fault."""

    def __init__(self, look: Look | None = None) -> None:
        super().__init__()
        self.look = look or Look()
        self.fault: str | None = None
        self.set_class(self.look.few_colours, "-few-colours")
        for theme in THEMES.values():
            self.register_theme(few_colours(theme) if self.look.few_colours else theme)
        self.theme = self.look.theme
        self.set_keymap(dict(self.look.keymap))
        if self.look.ascii:
            # After the filters for colours; whatever a widget draws passes here on its way to the terminal.
            self._filters.append(AsciiFilter())

    def on_mount(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._handle_loop_fault)

    def copy_to_clipboard(self, text: str) -> None:
        """Keep cut and copied words within the app, unless the policy lets them go on to the terminal."""
        if self.clipboard_allowed:
            super().copy_to_clipboard(text)
        else:
            self._clipboard = text

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None: among Textual's own there is a screenshot."""
        return ()

    def save_screenshot(self, *args: Any, **options: Any) -> str:
        """Refused: a screenshot is transcript text in a file."""
        raise UserError("Screenshots are switched off, because they would write transcript text to a file.")

    def deliver_screenshot(self, *args: Any, **options: Any) -> str | None:
        """Refused, as `save_screenshot` is."""
        return self.save_screenshot()

    def action_screenshot(self, *args: Any, **options: Any) -> None:
        """Refused, as `save_screenshot` is."""
        self.notify("Screenshots are switched off.", markup=False)

    def get_key_display(self, binding: Binding) -> str:
        """A key of the footer as it is printed on a keyboard: Textual would write ^s and arrows."""
        return binding.key_display or printed(binding.key)

    def action_next_theme(self) -> None:
        """The next theme, now and from now on."""
        self.theme = name = FOLLOWING[self.theme]
        self.clear_notifications()
        try:
            if self.look.remembered is not None:
                remember_theme(self.look.remembered, name)
        except UserError as problem:
            self.notify(f"Theme: {name}, for this time only: {problem}", severity="warning", markup=False)
        else:
            self.notify(f"Theme: {name}", markup=False, timeout=3)

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
    # What is loaded by now stays to the end: to look through it again and again took 50 ms at a time, between two keys.
    gc.collect()
    gc.freeze()
    try:
        app.run()
    except Exception as error:
        raise ScreenFault(app.fault_sentence(type(error).__name__)) from None
    if app.fault is not None:
        raise ScreenFault(app.fault_sentence(app.fault))
