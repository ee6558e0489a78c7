"""The same words are found wherever they stand, whole, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.alike import alike, folded_words, whole_words

TEXTS = st.text(st.sampled_from("abAB .,'\u2019-\n\u00e9\u0141[_1]"), max_size=40)


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("Wolverton", "wolverton, WOLVERTON's and Wolverton\u2019s.", ["wolverton", "WOLVERTON", "Wolverton"]),
        ("Wolverton", "Wolvertonian, anti-wolverton", ["wolverton"]),
        ("Jos\u00e9", "Jose, JOS\u00c9 and Josef", ["Jose", "JOS\u00c9"]),
        ("\u0141\u00f3d\u017a", "lodz, \u0141\u00d3D\u0179", ["lodz", "\u0141\u00d3D\u0179"]),
        ("Ada Ferrand", "Ada  Ferrand; ada-ferrand's. Ada. Ferrand", ["Ada  Ferrand", "ada-ferrand"]),
        ("St. Mary's", "at St. Mary's and St Mary", ["St. Mary", "St Mary"]),
        ("212-555-0147", "212 555 0147, 212.555.0147, 12-555-0147", ["212 555 0147", "212.555.0147"]),
        ("Name", "[NAME_1] has a name", ["name"]),
        ("?!", "?! ?!", []),
    ],
)
def test_where_the_same_words_stand(words: str, text: str, found: list[str]) -> None:
    assert [text[start:stop] for start, stop in alike(words, text)] == found


@given(words=TEXTS, text=TEXTS)
def test_places_are_in_order_apart_and_hold_the_words(words: str, text: str) -> None:
    end = 0
    for start, stop in alike(words, text):
        assert end <= start < stop
        assert folded_words(text[start:stop]) == folded_words(words)
        assert alike(words, text[start:stop]) == [(0, stop - start)], "it is found again by itself"
        end = stop


@given(before=TEXTS, words=st.sampled_from(["Ada", "ada b'a", "\u0141ab"]), after=TEXTS)
def test_words_that_stand_apart_are_never_missed(before: str, words: str, after: str) -> None:
    text = f"{before.replace('[', '')} {words} {after.replace('[', '')}"
    start = len(before.replace("[", "")) + 1
    assert any(first <= start and start + len(words) <= last + 2 for first, last in alike(words, text))


@given(text=TEXTS, start=st.integers(0, 40), length=st.integers(0, 40))
def test_whole_words_hold_what_was_chosen_and_cut_no_word(text: str, start: int, length: int) -> None:
    first, last = whole_words(text, min(start, len(text)), min(start + length, len(text)))
    chosen = text[start : start + length].strip()
    assert chosen in text[first:last] or not chosen
    cut_before = first > 0 and text[first - 1].isalnum() and text[first : first + 1].isalnum()
    cut_behind = last < len(text) and text[last - 1 : last].isalnum() and text[last].isalnum()
    assert first >= last or not (cut_before or cut_behind)
