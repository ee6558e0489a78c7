"""Small cells of a published count are not told, and cannot be worked out from what is told.

The rule is the CMS cell size suppression policy (ResDAC, 26 January 2024; it asks for 11): no count of 1 to
`smallest` - 1 is told, nor anything from which one follows.  So that a total gives nothing away, further cells are
held back: every small cell could, by all that is told, just as well be `smallest` or more.  A zero is told, as that
policy allows: it says of nobody that he is there.  Only where the cells cannot hide each other is nothing told at
all, the total and the zeros included.
"""

import heapq
import itertools
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

UNTOLD = "not told"

Count = int | None
"""A count as it is published: None is not told."""


def told(count: Count) -> str:
    """A count in words for a table: thousands apart, or that it is not told."""
    return UNTOLD if count is None else f"{count:,}"


def suppress(counts: Mapping[str, int], smallest: int) -> dict[str, Count]:
    """The cells of one list as they may be told beside their `total`."""
    hidden = _hidden(counts, smallest)
    return {cell: None if cell in hidden else count for cell, count in counts.items()}


def total(counts: Mapping[str, int], smallest: int) -> Count:
    """The sum of a list as it may be told beside its cells from `suppress`."""
    everything = sum(counts.values())
    return None if _hidden(counts, smallest) and not _hide_each_other(counts, set(counts), smallest) else everything


def part(count: int, whole: int, smallest: int) -> Count:
    """A count that is told beside a whole that is told as well: neither it nor what is left may be small."""
    return suppress({"part": count, "rest": whole - count}, smallest)["part"]


def _hidden(counts: Mapping[str, int], smallest: int) -> set[str]:
    """The small cells and, where they do not hide each other, the least of the others with them."""
    hidden = {cell for cell, count in counts.items() if 0 < count < smallest}
    if not hidden:
        return hidden
    for cell in sorted(set(counts) - hidden, key=lambda cell: (counts[cell], cell)):
        if _hide_each_other(counts, hidden, smallest):
            return hidden
        if counts[cell]:
            hidden.add(cell)
    return hidden if _hide_each_other(counts, hidden, smallest) else set(counts)


def _hide_each_other(counts: Mapping[str, int], hidden: set[str], smallest: int) -> bool:
    """Whether each hidden cell may be `smallest` or more for somebody who knows the total and that none is zero."""
    some = [counts[cell] for cell in hidden if counts[cell]]
    return len(some) > 1 and sum(some) - len(some) + 1 >= smallest


@dataclass(frozen=True, slots=True)
class Table:
    """A table of counts with its margins, as it may be told."""

    cells: dict[str, dict[str, Count]]
    """By row, then by column."""
    rows: dict[str, Count]
    columns: dict[str, Count]
    total: Count


def suppress_table(counts: Mapping[str, Mapping[str, int]], smallest: int) -> Table:
    """A table, by row, then by column, with its margins; a missing cell is zero.

    Further cells are chosen by the network heuristic of Kelly, Golden and Assad (Networks 22, 1992): for each small
    cell, the cheapest rounds through the table on which it could be raised to `smallest`.
    """
    names = list(dict.fromkeys(column for row in counts.values() for column in row))
    values: dict[tuple[Hashable, Hashable], int] = {}
    for row, cells in counts.items():
        for column in names:
            count = cells.get(column, 0)
            for place in ((row, column), (row, _MARGIN), (_MARGIN, column), (_MARGIN, _MARGIN)):
                values[place] = values.get(place, 0) + count
    network = _Network(values)
    small = [place for place, count in values.items() if 0 < count < smallest]
    small.sort(key=lambda place: (values[place], str(place)))
    network.hidden.update(small)
    safe = all(network.hide(place, smallest - values[place]) for place in small)

    def one(row: Hashable, column: Hashable) -> Count:
        place = (row, column)
        return values.get(place, 0) if safe and place not in network.hidden else None

    return Table(
        {row: {column: one(row, column) for column in names} for row in counts},
        {row: one(row, _MARGIN) for row in counts},
        {column: one(_MARGIN, column) for column in names},
        one(_MARGIN, _MARGIN),
    )


_MARGIN = ("margin",)
"""Name of the row and of the column of totals; no text, so that it is no category's name."""

_Place = tuple[Hashable, Hashable]
_Node = tuple[str, Hashable]


@dataclass(slots=True)
class _Network:
    """A table as a network: rows and columns are nodes, a cell joins its row and its column.

    To change a cell without changing any total is to go round: what one cell of a row gains, another loses.  A total
    counts with the opposite sign.  A cell can gain without end and lose all but one, because a zero would be told.
    """

    values: dict[_Place, int]
    hidden: set[_Place] = field(default_factory=set)

    def hide(self, small: _Place, need: int) -> bool:
        """Hide what it takes for a small cell to be able to gain `need`; False where no round does."""
        row, column = ("row", small[0]), ("column", small[1])
        start, goal = (row, column) if _is_total(small) else (column, row)
        changed: dict[_Place, int] = {}
        while need > 0:
            steps = self._cheapest(start, goal, small, changed)
            if not steps:
                return False
            amount = min([need, *(self._room(place, sign, changed) for place, sign in steps)])
            for place, sign in steps:
                changed[place] = changed.get(place, 0) + sign * amount
                self.hidden.add(place)
            need -= amount
        return True

    def _room(self, place: _Place, sign: int, changed: dict[_Place, int]) -> int:
        """By how much a cell can still gain (sign 1) or lose."""
        return 2**62 if sign > 0 else self.values[place] + changed.get(place, 0) - 1

    def _cheapest(self, start: _Node, goal: _Node, but: _Place, changed: dict[_Place, int]) -> list[tuple[_Place, int]]:
        """The cells to gain and lose from one node to another; a cell costs what is lost by not telling it."""
        order = itertools.count()
        heap: list[tuple[int, int, _Node, list[tuple[_Place, int]]]] = [(0, next(order), start, [])]
        seen: set[_Node] = set()
        while heap:
            cost, _, node, steps = heapq.heappop(heap)
            if node == goal:
                return steps
            if node in seen:
                continue
            seen.add(node)
            side, name = node
            for place, count in self.values.items():
                if place == but or not count or place[side == "column"] != name:
                    continue
                # From a row on the cell gains, from a column on it loses; a total the other way round.
                sign = 1 if (side == "row") != _is_total(place) else -1
                if self._room(place, sign, changed) > 0:
                    other: _Node = ("column", place[1]) if side == "row" else ("row", place[0])
                    price = cost + (0 if place in self.hidden else count)
                    heapq.heappush(heap, (price, next(order), other, [*steps, (place, sign)]))
        return []


def _is_total(place: _Place) -> bool:
    """Whether a cell is a total of a row or of a column; the total of all is again counted like a cell."""
    return (place[0] == _MARGIN) != (place[1] == _MARGIN)
