"""The bounds of a sample: exact where rows stand for themselves, on the safe side where they do not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from workbench.release.bound import EACH, Looked, Reader, bound, catch_rate, clustered, effective_size
from workbench.review.agreement import highest, lowest

PERFECT = Reader(rows=100, caught=10**9, planted=10**9)
"""Somebody who was measured so long that nothing is left to doubt."""


def rows_of(leaks: list[list[bool]]) -> list[Looked]:
    """Rows of people, a list for each."""
    return [Looked(str(number), leak) for number, person in enumerate(leaks) for leak in person]


@pytest.mark.parametrize(("hits", "total"), [(0, 1), (0, 400), (1, 400), (7, 30), (30, 30)])
def test_the_naive_bound_is_scipys_clopper_pearson(hits: int, total: int) -> None:
    rows = rows_of([[number < hits] for number in range(total)])
    expected = binomtest(hits, total, alternative="less").proportion_ci(0.95, "exact").high
    assert bound(1, rows, [PERFECT]).naive == pytest.approx(expected)
    assert highest(hits, total, 0.01) == pytest.approx(
        binomtest(hits, total, alternative="less").proportion_ci(0.99, "exact").high
    )
    assert lowest(hits, total, 0.01) == pytest.approx(
        binomtest(hits, total, alternative="greater").proportion_ci(0.99, "exact").low
    )


def test_a_bound_of_one_row_a_person_is_that_of_independent_rows() -> None:
    rows = rows_of([[number < 3] for number in range(200)])
    exact = binomtest(3, 200, alternative="less").proportion_ci(1 - EACH, "exact").high
    # Korn and Graubard measure the effect without a correction for the sample: it may differ in the third digit.
    assert clustered(rows, EACH) == pytest.approx(exact, rel=0.01)
    assert bound(1, rows, [PERFECT]).people == pytest.approx(exact)


def test_four_rows_of_each_person_tell_no_more_than_one() -> None:
    alone, four = rows_of([[False]] * 100), rows_of([[False] * 4] * 100)
    assert effective_size(four, EACH) == 100
    assert clustered(four, EACH) == clustered(alone, EACH)
    assert bound(1, four, [PERFECT]).naive < bound(1, alone, [PERFECT]).naive


def test_rows_and_people_with_a_leak_are_counted_apart() -> None:
    found = bound(3, rows_of([[True, True], [True, False], [False, False], [False]]), [PERFECT])
    assert (found.sample, found.size, found.subjects, found.leaks) == (3, 7, 4, 3)
    assert found.people == pytest.approx(highest(2, 4, EACH))


def test_what_readers_miss_makes_the_bound_higher() -> None:
    rows = rows_of([[False] * 2] * 300)
    sharp = bound(1, rows, [PERFECT])
    half = bound(1, rows, [Reader(rows=100, caught=50, planted=100)])
    assert half.catch_rate == pytest.approx(binomtest(50, 100).proportion_ci(0.95, "exact").low)
    assert half.rows == pytest.approx(sharp.rows / half.catch_rate, rel=1e-6)
    assert half.people == pytest.approx(sharp.people / half.catch_rate, rel=1e-6)
    assert half.naive == sharp.naive


@pytest.mark.parametrize("readers", [[], [Reader(100, 0, 0)], [Reader(100, 0, 40)]])
def test_where_nothing_is_known_of_what_readers_find_nothing_is_promised(readers: list[Reader]) -> None:
    found = bound(1, rows_of([[False]] * 300), readers)
    assert not found.catch_rate
    assert (found.rows, found.people) == (1, 1)


def test_a_reader_who_was_never_measured_counts_as_one_who_finds_nothing() -> None:
    measured = catch_rate([Reader(50, 20, 20), Reader(50, 0, 0)])
    assert measured == pytest.approx(lowest(20, 20, EACH / 2) / 2)


@settings(max_examples=60)
@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=5), min_size=1, max_size=30), st.integers(0, 40))
def test_no_bound_is_below_what_was_found_or_below_the_naive_one(people: list[list[bool]], caught: int) -> None:
    rows = rows_of(people)
    found = bound(1, rows, [Reader(len(rows), caught, 40)])
    assert found.leaks / found.size <= found.naive <= found.rows + 1e-3 <= 1 + 1e-3
    assert sum(map(any, people)) / len(people) <= found.people <= 1


@pytest.mark.parametrize("people", [30, 120])
@pytest.mark.parametrize("rate", [0.01, 0.08])
@pytest.mark.parametrize("alike", [0.0, 0.3, 1.0])
def test_the_bounds_hold_in_95_of_100_samples_of_alike_rows_and_readers_who_miss(
    people: int, rate: float, alike: float
) -> None:
    """Whoever leaks more does so in all of their rows: beta-binomial; readers find 80 %, measured on 60 plants."""
    chance, times, finds = np.random.default_rng(20_26), 150, 0.8
    of_rows = of_people = 0
    for _ in range(times):
        sizes = chance.integers(1, 5, people)
        if alike == 0:
            own = np.full(people, rate)
        elif alike == 1:
            own = (chance.random(people) < rate).astype(float)
        else:
            own = chance.beta(rate * (1 / alike - 1), (1 - rate) * (1 / alike - 1), people)
        seen = [list(chance.random(size) < share * finds) for size, share in zip(sizes, own, strict=True)]
        found = bound(1, rows_of(seen), [Reader(int(sizes.sum()), int(chance.binomial(60, finds)), 60)])
        of_rows += found.rows >= rate
        of_people += found.people >= _share_of_people(rate, alike)
    assert of_rows >= 0.95 * times
    assert of_people >= 0.95 * times


def _share_of_people(rate: float, alike: float) -> float:
    """The share of people with at least one leak among one to four rows, in this model."""
    if alike == 1:
        return rate
    shares = []
    for size in range(1, 5):
        none = 1.0
        for row in range(size):
            concentration = 1 / alike - 1 if alike else np.inf
            none *= 1 - rate if alike == 0 else ((1 - rate) * concentration + row) / (concentration + row)
        shares.append(1 - none)
    return sum(shares) / 4
