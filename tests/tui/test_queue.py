"""The window on the queue."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.desk.views import Queue, QueueRow
from workbench.tui.queue import WINDOW, Window


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
        waiting = [row(exchange) for exchange, state in states.items() if state == command.state]
        window = window.filled(
            offset, Queue(total=len(waiting), rows=tuple(waiting[command.offset : command.offset + command.limit]))
        )
        assert len(window.rows) <= WINDOW
        seen += [shown.exchange for shown in window.rows]
        for shown in window.rows:
            if decided[shown.exchange]:
                states[shown.exchange] = "approved"
                window = window.holding(row(shown.exchange, "approved"))
        offset = window.next_offset
    assert seen == list(range(count))


def test_a_decided_row_stays_where_it_is_until_the_next_window():
    window = Window().filled(0, Queue(total=3, rows=(row(1), row(2), row(3)))).holding(row(2, "rejected"))
    assert [shown.state for shown in window.rows] == ["waiting", "rejected", "waiting"]
    assert window.next_waiting(0) == 2
    assert window.next_offset is None
