"""Small cells are not told, and nobody works them out from the cells and totals that are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from workbench.release.cells import Table, part, suppress, suppress_table, told, total

SMALLEST = 11
COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.one_of(st.integers(0, 14), st.integers(0, 2000)))
TABLES = st.lists(
    st.lists(st.one_of(st.just(0), st.integers(1, 14), st.integers(0, 300)), min_size=3, max_size=3),
    min_size=1,
    max_size=4,
)


def bounds(equations: list[tuple[dict[int, int], int]], cells: int, cell: int) -> tuple[float, float]:
    """The least and the most that a cell can be, less one, for somebody who solves what is told; none is zero."""
    matrix = np.zeros((len(equations), cells))
    for at, (terms, _) in enumerate(equations):
        for place, sign in terms.items():
            matrix[at, place] = sign
    aim = np.zeros(cells)
    aim[cell] = 1
    found = []
    for sign in (1, -1):
        answer = linprog(
            sign * aim,
            A_eq=matrix if equations else None,
            b_eq=[value for _, value in equations] if equations else None,
            bounds=(0, 10_000),
        )
        assert answer.status == 0
        found.append(sign * answer.fun)
    return found[0], found[1]


@given(COUNTS)
def test_no_small_cell_of_a_list_is_told_and_none_can_be_worked_out(counts: dict[str, int]) -> None:
    cells, everything = suppress(counts, SMALLEST), total(counts, SMALLEST)
    assert cells.keys() == counts.keys()
    assert all(cells[name] in (None, counts[name]) for name in counts)
    assert everything in (None, sum(counts.values()))
    untold = [name for name in counts if cells[name] is None]
    # With y = x - 1 for what is untold: y is 0 or more.
    equations = []
    if everything is not None and untold:
        rest = everything - sum(count or 0 for count in cells.values()) - len(untold)
        equations.append((dict.fromkeys(range(len(untold)), 1), rest))
    for name, count in counts.items():
        if 0 < count < SMALLEST:
            assert cells[name] is None
            least, most = bounds(equations, len(untold), untold.index(name))
            assert least + 1 <= count < SMALLEST <= most + 1


@given(COUNTS)
def test_no_more_than_one_cell_is_held_back_to_hide_the_small_ones(counts: dict[str, int]) -> None:
    cells = suppress(counts, SMALLEST)
    others = [name for name, count in counts.items() if cells[name] is None and count >= SMALLEST]
    if total(counts, SMALLEST) is not None:
        assert len(others) <= 1
        assert all(cells[name] == 0 for name, count in counts.items() if count == 0)
    if not any(0 < count < SMALLEST for count in counts.values()):
        assert cells == counts


@pytest.mark.parametrize(
    ("counts", "cells", "everything"),
    [
        ({"a": 3, "b": 40, "c": 50}, {"a": None, "b": None, "c": 50}, 93),
        ({"a": 1, "b": 1, "c": 20, "d": 0}, {"a": None, "b": None, "c": None, "d": 0}, 22),
        ({"a": 5, "b": 0}, {"a": None, "b": None}, None),
        ({"a": 5, "b": 6}, {"a": None, "b": None}, None),
        ({"a": 5, "b": 7}, {"a": None, "b": None}, 12),
        ({"a": 11, "b": 0}, {"a": 11, "b": 0}, 11),
        ({}, {}, 0),
    ],
)
def test_what_is_told_of_a_list(counts: dict[str, int], cells: dict[str, int | None], everything: int | None) -> None:
    assert suppress(counts, SMALLEST) == cells
    assert total(counts, SMALLEST) == everything


def test_a_part_is_told_only_where_the_rest_is_not_small_either() -> None:
    assert [part(count, 100, SMALLEST) for count in (0, 5, 50, 89, 90, 95, 100)] == [0, None, 50, 89, None, None, 100]


def test_a_count_is_written_with_its_thousands_apart() -> None:
    assert [told(16_000), told(0), told(None)] == ["16,000", "0", "not told"]


def flat(table: Table) -> list[int | None]:
    """Cells row by row, each row with its total, the totals of the columns last."""
    rows = [[*table.cells[row].values(), table.rows[row]] for row in table.cells]
    return [count for row in [*rows, [*table.columns.values(), table.total]] for count in row]


@given(TABLES)
def test_no_small_cell_of_a_table_is_told_and_none_can_be_worked_out(rows: list[list[int]]) -> None:
    counts = {f"row {at}": dict(zip("xyz", row, strict=True)) for at, row in enumerate(rows)}
    true = [count for row in rows for count in [*row, sum(row)]]
    true += [*(sum(column) for column in zip(*rows, strict=True)), sum(map(sum, rows))]
    shown = flat(suppress_table(counts, SMALLEST))
    assert all(count in (None, truth) for count, truth in zip(shown, true, strict=True))
    untold = [at for at, count in enumerate(shown) if count is None]
    place = {at: index for index, at in enumerate(untold)}
    width, height = 4, len(rows) + 1
    lines = [[row * width + column for column in range(width)] for row in range(height)]
    lines += [[row * width + column for row in range(height)] for column in range(width)]
    equations = []
    for line in lines:
        signs = {at: -1 if at == line[-1] else 1 for at in line}
        rest = -sum(sign * (shown[at] or 0) for at, sign in signs.items())
        terms = {place[at]: sign for at, sign in signs.items() if at in place}
        if terms:
            equations.append((terms, rest - sum(terms.values())))  # y = x - 1
    all_untold = len(untold) == len(shown)
    for at, truth in enumerate(true):
        if 0 < truth < SMALLEST:
            assert shown[at] is None
            if not all_untold:
                least, most = bounds(equations, len(untold), place[at])
                assert least + 1 <= truth + 1e-6
                assert most + 1 >= SMALLEST - 1e-6
        elif truth == 0 and not all_untold:
            assert shown[at] == 0


def test_a_table_holds_back_the_cells_that_cost_least() -> None:
    table = suppress_table({"one": {"x": 100, "y": 6, "z": 70}, "two": {"x": 50, "y": 30, "z": 40}}, SMALLEST)
    assert table.cells == {"one": {"x": 100, "y": None, "z": None}, "two": {"x": 50, "y": None, "z": None}}
    assert table.rows == {"one": 176, "two": 120}
    assert table.columns == {"x": 150, "y": 36, "z": 110}
    assert table.total == 296


def test_a_table_whose_cells_cannot_hide_each_other_tells_nothing() -> None:
    table = suppress_table({"one": {"x": 4}}, SMALLEST)
    assert set(flat(table)) == {None}


def test_a_table_without_small_cells_is_told_as_it_is() -> None:
    counts = {"one": {"x": 100, "y": 0}, "two": {"x": 11, "y": 12}}
    table = suppress_table(counts, SMALLEST)
    assert table.cells == counts
    assert (table.rows, table.columns, table.total) == ({"one": 100, "two": 23}, {"x": 111, "y": 12}, 123)
