"""Walking the queue, alone and beside others."""

from policies import Verdict
from tests.conftest import READ
from workbench.desk.commands import Decide, ListQueue, OpenExchange
from workbench.desk.views import QueueFilter
from workbench.tui.queue import QueueList
from workbench.tui.screen import ReviewScreen


async def test_next_previous_and_the_arrows_walk_the_queue(sit, desk):
    async with sit(desk) as sitting:
        seen = []
        for key in ("n", "down", "n", "p", "up"):
            await sitting.press(key)
            seen.append(sitting.exchange)
    assert seen == [2, 3, 3, 2, 1]


async def test_the_filter_is_set_in_one_dialog_and_g_goes_through_the_flags(sit, desk):
    desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    desk.execute(Decide(exchange=3, version=1, verdict=Verdict.REJECT, reason="other", reading=READ))
    async with sit(desk) as sitting:

        def listed():
            return [row.exchange for row in sitting.review.queue.window.rows]

        assert listed() == [1]
        await sitting.press("f", "right", "enter")
        assert (sitting.review.queue.window.filter.state, listed()) == ("approved", [2])
        await sitting.press("f", "right", "enter")
        assert listed() == [3]
        await sitting.press("f", "c", "enter")
        assert listed() == [1, 2, 3]
        await sitting.press("f", "9", "enter")
        assert listed() == []
        assert "session 9" in str(sitting.review.query_one("#empty").visual)
        await sitting.press("f", "c", "down", "down", "down", "down", "right", "enter")
        assert (sitting.review.queue.window.filter.reviewer, listed()) == ("tester", [2, 3])
        await sitting.press("f", "c", "escape")
        assert listed() == [2, 3]
        await sitting.press("f", "c", "enter", "g")
        assert sitting.review.queue.window.filter.flag == "leak"


async def test_an_exchange_is_reached_by_its_number_whatever_the_filter_leaves_out(sit, desk):
    desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    async with sit(desk) as sitting:
        await sitting.press("colon", "3", "enter")
        assert (sitting.exchange, sitting.review.queue.window.filter.state) == (3, "waiting")
        await sitting.press("colon", "2", "enter")
        assert (sitting.exchange, sitting.review.queue.window.filter.state) == (2, None)
        await sitting.press("colon", "7", "7", "enter")
        assert sitting.said == ["There is no exchange 77 in this study."]
        assert sitting.exchange == 2


async def test_an_action_is_found_by_its_name(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("ctrl+p")
        await sitting.type("reject")
        await sitting.press("enter")
        assert "Reject exchange 1" in str(sitting.app.screen.query_one(".title").visual)
        await sitting.press("escape", "ctrl+p", "down", "up", "escape")
        assert sitting.app.screen is sitting.review


async def test_what_is_on_screen_is_this_persons_and_goes_back_when_they_walk_on(sit, ward, row_of):
    anna, berta = ward.desk("anna"), ward.desk("berta")
    async with sit(anna) as sitting:
        assert row_of(berta, 1).holder == "anna"
        await sitting.press("n")
        assert (row_of(berta, 1).holder, row_of(berta, 2).holder) == (None, "anna")


async def test_what_somebody_else_has_is_said_and_passed_by(sit, ward):
    berta = ward.desk("berta")
    berta.execute(OpenExchange(exchange=2, claim=True))
    async with sit(ward.desk("anna")) as sitting:
        assert "with berta" in str(sitting.review.queue.get_option_at_index(1).prompt)
        await sitting.press("n")
        assert "is with berta now" in sitting.said[-1]
        assert sitting.exchange == 3
        await sitting.press("p")
        assert sitting.exchange == 1
        berta.execute(OpenExchange(exchange=6, claim=True))
        await sitting.press("colon", "6", "enter")
        assert sitting.exchange == 1, "nothing behind it: the screen stays where it was"
        await sitting.press("r", "2")
        assert sitting.exchange == 3, "the next one is one that nobody has"


async def test_what_was_lost_to_somebody_else_meanwhile_is_said_and_the_queue_goes_on(sit, ward, row_of):
    berta = ward.desk("berta")
    async with sit(ward.desk("anna")) as sitting:
        assert sitting.exchange == 1
        ward.clock.seconds += 3600  # anna was away for longer than a lease
        berta.execute(OpenExchange(exchange=1, claim=True))
        await sitting.press("a")
        assert "is with berta now" in sitting.said[-1]
        assert sitting.exchange == 2
    assert row_of(berta, 1).state == "waiting"


async def test_two_people_who_sit_down_are_given_different_exchanges(sit, ward):
    async with sit(ward.desk("anna")) as first, sit(ward.desk("berta")) as second:
        assert (first.exchange, second.exchange) == (1, 2)


async def test_skipping_gives_it_back_and_goes_on(sit, ward, row_of):
    anna = ward.desk("anna")
    async with sit(anna) as sitting:
        await sitting.press("s")
        assert sitting.exchange == 2
    assert (row_of(anna, 1).state, row_of(anna, 1).holder) == ("waiting", None)


async def test_whom_somebody_knows_they_do_not_read_any_more(sit, ward, row_of):
    anna = ward.desk("anna")
    async with sit(anna) as sitting:
        await sitting.press("K", "n")
        assert sitting.exchange == 1, "only after a yes"
        await sitting.press("K", "y")
        assert sitting.exchange == 5, "the next session"
        await sitting.press("colon", "2", "enter")
        assert "somebody whom you know" in sitting.said[-1]
        assert sitting.exchange == 5
    assert row_of(ward.founder, 1).holder is None


async def test_a_sign_of_life_is_given_only_after_a_key(sit, ward):
    anna = ward.desk("anna")
    asked = []

    class Listening:
        def execute(self, command):
            asked.append(type(command).__name__)
            return anna.execute(command)

    async with sit(Listening()) as sitting:
        sitting.review._kept_claims = sitting.app.touched + 1
        sitting.review._keep_claims()
        await sitting.settle()
        assert "KeepClaims" not in asked
        await sitting.press("j")
        sitting.review._kept_claims = sitting.app.touched
        sitting.review._keep_claims()
        await sitting.settle()
        assert "KeepClaims" in asked


async def test_when_others_have_the_rest_it_is_said_and_nothing_is_forced_open(sit, ward_under):
    ward = ward_under("", (2,))
    ward.desk("berta").execute(OpenExchange(exchange=2, claim=True))
    async with sit(ward.desk("anna")) as sitting:
        await sitting.press("r", "2")
        assert sitting.said[-1] == "Nothing more waits for you here."
        assert (sitting.exchange, sitting.review.shown.row.state) == (1, "rejected")


async def test_the_screen_can_begin_with_any_filter(desk, sit):
    async with sit(desk) as sitting:
        wanted = QueueFilter(flag="unsupported")
        other = ReviewScreen(sitting.app.courier, wanted)
        await sitting.app.push_screen(other)
        await sitting.settle()
        listed = [row.exchange for row in other.query_one(QueueList).window.rows]
        assert listed == [row.exchange for row in desk.execute(ListQueue(filter=wanted)).rows]
        assert other.shown.row.exchange == listed[0] == 2
