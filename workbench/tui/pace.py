"""Active time over texts, and what is said about it: a fast pace kindly, a break when one is due, never a praise."""

from collections import deque

from policies.schema import Attention

LOOKED_AT = 5
"""A pace is that of so many decisions together; a single one says nothing."""

PAUSE = 300.0
"""Seconds without a key after which somebody has had a pause."""


class Pace:
    """Counts the time in which somebody is there; all times in seconds, as `time.monotonic` counts."""

    def __init__(self, rules: Attention, now: float) -> None:
        self._rules = rules
        self._looked = now
        self.active = 0.0
        """Seconds of this sitting in which somebody read."""
        self._without_pause = 0.0
        self._decided: deque[tuple[int, int]] = deque(maxlen=LOOKED_AT)

    def tick(self, now: float, touched: float, visible: bool) -> float:
        """How much of the time since the last look was active: there was a key not long before, and text in view."""
        since, self._looked = now - self._looked, now
        if now - touched >= PAUSE:
            self._without_pause = 0.0
        if not visible:
            return 0.0
        idle_from = touched + self._rules.idle_seconds
        active = max(0.0, min(now, idle_from) - (now - since))
        self.active += active
        self._without_pause += active
        return active

    def decided(self, words: int, milliseconds: int) -> str | None:
        """A decision over so many words in so much active time; a sentence when the last ones went by very fast."""
        self._decided.append((words, milliseconds))
        read, minutes = (sum(column) for column in zip(*self._decided, strict=True))
        if len(self._decided) < LOOKED_AT or read * 60_000 <= self._rules.words_a_minute * minutes:
            return None
        self._decided.clear()
        return (
            f"The last {LOOKED_AT} exchanges went by faster than {self._rules.words_a_minute} words a minute. "
            "There is no hurry: take the time that each one needs."
        )

    def break_due(self) -> str | None:
        """A sentence when somebody has read for long without a pause; once, then again after as long."""
        if self._without_pause < self._rules.break_minutes * 60:
            return None
        self._without_pause = 0.0
        return (
            f"You have read for {self._rules.break_minutes} minutes without a pause. A short break helps; "
            "everything is stored, and what you are at stays yours."
        )
