"""What the keys of the review screen do to a study."""

from policies import Verdict
from workbench.desk.commands import Decide, EditExchange
from workbench.errors import Unacknowledged


async def test_approving_records_exactly_the_version_on_screen_and_goes_on(sit, desk, row, view):
    async with sit(desk) as sitting:
        shown = sitting.review.shown
        await sitting.press("a")
        assert sitting.exchange == 2
        assert "1 approved" in str(sitting.review.heading.visual)
    assert row(1).state == "approved"
    decision = view(1).decisions[-1]
    assert (decision.version, decision.verdict, decision.face) == (shown.row.version, Verdict.APPROVE, "tui")
    assert row(2).state == "waiting"


async def test_what_was_said_about_an_exchange_goes_with_it_and_an_undone_step_is_told_where_it_leads(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("w")
        assert sitting.said == ["Exchange 1 waits; there is no decision to take back."]
        await sitting.press("r", "2")
        assert (sitting.exchange, sitting.said) == (2, [])
        await sitting.press("u")
        assert sitting.exchange == 1
        assert sitting.said == ["Undone: the decision on exchange 1."]


async def test_a_version_that_changed_since_it_was_shown_is_not_approved_but_shown_anew(sit, desk, row, view):
    async with sit(desk) as sitting:
        old = sitting.review.shown
        desk.execute(
            EditExchange(exchange=1, version=old.row.version, question=old.question, answer=f"{old.answer} Changed.")
        )
        await sitting.press("a")
        assert row(1).state == "waiting"
        assert "has changed" in sitting.said[-1]
        assert "Changed." in sitting.read("exchange")
        await sitting.press("a")
    assert view(1).decisions[-1].version == old.row.version + 1


async def test_a_key_held_down_decides_one_exchange_and_no_more(sit, desk, row):
    async with sit(desk, glance=1.5) as sitting:
        await sitting.pilot.pause(1.5)
        for _ in range(30):
            await sitting.pilot.press("a")
            await sitting.pilot.pause(0.03)
        assert sitting.exchange == 2
        await sitting.pilot.pause(1.6)
        await sitting.settle()
        await sitting.press("a")
    assert [row(number).state for number in (1, 2, 3)] == ["approved", "approved", "waiting"]


async def test_a_key_struck_before_the_next_exchange_is_on_screen_does_not_decide_it(sit, desk, row):
    async with sit(desk) as sitting:
        for _ in range(3):
            sitting.review.action_approve()
        sitting.review.queue.action_cursor_down()
        sitting.review.action_approve()
        await sitting.settle()
    assert [row(number).state for number in (1, 2, 3)] == ["approved", "waiting", "waiting"]


async def test_rejecting_asks_for_a_reason_from_the_list_and_records_it(sit, desk, row, view):
    async with sit(desk) as sitting:
        await sitting.press("r", "2")
        assert sitting.exchange == 2
    assert row(1).state == "rejected"
    assert view(1).decisions[-1].reason == "unfaithful"


async def test_leaving_the_list_of_reasons_rejects_nothing(sit, desk, row):
    async with sit(desk) as sitting:
        await sitting.press("r", "escape")
        assert sitting.exchange == 1
    assert row(1).state == "waiting"


async def test_an_edit_is_screened_again_and_what_it_brings_in_must_be_settled_before_approval(sit, desk, row, view):
    async with sit(desk) as sitting:
        await sitting.press("e")
        await sitting.type(" Call Tobias.")
        await sitting.press("ctrl+s")
        assert sitting.review.shown.row.version == 2
        assert "Call «leak NAME Tobias»." in sitting.read("exchange")
        assert "1 open finding" in sitting.said[-1]
        await sitting.press("a")
        assert "open finding" in sitting.said[-1]
        assert sitting.exchange == 1
    assert row(1).state == "waiting"
    assert view(1).answer.endswith("Call Tobias.")


async def test_keys_that_decide_are_letters_in_the_editor(sit, desk, row):
    async with sit(desk) as sitting:
        await sitting.press("e", "a", "r", "q", "tab", "tab", "a", "n")
        assert sitting.review.editor.draft[1].endswith("arq")
    assert row(1).state == "waiting"


async def test_words_are_kept_when_somebody_else_changed_the_exchange_meanwhile(sit, desk, view):
    async with sit(desk) as sitting:
        await sitting.press("e", "Z")
        old = sitting.review.shown
        desk.execute(EditExchange(exchange=1, version=1, question=old.question, answer=f"{old.answer} Theirs."))
        await sitting.press("ctrl+s")
        assert sitting.review.editor.draft[1].endswith("Z")
        assert view(1).answer.endswith("Theirs.")
        await sitting.press("ctrl+s")
    assert view(1).answer.endswith("Z")


async def test_dismissing_first_shows_the_finding_then_asks_for_a_reason(sit, leaking, row):
    async with sit(leaking) as sitting:
        assert sitting.review.shown.row.open == 1
        await sitting.press("x")
        assert sitting.review.evidence.chosen.entity == "DATE"
        assert row(1).open == 1
        await sitting.press("x", "1")
        assert sitting.review.shown.row.open == 0
        await sitting.press("a")
    assert row(1).state == "approved"


async def test_when_all_is_decided_the_screen_says_what_comes_next(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("a", "a", "r", "1")
        assert sitting.review.shown is None
        sentence = str(sitting.review.query_one("#empty").visual)
    assert "2 approved, 1 rejected" in sentence
    assert "workbench release build" in sentence


async def test_a_decision_whose_answer_was_lost_is_shown_as_it_is_and_not_given_twice(sit, desk, view):
    class Lost:
        """A desk whose answer to a decision gets lost on the way."""

        def execute(self, command):
            answer = desk.execute(command)
            if isinstance(command, Decide):
                raise Unacknowledged("It is not known whether that was stored; look at the exchange.")
            return answer

    async with sit(Lost()) as sitting:
        await sitting.press("a")
        assert sitting.exchange == 1
        assert sitting.review.shown.row.state == "approved"
        await sitting.press("a")
        assert "approved already" in sitting.said[-1]
    assert len(view(1).decisions) == 1
