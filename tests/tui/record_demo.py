"""Records a sitting at the review screen, on the fictional samples and nothing else: `make recording`.

The sitting runs in a pseudo-terminal; what it writes there becomes an asciinema cast (version 2), which
`asciinema play demo.cast` shows.  The study is made for the recording and deleted after it.
"""

import codecs
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

from workbench.samples import MANIFEST, TRANSCRIPTS

COLUMNS, ROWS = 120, 34
WORKBENCH = (sys.executable, "-m", "workbench")
LONGEST_PAUSE = 2.0
"""Seconds; nobody watches a program load."""
PATIENCE = 60.0
"""Seconds until a screen that does not answer is given up."""


@dataclass(frozen=True)
class Step:
    """Keys, the words that come on screen when they are done, and how long that is looked at, in seconds."""

    keys: str
    until: str = ""
    look: float = 1.5
    typed: bool = False
    """Whether the keys come one by one, as somebody types."""
    again: bool = False
    """Whether they are pressed again until the words have come."""
    glance: bool = False
    """Whether what is on screen then is decided next, so that it has to be there for long enough."""


CTRL_Q, CTRL_S, CTRL_T, ESCAPE = "\x11", "\x13", "\x14", "\x1b"

SITTING = (
    Step(" ", "All of it has been on screen", 2, again=True, glance=True),  # read on: the page, then the exchange
    Step("a", "1 approved", 2.5, glance=True),
    Step("e", "Editing exchange"),
    Step(" That takes courage.", "courage", 1, typed=True),
    Step(CTRL_S, "screened again", 3, glance=True),
    Step("j", "", 2, glance=True),  # a flag or finding, and where it stands on the page
    Step("r", "Reject exchange", 2),
    Step("2", "1 rejected", 2),
    Step("u", "0 rejected", 2.5),  # undo
    Step(CTRL_T, "Theme: light", 2.5),
    Step(CTRL_T, "Theme: high-contrast", 2.5),
    Step(CTRL_T, "Theme: dark"),
    Step("?", "this list", 3),
    Step(ESCAPE, "", 1),
    Step(CTRL_Q, "This sitting", 2.5),
    Step(" ", "", 1),
)
GLANCE = 0.6
"""Seconds; what has been on screen for a shorter time cannot be decided."""
ESCAPES = re.compile(r"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b.")
"""Commands to the terminal among what is shown."""


@dataclass
class Cast:
    """What a terminal was given to show, and when."""

    columns: int = COLUMNS
    rows: int = ROWS
    events: list[tuple[float, str]] = field(default_factory=list)
    _now: float = 0.0
    _last: float | None = None

    def shown(self, since: int = 0) -> str:
        """What was written from an event on, without the commands to the terminal."""
        return ESCAPES.sub("", "".join(text for _, text in self.events[since:]))

    def add(self, text: str) -> None:
        """Something was written now; a long pause before it counts as a short one."""
        now = time.monotonic()
        self._now += min(now - (self._last or now), LONGEST_PAUSE)
        self._last = now
        self.events.append((self._now, text))

    def save(self, path: Path) -> None:
        """Write the file: a header, then one event a line."""
        header = {"version": 2, "width": self.columns, "height": self.rows, "env": {"TERM": "xterm-256color"}}
        lines = [json.dumps(header), *(json.dumps([round(when, 4), "o", text]) for when, text in self.events)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def record(pace: float = 1.0, transcripts: Path = TRANSCRIPTS) -> Cast:
    """Play the sitting over a fresh study of the samples, or of one of them; `pace` below 1 looks at everything for a
    shorter time.

    Raises RuntimeError where a command fails or the screen does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="workbench-recording-") as folder:
        environment = _environment(Path(folder))
        study = ("--study", "study")
        _run(environment, folder, "init", "study", "--name", "clinician")
        _run(environment, folder, "ingest", str(transcripts), "--manifest", str(MANIFEST), *study)
        _run(environment, folder, "paraphrase", *study)
        return _play(environment, folder, ("review", *study), pace)


def _environment(home: Path) -> dict[str, str]:
    """Of this machine's environment only what Python needs, so that none of it can get into the recording."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ}
    settings = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "WORKBENCH_KEY": "the key of a recording",
    }
    return kept | settings


def _run(environment: dict[str, str], folder: str, *arguments: str) -> None:
    ended = subprocess.run([*WORKBENCH, *arguments], env=environment, cwd=folder, capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"workbench {arguments[0]} failed: {ended.stderr}")


def _play(environment: dict[str, str], folder: str, arguments: tuple[str, ...], pace: float) -> Cast:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [*WORKBENCH, *arguments], env=environment, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    cast, decoder = Cast(), codecs.getincrementaldecoder("utf-8")("replace")

    def watch(seconds: float) -> bool:
        """Take down what is written in this time; False once the program has ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([ours], [], [], left)[0]:
                return True
            try:
                data = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                return False
            if not data:
                return False
            cast.add(decoder.decode(data))
        return True

    def wait(words: str, since: int, again: bytes = b"") -> None:
        """Take down what is written until these words have come; meanwhile press keys again and again."""
        began = time.monotonic()
        while words not in cast.shown(since):
            if not watch(max(GLANCE, 2 * pace) if again else 0.1) or time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"The review screen did not show: {words}")
            if again and words not in cast.shown(since):
                os.write(ours, again)

    try:
        wait("Exchange 1: waiting", 0)
        watch(max(GLANCE, 3 * pace))
        for step in SITTING:
            since = len(cast.events)
            for keys in step.keys if step.typed else [step.keys]:
                os.write(ours, keys.encode())
                watch(0.08 if step.typed else 0)
            wait(step.until, since, step.keys.encode() if step.again else b"")
            watch(max(GLANCE if step.glance else 0, step.look * pace))
        if process.wait(PATIENCE):
            raise RuntimeError("The review screen ended with a fault.")
    except (OSError, subprocess.TimeoutExpired):
        raise RuntimeError("The review screen did not end as it was asked to.") from None
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return cast


if __name__ == "__main__":
    target = Path(sys.argv[1])
    record().save(target)
    print(f"Recorded: {target}")
