"""Marking missed identifiers by keys."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.tui.selection import Selection

WORDS = st.text(alphabet="ab-é .\n", min_size=1, max_size=60).filter(lambda text: any(sign.isalnum() for sign in text))
STEPS = st.lists(st.tuples(st.sampled_from(["step", "extend", "switch"]), st.sampled_from([1, -1])), max_size=20)


@given(WORDS, WORDS, STEPS)
def test_whatever_keys_are_pressed_some_words_of_one_text_are_selected(question, answer, steps):
    selection = Selection.begin((("question", question), ("answer", answer)), "answer", 0)
    for what, by in steps:
        before = selection
        if what == "switch":
            selection = selection.switched()
            assert selection.span == before.span
        else:
            selection = selection.step(by, what == "extend")
        part, start, stop = selection.span
        text = {"question": question, "answer": answer}[part]
        assert 0 <= start < stop <= len(text)
        assert selection.words == text[start:stop] != ""
        assert not selection.words[0].isspace()
        assert not selection.words[-1].isspace()
        if what == "extend":
            assert part == before.part


@given(WORDS)
def test_going_back_over_what_was_extended_takes_it_back(text):
    selection = Selection.begin((("source", text),), "source", 0)
    extended = selection.step(1, True)
    if extended.span != selection.span:
        assert extended.step(-1, True).span == selection.span


async def test_words_of_the_answer_are_selected_by_arrows_and_replaced(sit, desk, view):
    async with sit(desk) as sitting:
        shown = sitting.review.shown
        await sitting.press("m")
        assert sitting.review.selection.words == "Since"
        await sitting.press("right", "right")
        assert sitting.review.selection.words == "mother"
        await sitting.press("shift+right")
        assert sitting.review.selection.words == "mother came"
        assert "“mother came”" in str(sitting.review.marker.visual)
        await sitting.press("enter", "n")
        assert sitting.review.shown.row.version == shown.row.version + 1
        assert "[NAME" in sitting.review.shown.question
        assert "mother came" not in sitting.review.shown.question
        assert "Marked: version" in sitting.said[-1]
        assert sitting.review.evidence.chosen.entity == "NAME"
        assert not sitting.review.marker.display
        assert sitting.review.queue.has_focus


async def test_space_holds_so_that_arrows_extend_where_shift_does_not_arrive(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("m", "space", "right", "right")
        assert sitting.review.selection.words == "Since my mother"
        await sitting.press("space", "right")
        assert sitting.review.selection.words == "came"


async def test_letters_can_be_taken_off_a_word(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("m", "c", "shift+left")
        assert sitting.review.selection.words == "Sinc"


async def test_lines_are_walked_and_the_pane_follows(sit, desk):
    async with sit(desk, 80, 24) as sitting:
        await sitting.press("m", *["down"] * 12)
        selection = sitting.review.selection
        assert selection.part == "answer"
        assert sitting.review.exchange.scroll_offset.y > 0
        await sitting.press(*["up"] * 12)
        assert (sitting.review.selection.part, sitting.review.selection.words) == ("question", "Since")


async def test_words_of_the_page_are_known_from_then_on(sit, desk, view):
    async with sit(desk) as sitting:
        await sitting.press("m", "tab")
        assert sitting.review.selection.part == "source"
        await sitting.pilot.press(*["right"] * 60)
        while sitting.review.selection.words != "kitchen":
            await sitting.pilot.press("right")
        await sitting.press("enter", "l")
    found = {(f.entity, view(1).source[f.start : f.stop]) for f in view(1).source_findings}
    assert ("LOCATION", "kitchen") in found


async def test_an_indirect_identifier_is_tagged_with_one_key_and_stays_in_the_text(sit, desk, view):
    async with sit(desk) as sitting:
        await sitting.press("i", "right", "right", "enter")
        assert "mother" in sitting.review.shown.question
        assert any(finding.entity == "INDIRECT" for finding in sitting.review.shown.findings)


async def test_leaving_marks_nothing_and_other_keys_rest_meanwhile(sit, desk, row):
    async with sit(desk) as sitting:
        await sitting.press("m", "a", "x", "r", "u")
        assert sitting.app.screen is sitting.review
        assert sitting.review.selection is not None
        await sitting.press("escape")
        assert sitting.review.selection is None
        await sitting.press("m", "enter", "escape", "escape")
        assert sitting.review.selection is None
    assert (row(1).state, row(1).version) == ("waiting", 1)


async def test_an_open_finding_is_said_and_replaced_with_three_keys(sit, leaking, row):
    async with sit(leaking) as sitting:
        await sitting.press("a")
        assert sitting.said == ["1 open finding: x dismisses the chosen one, m and enter replace it, e edits."]
        await sitting.press("m")
        assert sitting.review.selection.words == "14 March"
        await sitting.press("enter", "d")
        assert "since [DATE_1]." in sitting.review.shown.answer
        await sitting.press("a")
    assert row(1).state == "approved"


async def test_the_mouse_elsewhere_ends_the_marking(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("m")
        await sitting.pilot.click("#source")
        await sitting.settle()
        assert sitting.review.selection is None
        assert not sitting.review.marker.display
