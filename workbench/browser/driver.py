"""The app's end of the pipe to the server: Textual's web driver without its ways to files and links."""

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal, TextIO

from textual.drivers.web_driver import WebDriver
from textual.events import AppFocus
from textual.messages import ExitApp

from policies import UserError
from workbench.tui.farewell import Farewell
from workbench.tui.guarded import GuardedApp


class ConfinedDriver(WebDriver):
    """Draws into a pipe of its own, hands over no files, opens no links, and ends the app when the browser is gone."""

    wire: ClassVar[int]
    """Where it draws; whatever a library prints to standard output must not get between."""
    left: ClassVar[int | None] = None
    """Seconds of activity in a sitting that nobody has ended, when the browser was gone."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self.fileno = self.wire
        self._write = partial(os.write, self.wire)
        self._loop = asyncio.get_running_loop()

    def run_input_thread(self) -> None:
        """Hand keys to the app until the pipe ends, which is when the server is gone."""
        super().run_input_thread()
        self._loop.call_soon_threadsafe(self._leave)

    def start_application_mode(self) -> None:
        """Begin as a terminal does, with the keys coming here: the page hands them over whenever it has them."""
        super().start_application_mode()
        self._app.call_later(self._app.post_message, AppFocus())

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """What the server says beside the keys: the size of the page, and that it is gone."""
        if packet_type == "quit":
            self._loop.call_soon_threadsafe(self._leave)
        elif packet_type == "resize":
            super().on_meta(packet_type, payload)

    def _leave(self) -> None:
        """The browser is gone, perhaps after the app: end the app without asking anybody."""
        if self.exit_event.is_set():
            return
        app = self._app
        if isinstance(app, GuardedApp) and app.opening is not None:
            over = any(isinstance(screen, Farewell) for screen in app.screen_stack)
            type(self).left = None if over else app.active_seconds
        app.post_message(ExitApp())

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Nothing: a page that a transcript names must not learn of it."""

    def deliver_binary(
        self,
        binary: BinaryIO | TextIO,
        *,
        delivery_key: str,
        save_path: Path,
        open_method: Literal["browser", "download"] = "download",
        encoding: str | None = None,
        mime_type: str | None = None,
        name: str | None = None,
    ) -> None:
        """Refused: a download is text in a file."""
        binary.close()
        raise UserError("Files are not handed to the browser; use the command line.")
