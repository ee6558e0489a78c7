"""What a client knows to have done: a line before each command and one after it, on the disk before it goes on.

No study is asked here; it is held against this at the end.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Key = tuple[str | int, ...]
"""Something that a command stores: `decision`, exchange, version, verdict; `version`, exchange, version; ..."""


def digest_of(question: str, answer: str) -> str:
    """Texts stay out of the journal."""
    return hashlib.sha256(f"{question}\0{answer}".encode()).hexdigest()[:16]


class Journal:
    """The journal of one client, which goes on with it after a kill."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def doing(self, kind: str, key: Key | None) -> None:
        """A command is about to be sent."""
        self._write({"doing": kind, "key": key})

    def done(self, kind: str, milliseconds: float, now: dict[str, Any]) -> None:
        """It was acknowledged; `now` is what the client has in hand from now on."""
        self._write({"done": kind, "ms": round(milliseconds, 2), "now": now}, safe=True)

    def refused(self, kind: str, error: str) -> None:
        """A rule forbade it, so that nothing was stored."""
        self._write({"refused": kind, "error": error})

    def doubted(self, kind: str, error: str) -> None:
        """Nobody said whether it was stored."""
        self._write({"doubted": kind, "error": error})

    def fault(self, sentence: str) -> None:
        """Something is not as it must be."""
        self._write({"fault": sentence})

    def _write(self, line: dict[str, Any], *, safe: bool = False) -> None:
        os.write(self._file, json.dumps(line | {"at": time.time()}).encode() + b"\n")
        if safe:
            os.fsync(self._file)


@dataclass(slots=True)
class Told:
    """What the journal of one person says."""

    acknowledged: Counter[Key] = field(default_factory=Counter)
    doubted: Counter[Key] = field(default_factory=Counter)
    """Sent, and never answered: stored or not."""
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    doubts: int = 0
    faults: list[str] = field(default_factory=list)
    now: dict[str, Any] = field(default_factory=dict)
    """What the client had in hand at the last acknowledgement; empty where a doubt came after it."""
    at: float = 0.0
    """When the last line was written, in seconds since 1970."""


def read(path: Path) -> Told:
    """What a journal says, up to the line at which its client was killed."""
    told = Told()
    waiting: Key | None = None
    for line in _lines(path):
        told.at = line["at"]
        if "fault" in line:
            told.faults.append(line["fault"])
            continue
        if "doing" in line:
            _doubt(told, waiting)
            waiting = tuple(line["key"] or (line["doing"],))
            continue
        assert waiting is not None
        if "done" in line:
            told.acknowledged[waiting] += 1
            told.milliseconds.setdefault(line["done"], []).append(line["ms"])
            told.now = line["now"]
        elif "refused" in line:
            told.refused[f"{line['refused']}: {line['error']}"] += 1
        else:
            _doubt(told, waiting)
        waiting = None
    _doubt(told, waiting)
    return told


def _doubt(told: Told, waiting: Key | None) -> None:
    if waiting is not None:
        told.doubted[waiting] += 1
        told.doubts += 1
        told.now = {}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
        if line.endswith(b"\n"):
            yield json.loads(line)
