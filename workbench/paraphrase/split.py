"""Dividing a page that does not fit into a model's context, at the turn nearest to its middle."""

import re
from collections.abc import Iterator
from dataclasses import replace

from redaction.finding import Finding
from workbench.screening.length import words
from workbench.store.sources import PageRow

SMALLEST = 40
"""Words; a page of fewer is not divided: no model that it overflows is of any use."""
BREAKS = (re.compile(r"\n"), re.compile(r"(?<=[.?!\u2026])\s+"), re.compile(r"\s+"))
"""Where a page may be divided, the best first: between turns, between sentences, between words."""


def halves(page: PageRow, findings: list[Finding], first: int) -> list[tuple[PageRow, list[Finding]]]:
    """Two pages, numbered from `first`, that hold the page's text between them, with its marks and findings.

    Empty when the page cannot be divided.  A finding or mark is never cut in two.
    """
    cut = _cut(page, findings) if words(page.text) >= SMALLEST else None
    if cut is None:
        return []
    return [_part(page, findings, cut[0], first, 0), _part(page, findings, len(page.text), first + 1, cut[1])]


def _cut(page: PageRow, findings: list[Finding]) -> tuple[int, int] | None:
    """End of the first and start of the second half."""
    kept_whole = [(f.start, f.end) for f in findings] + [(start, stop) for start, stop, _ in page.marks]
    for pattern in BREAKS:
        places = [m.span() for m in pattern.finditer(page.text) if m.start() > 0 and m.end() < len(page.text)]
        free = [(a, b) for a, b in places if not any(start < b and a < stop for start, stop in kept_whole)]
        if free:
            return min(free, key=lambda place: abs(place[0] - len(page.text) // 2))
    return None


def _part(page: PageRow, findings: list[Finding], stop: int, number: int, start: int) -> tuple[PageRow, list[Finding]]:
    text = page.text[start:stop]
    marks = [(a - start, b - start, kind) for a, b, kind in page.marks if start <= a and b <= stop]
    part = replace(page, page=number, text=text, words=words(text), marks=marks)
    return part, list(_moved(findings, start, stop))


def _moved(findings: list[Finding], start: int, stop: int) -> Iterator[Finding]:
    for finding in findings:
        if start <= finding.start and finding.end <= stop:
            yield replace(finding, start=finding.start - start, end=finding.end - start)
