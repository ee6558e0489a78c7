"""What the store remembers of its own log and of the mirror's files, so that opening need not read them all again.

At each checkpoint the store keeps, in its encrypted and authenticated file, the log's state at that size and the
SHA-256 of every mirror file as the store's own lines make it.  At the next opening a sealed file is taken for
unchanged if its size and times are those at which it was last found so, and hashed otherwise; the file that is
written to is always hashed; only the lines after the checkpoint are read.  Where anything does not fit, nothing is
concluded from it: then every line of store and mirror is compared, and the first difference is named.
"""

import os
from collections.abc import Iterable
from hashlib import file_digest, sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from audit.details import Count, Digest, Strict
from audit.log import Log, LogState
from audit.mirror import SEGMENT_EVENTS
from workbench.store import meta
from workbench.store.connection import Connection

_LOG, _FILE = "log", "mirror_file:"
_CHUNK = 1 << 20


class Remembered(Strict):
    """The log at a checkpoint: its state, and the mirror file that was being written to, as far as it went."""

    state: LogState
    first: Count
    bytes: Count
    digest: Digest


class Sealed(Strict):
    """A mirror file that is full: where it ends, its digest, and its times (ns) when it was last found to have it."""

    stop: Count
    bytes: Count
    digest: Digest
    modified: int = -1
    changed: int = -1


class Ledger:
    """Digests of the mirror's files, kept up with the lines of the store."""

    def __init__(self) -> None:
        """The ledger of an empty log."""
        self.size = 0
        self.sealed: dict[int, Sealed] = {}
        self._first = 0
        self._bytes = 0
        self._hash: Any = sha256()
        self._unsaved: set[int] = set()

    @staticmethod
    def saved(db: Connection) -> bool:
        """Whether the store remembers a checkpoint."""
        return meta.get(db, _LOG) is not None

    @classmethod
    def load(cls, db: Connection, mirror: list[tuple[int, Path]]) -> "tuple[LogState, Ledger] | None":
        """The remembered state and its ledger, if the mirror's files (first event, path) are as remembered."""
        remembered = _read(Remembered, meta.get(db, _LOG))
        if remembered is None:
            return None
        ledger = cls()
        ledger.size, ledger._first = remembered.state.size, remembered.first
        for key, value in meta.starting_with(db, _FILE).items():
            if (sealed := _read(Sealed, value)) is not None:
                ledger.sealed[int(key.removeprefix(_FILE))] = sealed
        stops = [first for first, _ in mirror[1:]]
        for (first, path), stop in zip_longest(mirror, stops):
            if first < remembered.first and not ledger._vouches(first, path, stop):
                return None
        return (remembered.state, ledger) if ledger._hash_open(mirror, remembered) else None

    def _vouches(self, first: int, path: Path, stop: int | None) -> bool:
        """Whether a sealed file is what it was."""
        known = self.sealed.get(first)
        if known is None or known.stop != stop:
            return False
        try:
            before = path.stat(follow_symlinks=False)
            if (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (known.bytes, known.modified, known.changed):
                return True
            with open(path, "rb", opener=_no_link) as file:
                digest = file_digest(file, "sha256").hexdigest()
                after = os.fstat(file.fileno())
        except OSError:
            return False
        if digest != known.digest:
            return False
        if (before.st_mtime_ns, before.st_ctime_ns) == (after.st_mtime_ns, after.st_ctime_ns):
            times = {"modified": after.st_mtime_ns, "changed": after.st_ctime_ns}
            self.sealed[first] = known.model_copy(update=times)
            self._unsaved.add(first)
        return True

    def _hash_open(self, mirror: list[tuple[int, Path]], remembered: Remembered) -> bool:
        """Whether the file that was written to begins with what it held at the checkpoint."""
        path = dict(mirror).get(remembered.first)
        left = remembered.bytes
        if path is None:
            return not left
        try:
            with open(path, "rb", opener=_no_link) as file:
                while left and (chunk := file.read(min(left, _CHUNK))):
                    self._hash.update(chunk)
                    left -= len(chunk)
        except OSError:
            return False
        self._bytes = remembered.bytes
        return not left and self._hash.hexdigest() == remembered.digest

    def add(self, lines: Iterable[bytes]) -> None:
        """Take in the store's next lines; files of the mirror end and begin as the mirror itself does it."""
        for line in lines:
            if self.size - self._first >= SEGMENT_EVENTS:
                self.sealed[self._first] = Sealed(stop=self.size, bytes=self._bytes, digest=self._hash.hexdigest())
                self._unsaved.add(self._first)
                self._first, self._bytes, self._hash = self.size, 0, sha256()
            self._hash.update(line + b"\n")
            self._bytes += len(line) + 1
            self.size += 1

    def save(self, db: Connection, log: Log) -> None:
        """Remember all this in the store; `log` must be as long as the ledger."""
        state = log.state
        digest = self._hash.hexdigest()
        remembered = Remembered(state=state, first=self._first, bytes=self._bytes, digest=digest)
        with db.transaction():
            for first in sorted(self._unsaved):
                meta.put(db, f"{_FILE}{first}", self.sealed[first].model_dump_json())
            meta.put(db, _LOG, remembered.model_dump_json())
        self._unsaved.clear()


def _read(model: type[Any], value: str | None) -> Any:
    """A remembered value; None where there is none that can be read."""
    try:
        return None if value is None else model.model_validate_json(value)
    except ValidationError:
        return None


def _no_link(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW)
