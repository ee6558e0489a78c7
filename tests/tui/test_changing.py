"""New tags, words redacted everywhere, and notes."""

from workbench.desk.commands import EditExchange, ListQueue, OpenExchange
from workbench.desk.views import QueueFilter


async def test_a_finding_gets_another_tag_by_its_letter(sit, leaking):
    async with sit(leaking) as sitting:
        await sitting.press("t")
        assert sitting.review.evidence.chosen.entity == "DATE", "the first press shows which one it is about"
        await sitting.press("t")
        assert "“14 March”, now DATE?" in str(sitting.app.screen.query_one(".title").visual)
        await sitting.press("o")
        found = {f.entity for f in sitting.review.shown.findings if f.state == "open"}
        assert found == {"ID"}


def same_words_in(desk, *exchanges: int) -> None:
    """Put the same name into several exchanges."""
    for number in exchanges:
        shown = desk.execute(OpenExchange(exchange=number))
        desk.execute(
            EditExchange(
                exchange=number,
                version=shown.row.version,
                question=shown.question,
                answer=f"{shown.answer} Ask Rosalind Thackeray, please.",
            )
        )


async def test_every_place_is_shown_before_the_words_are_redacted_everywhere_and_one_undo_takes_it_back(sit, desk):
    same_words_in(desk, 1, 3)
    async with sit(desk) as sitting:
        await sitting.press("R", "R")
        dialog = sitting.app.screen
        assert "in 2 places of 2 exchanges?" in str(dialog.query_one(".title").visual)
        lines = [str(option.prompt) for option in dialog.query_one("Choices").options]
        assert [line.split()[:2] for line in lines] == [["1", "answer"], ["3", "answer"]]
        assert all("Ask Rosalind Thackeray, please." in line for line in lines)
        await sitting.press("escape")
        assert "Rosalind" in sitting.review.shown.answer
        await sitting.press("R", "y")
        assert "Replaced in 2 places of 2 exchanges" in sitting.said[-1]
        assert "Rosalind" not in sitting.review.shown.answer
        await sitting.press("u")
        assert "the redaction everywhere" in sitting.said[-1]
        assert "Rosalind" in sitting.review.shown.answer
    assert "Rosalind" in desk.execute(OpenExchange(exchange=3)).answer


async def test_a_note_stands_below_the_answer_for_the_others(sit, desk, view):
    async with sit(desk) as sitting:
        await sitting.press("o")
        await sitting.type("Ask the ward")
        await sitting.press("ctrl+s")
        assert "tester" in sitting.read("exchange")
        assert ": Ask the ward" in sitting.read("exchange")
        await sitting.press("N")
        await sitting.type("not this")
        await sitting.press("escape")
    assert len(view(1).notes) == 1
    assert view(1).notes[0].endswith("Ask the ward")


async def test_words_are_searched_and_an_empty_search_ends_it(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("slash")
        await sitting.type("letters")
        await sitting.press("enter")
        assert [row.exchange for row in sitting.review.queue.window.rows] == [3]
        assert "“letters”" in str(sitting.review.queue.border_title)
        await sitting.press("slash", *["backspace"] * 7, "enter")
        assert len(sitting.review.queue.window.rows) == 3
    assert desk.execute(ListQueue(filter=QueueFilter(words="letters"))).total == 1
