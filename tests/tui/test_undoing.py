"""Sending back, withdrawing, undoing and doing again, at the screen."""

from policies import Role
from tests.review.ward import approve


async def test_a_decision_is_undone_and_done_again_from_wherever_one_is(sit, desk, row):
    async with sit(desk) as sitting:
        await sitting.press("a")
        assert sitting.exchange == 2
        await sitting.press("u")
        assert row(1).state == "waiting"
        assert sitting.said[-1] == "Undone: the decision on exchange 1."
        assert sitting.exchange == 1, "it is shown what was undone"
        await sitting.press("U")
        assert row(1).state == "approved"
        assert sitting.said[-1] == "Done again: the decision on exchange 1."
        await sitting.press("ctrl+r")
        assert sitting.said[-1] == "There is nothing to do again."
        await sitting.press("u", "u")
        assert sitting.said[-1] == "There is nothing that you could undo."


async def test_an_edit_is_undone(sit, desk, view):
    before = view(1).answer
    async with sit(desk) as sitting:
        await sitting.press("e")
        await sitting.type(" More.")
        await sitting.press("ctrl+s", "u")
        assert sitting.review.shown.answer == before
        assert sitting.review.shown.row.version == 3, "nothing is erased"


async def test_a_page_is_sent_back_for_a_reason_and_the_queue_goes_on(sit, desk, row):
    async with sit(desk) as sitting:
        await sitting.press("b", "4")
        assert sitting.exchange == 2
        assert "1 sent back" in str(sitting.review.heading.visual)
    assert row(1).state == "sent_back"


async def test_what_undo_cannot_reach_is_withdrawn_with_a_reason(sit, ward, row_of):
    approve(ward.desk("berta"), 1)
    anna = ward.desk("anna", Role.REVIEWER, Role.SENIOR)
    async with sit(anna) as sitting:
        await sitting.press("w")
        assert "no decision to take back" in sitting.said[-1]
        await sitting.press("colon", "1", "enter", "a")
        assert "approved already" in sitting.said[-1]
        await sitting.press("w", "2")
        assert "waits again" in sitting.said[-1]
        assert sitting.review.shown.row.state == "waiting"
    assert row_of(anna, 1).state == "waiting"
