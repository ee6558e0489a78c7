"""The log's state goes on where it was, and only there."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.details import PersonAdded
from audit.errors import LogFault
from audit.events import NO_LEAF, Context, EventDraft
from audit.log import Log, LogState
from audit.merkle import leaf_hash, root_of

Make = Callable[..., Any]
DRAFT = EventDraft(details=PersonAdded(roles=("auditor",)), object_id="p1")


@settings(deadline=None)
@given(size=st.integers(0, 30))
def test_reading_lines_or_a_saved_state_gives_the_same_log(size: int, history: Make) -> None:
    made = history(size)
    saved = LogState.model_validate_json(made.log.state.model_dump_json())
    assert Log(made.lines).state == Log.from_state(saved).state == made.log.state
    assert made.log.root == root_of([leaf_hash(line) for line in made.lines])


def test_each_event_refers_to_the_one_before(history: Make) -> None:
    made = history(5)
    assert made.events[0].previous == NO_LEAF
    assert made.events[0].previous_time is None
    for before, line, event in zip(made.events, made.lines, made.events[1:], strict=False):
        assert event.previous == leaf_hash(line).hex()
        assert event.previous_time == before.time
        assert event.sequence == before.sequence + 1


def test_preparing_an_event_changes_nothing_until_it_is_taken_in(context: Context) -> None:
    log = Log()
    before = log.state
    event, line = log.next(DRAFT, context)
    assert log.state == before
    log.advance(line)
    assert log.last == (event.time, leaf_hash(line).hex())


def test_work_on_a_copy_leaves_the_log_as_it_was(context: Context) -> None:
    log = Log()
    log.add(DRAFT, context)
    before, pending = log.state, log.copy()
    pending.add(DRAFT, context)
    pending.add(DRAFT, context)
    assert log.state == before
    assert pending.size == 3


def test_a_line_that_does_not_follow_is_refused(history: Make) -> None:
    first, other = history(3, 1), history(3, 2)
    log = Log(first.lines[:2])
    for line in (first.lines[0], other.lines[2], b"{}"):
        with pytest.raises(LogFault) as caught:
            log.advance(line)
        assert caught.value.sequence == 2
    log.advance(first.lines[2])
    assert log.state == first.log.state


def test_lines_with_a_gap_are_refused(history: Make) -> None:
    lines = history(5).lines
    with pytest.raises(LogFault, match="holds 4 events but its last one is numbered 4"):
        Log([*lines[:2], *lines[3:]])


def test_a_damaged_state_is_refused(history: Make) -> None:
    state = history(5).log.state
    with pytest.raises(LogFault, match="read the log again"):
        Log.from_state(state.model_copy(update={"size": 7}))


def test_a_time_without_zone_is_refused(context: Context) -> None:
    with pytest.raises(ValueError, match="time"):
        Log().next(DRAFT, context, datetime(2026, 1, 1))
    Log().next(DRAFT, context, datetime(2026, 1, 1, tzinfo=UTC))
