"""What counts as read, and what an approval asks for."""

import re

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from policies.schema import Attention as Rules
from workbench.tui.lines import wrapped
from workbench.tui.lock import Curtain
from workbench.tui.pace import LOOKED_AT, PAUSE, Pace
from workbench.tui.reading import Attention, Seen

TEXT = st.text(alphabet="ab  \n«»é日", max_size=200)


@given(TEXT, st.integers(5, 60))
def test_every_word_stands_on_a_line_and_there_are_as_many_lines_as_are_drawn(text, width):
    content = Content(text)
    lines = wrapped(content, width)
    assert "".join(re.sub(r"\s", "", text[start:stop]) for start, stop in lines.spans) == re.sub(r"\s", "", text)
    assert len(lines.spans) == content.get_height({}, width) or not text
    for number, (start, stop) in enumerate(lines.spans):
        if start < stop:
            assert lines.line_of(start) == number


@given(TEXT, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=5))
def test_a_text_is_read_when_every_word_of_it_was_shown_and_not_before(text, spans):
    seen = Seen(text)
    shown = set()
    for start, stop in spans:
        seen.show(start, stop)
        shown |= set(range(start, stop))
    ink = {place for place, sign in enumerate(text) if not sign.isspace()}
    assert seen.whole == (ink <= shown)
    assert seen.unseen == min(ink - shown, default=None)
    assert seen.words_seen <= seen.words == len(text.split())
    assert (seen.words_seen == seen.words) == seen.whole


@given(*[st.text(alphabet="abc", max_size=20)] * 4)
def test_of_a_changed_text_only_the_change_must_be_shown_again(before, old, new, after):
    read = Seen(before + old + after)
    read.show(0, len(before + old + after))
    changed = read.changed(before + new + after)
    unseen = sum(not changed.has(place, place + 1) for place in range(len(before + new + after)))
    assert len(new) - len(old) <= unseen <= len(new)
    if unseen:
        changed.show(changed.unseen, changed.unseen + unseen)
    assert changed.whole, "what must be shown stands together"


@given(*[st.text(alphabet="abc", max_size=20)] * 2)
def test_what_was_not_shown_before_a_change_is_not_shown_after_it(old, new):
    assert not Seen(old).changed(new).whole or not new


def test_time_counts_while_there_are_keys_and_a_text_is_in_view():
    pace = Pace(Rules(idle_seconds=60), 0.0)
    assert pace.tick(30.0, touched=10.0, visible=True) == 30.0
    assert pace.tick(100.0, touched=10.0, visible=True) == 40.0  # until 60 seconds after the last key
    assert pace.tick(200.0, touched=10.0, visible=True) == 0.0
    assert pace.tick(210.0, touched=205.0, visible=False) == 0.0  # behind the curtain
    assert pace.active == 70.0


def test_a_pace_is_pointed_out_only_when_several_decisions_together_were_too_fast():
    pace = Pace(Rules(words_a_minute=300), 0.0)
    slow, fast = (300, 61_000), (700, 60_000)
    for _ in range(LOOKED_AT):
        assert pace.decided(*slow) is None
    assert pace.decided(*fast) is not None or pace.decided(*fast) is not None
    assert pace.decided(*fast) is None, "not at every decision"


def test_a_break_is_proposed_after_long_reading_without_a_pause_and_not_after_one():
    pace = Pace(Rules(break_minutes=10), 0.0)
    now = 0.0
    for _ in range(9):
        now += 60
        pace.tick(now, touched=now, visible=True)
    pace.tick(now + PAUSE, touched=now, visible=True)
    now += PAUSE
    for _ in range(9):
        assert pace.break_due() is None
        now += 60
        pace.tick(now, touched=now, visible=True)
    pace.tick(now + 60, touched=now + 60, visible=True)
    assert "10 minutes" in pace.break_due()
    assert pace.break_due() is None


async def test_an_approval_asks_for_what_was_not_on_screen_and_goes_there(sit, desk, row):
    async with sit(desk, 80, 24) as sitting:
        await sitting.press("a")
        assert row(1).state == "waiting"
        assert "words of the page and" in sitting.said[-1]
        assert "words of the exchange; space reads on" in sitting.said[-1]


