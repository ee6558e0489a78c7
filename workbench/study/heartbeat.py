"""Heartbeat checkpoints: how often the log is signed while a study is open."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from audit.errors import AuditError

EVENTS_BETWEEN = 1_000
"""So many events at most are read again at an opening after a crash (some 10 ms); signing each thousand costs an
acknowledged decision a hundredth of a millisecond on average."""
SECONDS_BETWEEN = 300.0
"""What lies after the last checkpoint can vanish unseen; with a witness that copies it, that is five minutes' work."""


class Heartbeat:
    """Signs the log after some time even when nobody does anything more; by size, the study itself does."""

    def __init__(self, sign: Callable[[], None], size: int) -> None:
        self._sign = sign
        self._size = size
        """Events at the last checkpoint."""
        self._time = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._newest: Callable[[], int] = lambda: size

    def start(self, newest: Callable[[], int]) -> None:
        """Begin; `newest` tells the size of the log."""
        self._newest = newest
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for a checkpoint that is being written."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def signed(self, size: int) -> None:
        """A checkpoint of so many events was written."""
        self._size, self._time = size, time.monotonic()

    def is_due(self, size: int) -> bool:
        """Whether a log of this size should be signed now."""
        late = size > self._size and time.monotonic() - self._time >= SECONDS_BETWEEN
        return late or size - self._size >= EVENTS_BETWEEN

    def _run(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN / 10):
            # What hinders it hinders the next change as well, which signs before it begins and tells.
            with suppress(AuditError):
                if self.is_due(self._newest()):
                    self._sign()
