"""The review screen in a terminal, driven by keys as a person would."""

import random
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tests.bench.terminal import ESCAPES, Terminal

SIZE = (120, 40)
HEADING = re.compile(r"Exchange (\d+)[^:\n]{0,12}: ")
REVEALED = "That exchange was invented"
READ_ALL = "All of it has been on screen"
LOOKED_AT = 200
"""Of so many frames the last heading is looked for."""
GLANCE = 0.7
"""Seconds; what has been on screen for a shorter time cannot be decided."""
PATIENCE = 5.0
"""Seconds in which a key shows something."""
LAST_PATIENCE = 60.0
"""Seconds in which the screen can be left."""


@dataclass(slots=True)
class Screen:
    """One `workbench review` after the other by the same person; `folder` becomes their home."""

    server: str
    folder: Path
    think: tuple[float, float]
    seed: int = 1
    decided: int = 0
    """Decisions after which the next exchange came on screen."""
    milliseconds: list[float] = field(default_factory=list)
    """From the key that approves to the next exchange on screen."""
    faults: list[str] = field(default_factory=list)
    _terminal: Terminal | None = None
    _ended: threading.Event = field(default_factory=threading.Event)
    _person: threading.Thread | None = None

    @property
    def terminal(self) -> Terminal:
        """The terminal of now."""
        assert self._terminal
        return self._terminal

    def start(self) -> None:
        """Open the screen, and begin to work at it."""
        self._ended.clear()
        self._open()
        self._person = threading.Thread(target=self._work, daemon=True)
        self._person.start()

    def kill(self) -> None:
        """End it as a crash does."""
        self._stop_work()
        self.terminal.process.kill()
        self.terminal.close()

    def quit(self) -> None:
        """Leave by the key that is there for it."""
        self._stop_work()
        began = time.monotonic()
        while self.terminal.process.poll() is None and time.monotonic() - began < LAST_PATIENCE:
            self._escape()
            self._press("q")
            time.sleep(0.3)
        self.terminal.process.kill()
        self._note_end()
        self.terminal.close()

    def _open(self) -> None:
        self._terminal = Terminal(*SIZE, self.folder, "review", "--server", self.server)

    def _stop_work(self) -> None:
        self._ended.set()
        assert self._person
        self._person.join()

    def _note_end(self) -> None:
        """It may end where the server does not answer, and the person then tries again; not otherwise."""
        ended = self.terminal.process.wait()
        if ended and "The server of this study does not answer" not in self.terminal.last:
            said = " ".join(ESCAPES.sub("", self.terminal.last).split())
            self.faults.append(f"the review screen ended with {ended}: {said[-200:]}")

    # -- the person --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        chance = random.Random(self.seed)
        while not self._ended.wait(GLANCE):
            if self.terminal.process.poll() is not None:
                self._note_end()
                self.terminal.close()
                self._open()
                continue
            here = self._exchange()
            if here is None:
                self._press("n")
                continue
            if self._ended.wait(chance.uniform(*self.think)):
                return
            self._read()
            keys = "a" if chance.random() < 0.8 else "r2"
            if not self._decide(here, keys) and not self._decide(here, "r2"):
                # Whatever stands in the way: leave it.
                self._escape()
                self._press(chance.choice("ns"))

    def _read(self) -> None:
        began = time.perf_counter()
        for _ in range(12):
            since = self._press(" ")
            if self._ended.wait(0.3) or self.terminal.painted(lambda text: READ_ALL in text, began, 0) is not None:
                return
            self.terminal.painted(lambda text: True, since, 0.3)

    def _decide(self, here: int, keys: str) -> bool:
        """Whether another exchange came on screen."""
        *first, last = keys
        for key in first:
            self._press(key)
            self._ended.wait(0.5)
        since = self._press(last)
        moment = self.terminal.painted(lambda text: REVEALED in text or _shows_another(text, here), since, PATIENCE)
        if moment is None:
            return False
        self.decided += 1
        if any(REVEALED in frame.text for frame in self.terminal.frames if frame.moment >= since):
            self._ended.wait(GLANCE)
            self._press("\r")
        elif keys == "a":
            self.milliseconds.append(1000 * (moment - since))
        return True

    def _press(self, key: str) -> float:
        with suppress(OSError):  # it has just ended
            return self.terminal.press(key)
        return time.perf_counter()

    def _escape(self) -> None:
        self._press("\x1b")
        # Escape with a letter close behind is another key, as terminals send it: alt and that letter.
        time.sleep(0.3)

    def _exchange(self) -> int | None:
        for frame in islice(reversed(self.terminal.frames), LOOKED_AT):
            if found := HEADING.findall(frame.text):
                return int(found[-1])
        return None


def _shows_another(text: str, here: int) -> bool:
    return any(int(number) != here for number in HEADING.findall(text))
