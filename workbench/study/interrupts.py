"""Holding Ctrl-C back for the instant in which a commit and the log's state must change together."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """Within the context, `hold` defers an interrupt to the context's end; elsewhere it comes as ever."""

    def __init__(self) -> None:
        self._before: Any = None
        self._held = False
        self._pending = False

    def __enter__(self) -> "Interrupts":
        return self

    def hold(self) -> None:
        """From here to the end of the context an interrupt waits.  Signals reach the main thread only."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
            self._held = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._pending = True

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held:
            signal.signal(signal.SIGINT, self._before)
            if self._pending and problem is None:
                # Whoever handled interrupts before handles this one: Python by raising, an outer `hold` by waiting.
                signal.raise_signal(signal.SIGINT)
