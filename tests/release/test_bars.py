"""Bars of a histogram hold nobody or enough, and together everybody."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.release.bars import bars, heights

COUNTS = st.dictionaries(st.integers(0, 300), st.integers(1, 40), max_size=30)


@given(COUNTS, COUNTS, st.integers(1, 20))
def test_each_bar_of_each_count_is_empty_or_large_and_none_is_lost(
    one: dict[int, int], other: dict[int, int], smallest: int
) -> None:
    edges = bars([one, other], smallest)
    sums = [sum(counts.values()) for counts in (one, other)]
    if edges:
        assert sorted(set(edges)) == list(edges)
        for counts, everything in zip((one, other), sums, strict=True):
            shown = heights(counts, edges)
            assert sum(shown) == everything
            assert all(bar == 0 or bar >= smallest for bar in shown)
    else:
        assert any(everything < smallest for everything in sums)


@given(COUNTS, st.integers(1, 20))
def test_bars_can_be_made_of_given_edges(counts: dict[int, int], smallest: int) -> None:
    fine = (0, 15, 60, 1000)
    edges = bars([counts], smallest, fine)
    assert set(edges) <= set(fine)
    assert not edges or (edges[0], edges[-1]) == (0, 1000)


def test_bars_are_ten_words_wide_where_there_are_enough_rows() -> None:
    assert bars([{41: 20, 49: 1, 50: 30, 69: 11}], 11) == (40, 50, 60, 70)
    assert bars([{41: 20, 55: 3, 69: 11}], 11) == (40, 50, 70)
    assert bars([{41: 20, 55: 3}], 11) == (40, 60)
    assert bars([{41: 3}], 11) == ()
    assert bars([{}], 11) == ()
