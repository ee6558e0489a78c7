"""The window on the queue."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from policies import FlagKind
from workbench.desk.views import Queue, QueueFilter, QueueRow, State
from workbench.tui.queue import WINDOW, Window, entry, name_of


def row(exchange: int, state: str = "waiting") -> QueueRow:
    """A row of the queue without flags."""
    return QueueRow(
        exchange=exchange, session=1, page=1, version=1, state=state, flags=(), open=0, words=80, short=False
    )


@given(st.integers(1, 950), st.lists(st.booleans(), min_size=950, max_size=950))
def test_walking_to_the_end_shows_every_waiting_exchange_once_whatever_is_decided_on_the_way(count, decided):
    states = dict.fromkeys(range(count), "waiting")
    window, offset, seen = Window(), 0, []
    while offset is not None:
        command = window.command(offset)
        waiting = [row(exchange) for exchange, state in states.items() if state == command.filter.state]
        rows = tuple(waiting[command.offset : command.offset + command.limit])
        window = window.filled(Queue(total=len(waiting), offset=command.offset, rows=rows))
        assert len(window.rows) <= WINDOW
        seen += [shown.exchange for shown in window.rows]
        for shown in window.rows:
            if decided[shown.exchange]:
                states[shown.exchange] = "approved"
                window = window.holding(row(shown.exchange, "approved"))
        offset = window.next_offset
    assert seen == list(range(count))


def test_a_decided_row_stays_where_it_is_until_the_next_window():
    window = Window().filled(Queue(total=3, rows=(row(1), row(2), row(3)))).holding(row(2, "rejected"))
    assert [shown.state for shown in window.rows] == ["waiting", "rejected", "waiting"]
    assert window.next_offset is None


def test_a_filter_is_named_by_what_it_wants():
    assert name_of(QueueFilter(state="waiting", risk="high", mine=True)) == "waiting, high risk, mine"
    assert name_of(QueueFilter()) == "all"


def test_who_else_has_an_exchange_and_whether_there_is_a_draft_stands_in_its_row():
    held = row(7).model_copy(update={"holder": "anna", "flags": (FlagKind.LEAK,)})
    assert "with anna" in entry(held, "berta").plain
    assert "leak" in entry(held, "anna").plain
    assert "7…leak" in entry(held.model_copy(update={"draft": True}), "anna").plain


@given(st.sampled_from(get_args(State)), st.sampled_from([None, *get_args(State)]))
def test_a_row_that_changed_its_state_is_known_to_have_left_the_filter(state, wanted):
    window = Window(QueueFilter(state=wanted)).filled(Queue(total=1, rows=(row(1, state),)))
    assert window.left == (0 if wanted in (None, state) else 1)
