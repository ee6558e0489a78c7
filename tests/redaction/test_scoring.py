"""Scoring counts what a person would count by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.scoring import MarkedPage, Mention, Span, score, wilson

TEXT = "Ada Pell moved to Hull on May 3rd."
MENTIONS = (Mention(0, 8, "NAME"), Mention(18, 22, "LOCATION"), Mention(26, 33, "DATE"))
PAGE = MarkedPage("s1", "1", TEXT, MENTIONS)


def by_label(result):
    return {row.label: row for row in result.labels}


def test_a_mention_is_covered_only_by_all_of_its_letters() -> None:
    rows = by_label(score([PAGE], [[Span(0, 3, "NAME"), Span(18, 22, "FACILITY")]]))
    assert (rows["NAME"].covered.value, rows["NAME"].touched.value) == (0, 1)
    assert rows["LOCATION"].covered.value == 1, "the finding's own entity does not matter"
    assert (rows["DATE"].covered.value, rows["DATE"].touched.value) == (0, 0)
    assert (rows["ALL"].covered.count, rows["ALL"].covered.of) == (1, 3)


def test_several_findings_may_cover_one_mention_together() -> None:
    rows = by_label(score([PAGE], [[Span(0, 3, "NAME"), Span(4, 8, "NAME")]]))
    assert rows["NAME"].covered.value == 1


def test_precision_counts_words_and_leaves_indirect_findings_apart() -> None:
    result = score([PAGE], [[Span(0, 8, "NAME"), Span(9, 14, "NAME"), Span(15, 17, "INDIRECT")]])
    assert (result.precision.count, result.precision.of) == (2, 3)
    rows = by_label(result)
    assert rows["NAME"].precision is not None
    assert rows["NAME"].precision.value == pytest.approx(2 / 3)
    assert rows["NAME"].f2 == pytest.approx(5 * (2 / 3) / (4 * (2 / 3) + 1))


def test_a_page_leaks_when_anything_on_it_is_uncovered() -> None:
    clean = MarkedPage("s2", "1", "Nobody here.", ())
    whole = [Span(m.start, m.end, "NAME") for m in MENTIONS]
    result = score([PAGE, clean, PAGE], [[], [], whole])
    assert (result.leaking.count, result.leaking.of) == (1, 3)
    assert [(m.page, m.mention.label, m.found) for m in result.misses] == [
        ("s1:1", "NAME", 0),
        ("s1:1", "LOCATION", 0),
        ("s1:1", "DATE", 0),
    ]


def test_wilson_agrees_with_the_published_formula() -> None:
    # 8 of 10: centre (8 + z²/2) / (10 + z²), with z = 1.959964
    share = wilson(8, 10)
    assert (share.low, share.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


@given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 34)), max_size=3), min_size=2, max_size=6))
def test_every_interval_holds_its_share(found) -> None:
    pages = [MarkedPage(f"s{n % 3}", str(n), TEXT, MENTIONS) for n in range(len(found))]
    spans = [[Span(min(a, b), max(a, b) + 1, "NAME") for a, b in each] for each in found]
    result = score(pages, spans)
    for row in result.labels:
        assert row.covered.low - 1e-9 <= row.covered.value <= row.covered.high + 1e-9
        assert row.covered.count <= row.touched.count
