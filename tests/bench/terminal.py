"""A terminal with a program in it: keys go in, and each frame that it paints is kept with the moment it was whole."""

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ESCAPES = re.compile(r"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
ASKED, ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Whether frames can be marked, and that they can: only so it is known when one is whole."""
END = "\x1b[?2026l"


@dataclass(frozen=True, slots=True)
class Frame:
    """What was painted at once, without its colours and places; `moment` is on the clock of `time.perf_counter`."""

    moment: float
    text: str


class Terminal:
    """`python -m workbench` with these arguments; `home` is its own, and `given` its environment beside the usual."""

    def __init__(self, columns: int, rows: int, home: Path, *arguments: object, given: Mapping[str, str] = {}) -> None:
        self.frames: list[Frame] = []
        self.last = ""
        """What came after the last whole frame: the reason, where the program has ended."""
        self._painted = threading.Condition()
        self._gone = threading.Event()
        self._last = time.perf_counter()
        """When something came last."""
        self._terminal, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        usual = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *map(str, arguments)],
            stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
            env={**usual, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color", **given},
        )  # fmt: skip
        os.close(inner)
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    def press(self, key: str) -> float:
        """Send a key; the moment."""
        moment = time.perf_counter()
        os.write(self._terminal, key.encode())
        return moment

    def painted(self, wanted: Callable[[str], bool], since: float, seconds: float = 10.0) -> float | None:
        """When the first frame after a moment was whole of whose text this is true; None if there is none in time."""
        with self._painted:
            while True:
                found = [frame.moment for frame in self.frames if frame.moment >= since and wanted(frame.text)]
                left = since + seconds - time.perf_counter()
                if found or left <= 0 or self.process.poll() is not None:
                    return found[0] if found else None
                self._painted.wait(min(left, 1))

    def rest(self, quiet: float = 0.15, seconds: float = 10.0) -> None:
        """Wait until nothing has been painted for so long."""
        until = time.perf_counter() + seconds
        while time.perf_counter() - self._last < quiet and time.perf_counter() < until:
            time.sleep(0.01)

    @property
    def shown(self) -> str:
        """Everything painted so far."""
        with self._painted:
            return "".join(frame.text for frame in self.frames)

    def memory(self) -> int:
        """The most that the program held, in MiB, without the processes that it began."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    def close(self) -> None:
        """End the program, if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        # Before its number is given to another terminal.
        self._watching.join(5)
        os.close(self._terminal)

    def hang_up(self) -> None:
        """Take the terminal away and leave the program to itself."""
        self._gone.set()
        self._watching.join(5)
        os.close(self._terminal)

    def _watch(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while not self._gone.is_set():
            try:
                ready = select.select([self._terminal], [], [], 1)[0]
                data = os.read(self._terminal, 1 << 16) if ready else b""
            except (OSError, ValueError):  # so Linux says that the other side is closed
                return
            if not ready:
                continue
            moment = self._last = time.perf_counter()
            if ASKED in data:
                os.write(self._terminal, ANSWER)
            *whole, self.last = (self.last + decoder.decode(data)).split(END)
            with self._painted:
                self.frames += [Frame(moment, ESCAPES.sub("", frame)) for frame in whole]
                self._painted.notify_all()
