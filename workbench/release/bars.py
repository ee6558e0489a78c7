"""Bars of a histogram that tell of nobody: each counts none or enough, so that nothing is to be held back."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

WIDTH = 10
"""Of a bar at least, where no edges are given."""


def bars(counts: Sequence[Mapping[int, int]], smallest: int, fine: Sequence[int] | None = None) -> tuple[int, ...]:
    """Edges of bars, each of which holds of every count either none or `smallest` or more; none if that cannot be.

    `fine` are the edges to merge; without them, bars start as `WIDTH` wide.
    """
    if fine is None:
        present = [length for one in counts for length in one]
        fine = range(min(present) // WIDTH * WIDTH, max(present) + WIDTH + 1, WIDTH) if present else ()
    if len(fine) < 2:
        return ()
    edges, last = [fine[0]], fine[-1]

    def fits(high: int) -> bool:
        return all(_holds_enough(one, edges[-1], high, smallest) for one in counts)

    for edge in fine[1:]:
        if fits(edge):
            edges.append(edge)
    # What is left over at the end goes with the bar before it, as often as that takes.
    while not fits(last) and len(edges) > 1:
        edges.pop()
    if edges[-1] != last and fits(last):
        edges.append(last)
    return tuple(edges) if len(edges) > 1 else ()


def _holds_enough(counts: Mapping[int, int], low: int, high: int, smallest: int) -> bool:
    number = sum(n for length, n in counts.items() if low <= length < high)
    return number == 0 or number >= smallest


def heights(counts: Mapping[int, int], edges: Sequence[int]) -> tuple[int, ...]:
    """How many of these values (value: how often) stand between each two edges, the lower one included."""
    return tuple(sum(n for length, n in counts.items() if low <= length < high) for low, high in pairwise(edges))
