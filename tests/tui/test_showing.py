"""What stands on the review screen."""

import pytest
from textual.binding import Binding

from tests.conftest import READ
from workbench.desk.commands import Decide
from workbench.tui.highlight import Highlight, draw
from workbench.tui.screen import ReviewScreen


@pytest.mark.parametrize(("columns", "beside"), [(80, False), (99, False), (100, True), (160, True)])
async def test_the_source_stands_beside_the_exchange_from_100_columns_on_and_above_it_below(sit, desk, columns, beside):
    async with sit(desk, columns, 24) as sitting:
        source, exchange = sitting.review.source.region, sitting.review.exchange.region
        if beside:
            assert source.right <= exchange.x
            assert source.y == exchange.y
        else:
            assert source.bottom <= exchange.y
            assert source.x == exchange.x
        assert min(source.height, exchange.height) >= 5


async def test_square_brackets_of_a_transcript_are_shown_as_they_are(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("n", "n")
        assert "mine, [bold] or [/]. I feel" in sitting.read("exchange")
        assert "section [bold] or [/] I think" in sitting.read("source")
        await sitting.press("e")
        await sitting.type(" [NAME")
        await sitting.press("ctrl+s")
        assert "one. [NAME" in sitting.read("exchange")


async def test_a_finding_is_marked_by_words_and_not_by_colour_alone(sit, leaking):
    async with sit(leaking) as sitting:
        assert "«FACILITY Harrowgate Hospital»" in sitting.read("source")
        assert "since «leak DATE 14 March»." in sitting.read("exchange")


async def test_choosing_a_finding_shows_where_it_stands_in_both_panes(sit, leaking):
    async with sit(leaking, 80, 24) as sitting:
        exchange = sitting.review.exchange
        assert exchange.scroll_offset.y == 0
        await sitting.press("x")
        assert exchange.scroll_offset.y > 0
        screen = screen_text(sitting)
        assert screen.count("14 March") >= 3  # source, exchange and list


def screen_text(sitting) -> str:
    """Everything that is visible, line by line."""
    lines = sitting.review._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


async def test_opening_another_exchange_starts_at_its_top(sit, leaking):
    async with sit(leaking, 80, 24) as sitting:
        await sitting.press("x", "n")
        assert sitting.review.exchange.scroll_offset.y == 0
        assert sitting.review.source.scroll_offset.y == 0


async def test_the_history_of_decisions_is_shown(sit, desk):
    desk.execute(Decide(exchange=1, version=1, verdict="reject", reason="poor_quality", reading=READ))
    async with sit(desk) as sitting:
        await sitting.press(":", "1", "enter")
        assert "version 1 rejected (poor quality) by tester, tui" in sitting.read("exchange")


async def test_the_history_says_that_identifiers_were_replaced_only_where_they_were(sit, desk, view):
    replaced = {number for number in (1, 2, 3) if any(f.state == "treated" for f in view(number).findings)}
    assert len(replaced) in (1, 2)
    async with sit(desk) as sitting:
        for number in (1, 2, 3):
            history = sitting.read("exchange")
            assert ("identifiers replaced" in history) == (number in replaced)
            assert ("no identifier to replace" in history) == (number not in replaced)
            await sitting.press("n")


async def test_help_lists_every_binding_of_the_screen(sit, desk):
    async with sit(desk, 120, 50) as sitting:
        await sitting.press("question_mark")
        text = str(sitting.app.screen.query_one("Static").visual)
        for binding in ReviewScreen.BINDINGS:
            assert isinstance(binding, Binding)
            assert binding.id
            assert binding.tooltip in text
        assert "ctrl+q" in text, "the editor's answer to Ctrl-C names this key"
        assert "leak+1: and one more" in text
        await sitting.press("escape")
        assert sitting.app.screen is sitting.review


async def test_every_key_of_the_footer_fits_into_80_columns(sit, desk):
    async with sit(desk, 80, 24) as sitting:
        keys = sitting.review.query("FooterKey")
        assert [key.description for key in keys][-1] == "Quit"
        assert max(key.region.right for key in keys) <= 80


async def test_the_heading_names_the_paraphraser(sit, small_desk):
    async with sit(small_desk, 80, 24) as sitting:
        heading = screen_text(sitting).splitlines()[0]
    assert "2 waiting" in heading
    assert "extractive (no model), tui" in heading


async def test_an_empty_study_says_what_to_do(sit, desk_over):
    async with sit(desk_over()) as sitting:
        assert "workbench ingest" in str(sitting.review.query_one("#empty").visual)
        await sitting.press("a", "e", "r", "x", "n", "p")
        assert sitting.exchange is None


def test_characters_that_a_terminal_would_obey_are_replaced_one_for_one():
    drawn = draw("a\x1b[31m\u202eb Maria\x07", [Highlight(9, 14, "red", "NAME")])
    assert drawn.content.plain == "a\ufffd[31m\ufffdb «NAME Maria»\ufffd"


def test_overlapping_findings_keep_every_word_and_every_label():
    text = "Anna Lee of Lee Street"
    spans = [Highlight(0, 8, "red", "NAME"), Highlight(5, 22, "blue", "LOCATION"), Highlight(5, 8, "green", "", True)]
    plain = draw(text, spans, (5, 8)).content.plain
    for sign in ("«NAME ", "«LOCATION ", "»", "\u2039", "\u203a"):
        plain = plain.replace(sign, "")
    assert plain == text
