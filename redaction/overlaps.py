"""From findings that overlap to findings that do not, without uncovering a letter of any of them."""

from collections.abc import Iterable
from dataclasses import replace

from policies.names import Entity
from redaction.finding import Finding

KINDS_OF_NUMBER = frozenset(
    {
        Entity.IP_ADDRESS,
        Entity.SSN,
        Entity.MRN,
        Entity.HEALTH_PLAN,
        Entity.ACCOUNT,
        Entity.LICENCE,
        Entity.VEHICLE,
        Entity.DEVICE,
        Entity.STUDY_ID,
    }
)
"""What a general ID can turn out to be."""
PROPER = frozenset({Entity.NAME, Entity.LOCATION, Entity.FACILITY})
CONFIDENT = 0.6
"""A proper name that scores less than this is known by its capitals more than by its kind."""


def resolve(text: str, findings: Iterable[Finding], taken: Iterable[tuple[int, int]] = ()) -> list[Finding]:
    """Findings sorted by start, none overlapping another or a `taken` span.

    The wider finding wins, of two equally wide ones the more certain, what may be
    kept always yields, and an indirect identifier yields to everything.  A loser
    keeps what lies outside the winner, trimmed to letters and digits; nothing of it is uncovered.  A general ID becomes
    what a rule knows it to be, a weakly known proper name what the most certain finding says of most of it.
    """
    settled: list[Finding] = []
    findings = _certain(_named(list(findings)))
    owner = bytearray(len(text))
    for start, end in taken:
        owner[start:end] = b"\1" * (end - start)
    for finding in sorted(
        findings, key=lambda f: (f.entity is Entity.INDIRECT, f.keep, f.start - f.end, -f.score, f.start, f.entity)
    ):
        parts = _free_parts(text, owner, finding.start, finding.end)
        if finding.entity is Entity.INDIRECT:
            parts = sorted(parts, key=lambda part: part[0] - part[1])[:1]  # a hint is told once
        for start, end in parts:
            settled.append(replace(finding, start=start, end=end))
        owner[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    return sorted(settled, key=lambda f: f.start)


def _named(findings: list[Finding]) -> list[Finding]:
    """A general ID takes the kind that a rule knows for part of it, and that rule's reason."""
    kinds = [f for f in findings if f.entity in KINDS_OF_NUMBER]
    named = []
    for finding in findings:
        over = [k for k in kinds if k.start < finding.end and k.end > finding.start]
        if finding.entity is Entity.ID and over:
            best = max(over, key=lambda k: (k.score, k.end - k.start))
            finding = replace(best, start=finding.start, end=finding.end)
        named.append(finding)
    return named


def _certain(findings: list[Finding]) -> list[Finding]:
    """A weak finding of a proper name takes the kind of the most certain one that covers at least half of it."""
    proper = [f for f in findings if f.entity in PROPER and not f.keep]
    sure = [f for f in proper if f.score >= CONFIDENT]
    told: dict[int, Finding] = {}
    for finding in proper:
        if finding.score < CONFIDENT:
            half = (finding.end - finding.start) / 2
            over = [s for s in sure if min(s.end, finding.end) - max(s.start, finding.start) >= half]
            if over:
                best = max(over, key=lambda s: (s.score, s.end - s.start, s.entity))
                told[id(finding)] = replace(best, start=finding.start, end=finding.end)
    return [told.get(id(finding), finding) for finding in findings]


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
