"""From findings that overlap to findings that do not, without uncovering a letter of any of them."""

from collections.abc import Iterable

from redaction.finding import Finding


def resolve(text: str, findings: Iterable[Finding], taken: Iterable[tuple[int, int]] = ()) -> list[Finding]:
    """Findings sorted by start, none overlapping another or a `taken` span.

    The wider finding wins, of two equally wide ones the more certain, and what may be kept always yields.  A loser
    keeps what lies outside the winner, trimmed to letters and digits; nothing of it is uncovered.
    """
    settled: list[Finding] = []
    owner = bytearray(len(text))
    for start, end in taken:
        owner[start:end] = b"\1" * (end - start)
    for finding in sorted(findings, key=lambda f: (f.keep, f.start - f.end, -f.score, f.start, f.entity)):
        for start, end in _free_parts(text, owner, finding.start, finding.end):
            settled.append(
                Finding(
                    start, end, finding.entity, finding.score, finding.recognizer, finding.explanation, finding.keep
                )
            )
        owner[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    return sorted(settled, key=lambda f: f.start)


def _free_parts(text: str, owner: bytearray, start: int, end: int) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    at = start
    while at < end:
        if owner[at]:
            at += 1
            continue
        stop = at
        while stop < end and not owner[stop]:
            stop += 1
        whole = (at, stop) == (start, end)
        low, high = at, stop
        while not whole and low < high and not text[low].isalnum():
            low += 1
        while not whole and low < high and not text[high - 1].isalnum():
            high -= 1
        if low < high:
            parts.append((low, high))
        at = stop
    return parts
