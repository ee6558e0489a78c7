"""The review screen in a pseudo-terminal, driven by keys as a person would."""

import codecs
import fcntl
import os
import pty
import random
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS, ROWS = 120, 40
ESCAPES = re.compile(r"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b.")
HEADING = re.compile(r"Exchange (\d+)[^:\n]{0,12}: (waiting|disputed|second review)")
REVEALED = "That exchange was invented"
KEPT = 200_000
"""Characters of what was shown that are looked at."""
GLANCE = 0.7
"""Seconds; what has been on screen for a shorter time cannot be decided."""
PATIENCE = 4.0
"""Seconds in which a key shows something."""


@dataclass(slots=True)
class Screen:
    """One `workbench review` after the other at the same terminal; `folder` becomes its home."""

    server: str
    folder: Path
    think: tuple[float, float]
    seed: int = 1
    decided: int = 0
    """Decisions after which the next exchange came on screen."""
    milliseconds: list[float] = field(default_factory=list)
    """From the key that approves to the next exchange on screen."""
    process: "subprocess.Popen[bytes] | None" = None
    _shown: str = ""
    _ended: threading.Event = field(default_factory=threading.Event)
    _driver: threading.Thread | None = None
    _terminal: int = -1

    def start(self) -> None:
        """Open the screen and begin to work at it."""
        self._shown = ""
        self._ended.clear()
        self._terminal, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ}
        given = {"HOME": str(self.folder), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "review", "--server", self.server],
            stdin=inner, stdout=inner, stderr=inner, env=kept | given, start_new_session=True,
        )  # fmt: skip
        os.close(inner)
        threading.Thread(target=self._watch, args=(self._terminal,), daemon=True).start()
        self._driver = threading.Thread(target=self._drive, daemon=True)
        self._driver.start()

    def kill(self) -> None:
        """End it as a crash does."""
        assert self.process
        self._ended.set()
        self.process.kill()
        self._over()

    def quit(self) -> int:
        """Leave by the key that is there for it; the exit code."""
        assert self.process
        self._ended.set()
        assert self._driver
        self._driver.join()
        for _ in range(10):
            for key in ("\x1b", "q"):
                self._press(key)
                time.sleep(0.3)
            if self.process.poll() is not None:
                break
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self._over()

    def _over(self) -> None:
        assert self.process
        assert self._driver
        self.process.wait()
        self._driver.join()
        os.close(self._terminal)

    # -- the terminal ------------------------------------------------------------------------------------------

    def _watch(self, terminal: int) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while True:
            try:
                ready = select.select([terminal], [], [], 1)[0]
                data = os.read(terminal, 65536) if ready else b" "
            except (OSError, ValueError):  # how Linux says that the other side is closed
                return
            if not data:
                return
            if ready:
                self._shown = (self._shown + ESCAPES.sub("", decoder.decode(data)))[-KEPT:]

    def _press(self, key: str) -> None:
        if self._terminal >= 0 and self.process is not None and self.process.poll() is None:
            os.write(self._terminal, key.encode())

    def _exchange(self) -> int | None:
        found = HEADING.findall(self._shown)
        return int(found[-1][0]) if found else None

    # -- the person --------------------------------------------------------------------------------------------

    def _drive(self) -> None:
        chance = random.Random(self.seed)
        while not self._rest(GLANCE):
            here = self._exchange()
            if REVEALED in self._shown:
                self._shown = ""
                self._press("\r")
                continue
            if here is None:
                self._press("n")
                continue
            if self._rest(chance.uniform(*self.think)):
                return
            for _ in range(12):  # what has been on screen counts as read
                self._press(" ")
                if self._rest(0.3):
                    return
            approves = chance.random() < 0.8
            keys = ["a"] if approves else ["r", "2"]
            if not self._decide(here, keys) and not self._decide(here, ["r", "2"]):
                # Whatever stands in the way: leave it.
                self._press("\x1b")
                self._press(chance.choice("ns"))
                self._rest(1)

    def _decide(self, here: int, keys: list[str]) -> bool:
        """Whether another exchange came on screen."""
        for key in keys[:-1]:
            self._press(key)
            self._rest(0.5)
        began = time.perf_counter()
        self._press(keys[-1])
        while time.perf_counter() - began < PATIENCE and not self._ended.is_set():
            if self._exchange() != here or REVEALED in self._shown:
                self.decided += 1
                if keys == ["a"]:
                    self.milliseconds.append(1000 * (time.perf_counter() - began))
                return True
            time.sleep(0.005)
        return False

    def _rest(self, seconds: float) -> bool:
        """Whether it is over."""
        return self._ended.wait(seconds)
