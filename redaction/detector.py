"""What finds identifiers, wherever it runs: `redaction.scanner.Scanner` in this process, or a process of its own."""

from collections.abc import Sequence
from typing import Protocol

from redaction.finding import Finding
from redaction.roster import Known


class Detector(Protocol):
    """Text in, findings out, under one policy."""

    def warm(self) -> None:
        """Begin to load what a scan needs, without waiting for it."""
        ...

    def scan(self, text: str) -> list[Finding]:
        """Findings on one page or exchange, sorted by start, never overlapping."""
        ...

    def scan_session(self, texts: Sequence[str], known: Sequence[Known] = ()) -> list[list[Finding]]:
        """Findings on each page of one session; `known` is what a roster knows around its subject."""
        ...

    def close(self) -> None:
        """Let go of what it holds; no scan comes after that."""
        ...
