"""The server's side of one sitting: its process, told what to open through a pipe, and stopped with its page."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from workbench.browser.opening import Opening

# The same modules as here, whatever the working directory; -I keeps everything else off the path.
BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from workbench.browser.session import main; main()"
KEPT = ("HOME", "TZ", "XDG_CONFIG_HOME")
"""Variables that the process inherits; the first and last lead to the person's keymap and preferences."""
COLUMNS, ROWS = range(20, 501), range(10, 201)
"""A page may ask for a screen of these sizes."""
PATIENCE = 30.0
"""Seconds within which a sitting signs the log and ends; then it is killed, and what it stored stays stored."""

Send = Callable[[bytes], Awaitable[None]]


def environment(given: Mapping[str, str], columns: int, rows: int) -> dict[str, str]:
    """All that the process finds in its environment."""
    looks = {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
    size = {"COLUMNS": str(columns), "ROWS": str(rows)}
    return {name: given[name] for name in KEPT if name in given} | looks | size


class Sitting(AppService):
    """One process with the app, and the pipes to it.  Files and links that it offers are passed over."""

    def __init__(self, opening: Opening, send: Send, close: Callable[[], Awaitable[None]]) -> None:
        super().__init__(
            "", write_bytes=send, write_str=_nothing, close=close, download_manager=DownloadManager()
        )  # fmt: skip
        self._opening = opening
        self.sentence = "The sitting's process ended without a word; what was decided is stored."
        """How it ended."""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", BEGIN, *filter(None, sys.path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(os.environ, _within(width, COLUMNS), _within(height, ROWS)),
            cwd="/",
            # Ctrl-C in the operator's terminal is the server's business.
            start_new_session=True,
        )
        assert process.stdin is not None
        self._stdin = process.stdin
        process.stdin.write(self._opening.packet())
        return process

    async def run(self) -> None:
        """Pass on what the app draws until its process ends, then close the page."""
        assert self._process is not None
        out = self._process.stdout
        assert out is not None
        with suppress(asyncio.IncompleteReadError):
            while kind := await out.readexactly(1):
                if kind == b"_":
                    await out.readline()  # the driver's greeting
                    continue
                payload = await out.readexactly(int.from_bytes(await out.readexactly(4), "big"))
                if kind == b"D":
                    # A page that is gone is noticed by whoever reads from it.
                    with suppress(ConnectionError):
                        await self.remote_write_bytes(payload)
                elif kind == b"M":
                    await self.on_meta(payload)
        await self._process.wait()
        await self.remote_close()

    async def on_meta(self, data: bytes) -> None:
        """Take the last sentence; everything else that the protocol knows is passed over."""
        told = json.loads(data)
        if told["type"] == "ended":
            self.sentence = told["sentence"]

    async def set_terminal_size(self, width: int, height: int) -> None:
        """Tell the app how large the page is."""
        await super().set_terminal_size(_within(width, COLUMNS), _within(height, ROWS))

    async def stop(self) -> None:
        """End the app, and wait until its process is gone."""
        if self._task is None or self._process is None:
            return
        task, self._task = self._task, None
        await self.send_meta({"type": "quit"})
        # Also ends an app that has not begun to read, and one whose server dies.
        self.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(task), PATIENCE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await task


async def _nothing(text: str) -> None:
    """Where the protocol would tell a page to open a link or fetch a file."""


def _within(number: int, limits: range) -> int:
    return min(max(int(number), limits.start), limits.stop - 1)
