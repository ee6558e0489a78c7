"""Rare combinations of quasi-identifiers are those that few people share, told once, by their smallest parts."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.release.quasi import LARGEST, Row, of_text, report

ITEMS = [(kind, value) for kind in ("relation", "visit", "place") for value in "abc"]
ROWS = st.lists(st.tuples(st.integers(1, 6), st.sets(st.sampled_from(ITEMS), max_size=5)), min_size=1, max_size=25).map(
    lambda rows: [(n, f"s{subject}", tuple(sorted(items))) for n, (subject, items) in enumerate(rows)]
)


@settings(max_examples=200)
@given(ROWS, st.integers(1, 5))
def test_rare_is_what_few_people_share_and_of_which_no_part_is_rare(rows: list[Row], below: int) -> None:
    def sharing(combination: tuple[tuple[str, str], ...]) -> set[str]:
        return {subject for _, subject, items in rows if set(combination) <= set(items)}

    there = {c for *_, items in rows for size in range(1, LARGEST + 1) for c in combinations(items, size)}
    rare = {combination for combination in there if len(sharing(combination)) < below}
    minimal = {c for c in rare if not any(part in rare for size in range(1, len(c)) for part in combinations(c, size))}
    found = report(rows, below)
    assert {one.combination: one.people for one in found.rare} == {c: len(sharing(c)) for c in minimal}
    for one in found.rare:
        assert one.exchanges == tuple(n for n, _, items in rows if set(one.combination) <= set(items))


@given(ROWS, st.integers(1, 5))
def test_the_smallest_class_is_the_fewest_people_who_share_all_that_a_row_has(rows: list[Row], below: int) -> None:
    sizes = [len({subject for _, subject, items in rows if items == mine}) for *_, mine in rows]
    found = report(rows, below)
    assert found.smallest == min(sizes)
    assert found.rows_in_rare == sum(size < below for size in sizes)
    assert found.people == len({subject for _, subject, _ in rows})


def test_relatives_and_topics_are_found_by_whole_words_whatever_their_spelling() -> None:
    found = of_text("My Mom's and MOTHER met my sister-in-law; the godfather was Tired.")
    assert {value for kind, value in found if kind == "relation"} == {"mother", "relative in law"}
    assert ("topic", "sleep and tiredness") in found
    assert not of_text("The sonnet was partnered with a brotherhood.")
