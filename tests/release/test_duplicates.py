"""Near duplicates are found, all of them, and nothing else."""

import random

import pytest

from workbench.release.duplicates import SHINGLE, Text, find

WORDS = [f"word{number}" for number in range(3000)]


def invented(chance: random.Random, words: int = 100) -> list[str]:
    return chance.choices(WORDS, k=words)


def runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}


def texts(rows: list[list[str]]) -> list[Text]:
    return [Text(number, f"s{(number + 1) // 2}", " ".join(words)) for number, words in enumerate(rows, start=1)]


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8, 0.95])
def test_exactly_the_pairs_at_or_above_the_threshold_are_named(threshold: float) -> None:
    chance = random.Random(7)
    rows = []
    for _ in range(200):
        words = invented(chance)
        changed = list(words)
        for place in chance.sample(range(100), chance.randrange(0, 8)):
            changed[place] = "changed"
        rows += [words, changed]
    expected = {}
    for number in range(0, 400, 2):
        one, other = runs(rows[number]), runs(rows[number + 1])
        if (alike := len(one & other) / len(one | other)) >= threshold:
            expected[number + 2, number + 1] = alike
    found = find(texts(rows), threshold)
    assert {(pair.row, pair.other): pair.alike for pair in found.pairs} == pytest.approx(expected)
    assert 20 < len(expected) <= 200
    assert (found.rows, found.across) == (400, 0)


def test_spelling_and_marks_make_no_difference_and_order_does() -> None:
    words = invented(random.Random(1))
    loud = Text(2, "b", ", ".join(words).upper())
    other = Text(3, "c", " ".join(reversed(words)))
    found = find([Text(1, "a", " ".join(words)), loud, other], 0.8)
    assert [(pair.row, pair.other, pair.alike) for pair in found.pairs] == [(2, 1, 1.0)]
    assert found.across == 1


def test_a_thousand_equal_rows_are_named_once_each() -> None:
    same = invented(random.Random(2))
    found = find(texts([same] * 1000), 0.8)
    assert [pair.row for pair in found.pairs] == list(range(2, 1001))


@pytest.mark.parametrize("rows", [[], [[]], [[], []], [["one"], ["one"], ["two"]]])
def test_rows_of_few_words_are_compared_as_a_whole(rows: list[list[str]]) -> None:
    expected = len(rows) - len(set(map(tuple, rows)))
    assert len(find(texts(rows), 0.8).pairs) == expected


def test_two_runs_name_the_same_pairs_in_the_same_order() -> None:
    chance = random.Random(3)
    rows = [invented(chance) for _ in range(50)] * 2
    assert find(texts(rows), 0.8) == find(texts(rows), 0.8)