async def test_space_alone_leads_through_page_and_exchange_until_it_can_be_approved(sit, desk, row, view):
    async with sit(desk, 80, 24) as sitting:
        presses = 0
        while sitting.review.attention.missing is not None:
            await sitting.press("space")
            presses += 1
            assert presses < 20
        assert "all shown" in str(sitting.review.source.border_title)
        assert "all shown" in str(sitting.review.exchange.border_title)
        await sitting.press("a")
        assert sitting.exchange == 2
    assert row(1).state == "approved"
    assert 2 <= presses <= 8


async def test_a_page_that_is_flicked_through_does_not_count_as_shown(sit, desk):
    async with sit(desk, 80, 24) as sitting:
        sitting.review._look()
        before = sitting.review.attention.reading.source_words
        for _ in range(8):
            sitting.review.source.scroll_to(y=sitting.review.source.scroll_offset.y + 5, animate=False)
            sitting.review._look()
        sitting.review.source.scroll_home(animate=False)
        assert sitting.review.attention.reading.source_words <= before + 60
        assert not sitting.review.attention.reading.whole_source


async def test_what_stands_still_in_view_is_noted_as_time_goes_by(sit, desk):
    async with sit(desk, dwell=0.02) as sitting:
        sitting.review.attention = Attention(sitting.review.shown)
        assert not sitting.review.reading.whole_source
        while not sitting.review.reading.whole_source:
            await sitting.pilot.pause(0.02)
        assert sitting.review.attention.milliseconds > 0


async def test_of_little_risk_the_places_of_the_evidence_are_enough_where_the_policy_says_so(sit, ward_under, row_of):
    ward = ward_under("attention:\n    read: {low: evidence}", (1,))
    async with sit(ward.founder, 80, 16) as sitting:
        shown = sitting.review.shown
        assert sitting.review.attention.missing
        assert (shown.row.risk, shown.must_read) == ("low", "evidence")
        while sitting.review.attention.missing is not None:
            assert "page" not in sitting.review.attention.missing
            await sitting.press("space")
        await sitting.press("a")
    assert row_of(ward.founder, 1).state == "approved"


async def test_what_was_read_and_for_how_long_is_stored_with_the_decision(sit, desk, tmp_path):
    async with sit(desk) as sitting:
        await sitting.pilot.pause(0.3)
        await sitting.settle()
        reading = sitting.review.reading
        await sitting.press("a")
    assert reading.whole_source
    assert reading.whole_exchange
    assert 100 <= reading.milliseconds < 60_000
    events = "".join(path.read_text() for path in (tmp_path / "study" / "mirror").glob("*.jsonl"))
    assert f'"source_words":{reading.source_words}' in events.replace(" ", "")


async def test_behind_the_curtain_nothing_is_read_and_no_time_counts(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("f9")
        assert isinstance(sitting.app.screen, Curtain)
        before = sitting.review.pace.active
        await sitting.pilot.pause(0.3)
        sitting.review._look()
        assert sitting.review.pace.active == before
        await sitting.press("y")
        assert sitting.app.screen is sitting.review


async def test_coming_back_to_an_exchange_one_need_not_begin_again(sit, desk):
    async with sit(desk, 80, 24) as sitting:
        await sitting.press("space", "space")
        read = sitting.review.attention.reading
        await sitting.press("n", "p")
        assert sitting.exchange == 1
        assert sitting.review.attention.reading.source_words >= read.source_words > 0


async def test_who_decides_very_fast_is_told_so_kindly_and_who_reads_long_is_proposed_a_break(sit, ward_under):
    ward = ward_under("", (7,))
    async with sit(ward.desk("anna")) as sitting:
        await sitting.press(*["a"] * (LOOKED_AT - 1))
        assert sitting.said == []
        await sitting.press("a")
        assert "There is no hurry" in sitting.said[-1]
        assert sitting.exchange == LOOKED_AT + 1
        sitting.review.pace._without_pause = 50 * 60
        await sitting.settle()
        assert "A short break helps" in sitting.said[-1]
