"""An auditor finds what is asked for, in a form that can be read, loaded and trusted."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from audit.details import Action, ExchangeRejected, FindingDismissed, PageSent, PersonAdded
from audit.errors import LogFault
from audit.events import Context, EventDraft, Outcome, parse_line
from audit.log import Log
from audit.mirror import Mirror, MirrorReader
from audit.query import Query, as_csv, as_json, as_table, find_events

Make = Callable[..., Any]


@pytest.fixture(scope="module")
def made(history: Make) -> Any:
    return history(60, 3)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory, made: Any) -> MirrorReader:
    writer = Mirror(tmp_path_factory.mktemp("query") / "mirror", segment_events=25)
    writer.append(made.lines, first=0)
    return MirrorReader(writer.path)


@settings(deadline=None)
@given(data=st.data())
def test_exactly_the_matching_events_are_found(data: st.DataObject, mirror: MirrorReader, made: Any) -> None:
    events = made.events
    some = st.sampled_from(events)
    limit = data.draw(st.none() | st.integers(0, 70))
    query = Query(
        actor=data.draw(st.sampled_from([None, "anna", "nobody"])),
        action=data.draw(st.none() | some.map(lambda event: event.action)),
        object_type=data.draw(st.none() | some.map(lambda event: event.object_type)),
        object_id=data.draw(st.none() | some.map(lambda event: event.object_id)),
        outcome=data.draw(st.sampled_from([None, Outcome.OK, Outcome.FAILED])),
        since=data.draw(st.none() | some.map(lambda event: event.time)),
        until=data.draw(st.none() | some.map(lambda event: event.time)),
        limit=limit,
    )
    expected = [
        event
        for event in events
        if all(
            getattr(query, name) in (None, getattr(event, name))
            for name in ("actor", "action", "object_type", "object_id", "outcome")
        )
        and (not query.since or event.time >= query.since)
        and (not query.until or event.time < query.until)
    ]
    found = list(find_events(mirror, query))
    assert found == (expected if limit is None else expected[len(expected) - min(limit, len(expected)) :])


def test_the_last_of_the_matching_events_are_found_in_their_order(mirror: MirrorReader, made: Any) -> None:
    approved = [event for event in made.events if event.action is Action.EXCHANGE_APPROVED]
    for limit in range(len(approved) + 2):
        found = list(find_events(mirror, Query(action=Action.EXCHANGE_APPROVED, limit=limit)))
        assert found == approved[len(approved) - min(limit, len(approved)) :]


def test_role_sitting_and_reason_are_filters_too(tmp_path: Path) -> None:
    log, lines = Log(), []
    for role, sitting, reason in (
        ("reviewer", "s1", None), ("senior", "s1", "other"), ("senior", "s2", "other"), ("auditor", "s2", "duplicate")
    ):  # fmt: skip
        someone = Context(
            actor="anna", role=role, authenticated="os-uid", sitting=sitting, host="h1", version="0.1.0",
            policy_digest="ab" * 32, face="tui",
        )  # fmt: skip
        draft = EventDraft(details=ExchangeRejected(findings=0, flags={}), object_id="1", reason=reason)
        lines.append(log.add(draft, someone)[1])
    mirror = Mirror(tmp_path / "mirror")
    mirror.append(lines, first=0)
    for query, numbers in (
        (Query(role="senior"), [1, 2]), (Query(sitting="s2"), [2, 3]), (Query(reason="other", sitting="s1"), [1])
    ):  # fmt: skip
        assert [event.sequence for event in find_events(mirror, query)] == numbers


def test_a_word_in_the_details_is_not_taken_for_a_field(tmp_path: Path, context: Context) -> None:
    log = Log()
    sent = EventDraft(details=PageSent(run="r1", host="elsewhere"), object_id="p1")
    dismissed = EventDraft(details=FindingDismissed(exchange="7", entity="NAME"), object_id="7:1", reason="other")
    mirror = Mirror(tmp_path / "mirror")
    mirror.append([log.add(sent, context)[1], log.add(dismissed, context)[1]], first=0)
    assert list(find_events(mirror, Query(object_id="7"))) == []
    assert [event.sequence for event in find_events(mirror, Query(object_id="7:1", limit=5))] == [1]


def test_no_filter_shows_everything(mirror: MirrorReader, made: Any) -> None:
    assert list(find_events(mirror, Query())) == made.events
    assert Query().filters == ()
    assert Query(actor="anna", limit=0).filters == ("actor", "limit")


def test_the_end_of_a_period_is_not_part_of_it(mirror: MirrorReader, made: Any) -> None:
    first = made.events[0].time
    assert list(find_events(mirror, Query(until=first))) == []
    assert len(list(find_events(mirror, Query(since=first, until=first + timedelta(microseconds=1))))) == 1


def test_the_table_fits_a_terminal(mirror: MirrorReader, made: Any) -> None:
    lines = list(as_table(find_events(mirror, Query())))
    assert len(lines) == 2 + len(made.events)
    assert max(map(len, lines)) <= 100
    for line, event in zip(lines[2:], made.events, strict=True):
        assert line.startswith(str(event.sequence))
        assert event.action.value in line
        assert event.actor in line


def test_long_ids_are_shortened_in_the_table_only(context: Context) -> None:
    log = Log()
    long = "p" * 40 + "-end"
    event, _ = log.add(EventDraft(details=PersonAdded(roles=("auditor",)), object_id=long), context)
    line = list(as_table([event]))[2]
    assert len(line) <= 100
    assert "…" in line
    assert "-end" in line
    assert long in "".join(as_csv([event]))


def test_csv_holds_every_field(mirror: MirrorReader, made: Any) -> None:
    text = "\n".join(as_csv(find_events(mirror, Query())))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(made.events)
    for row, event in zip(rows, made.events, strict=True):
        fields = event.model_dump(mode="json")
        assert json.loads(row.pop("details")) == fields.pop("details")
        assert row == {name: "" if value is None else str(value) for name, value in fields.items()}


def test_no_csv_cell_begins_like_a_formula(context: Context) -> None:
    event, _ = Log().next(EventDraft(details=PersonAdded(roles=("auditor",)), object_id="-1"), context)
    header, row = csv.reader(as_csv([event]))
    assert row[header.index("object_id")] == "'-1"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_json_lines_are_those_that_were_hashed(mirror: MirrorReader, made: Any) -> None:
    assert [line.encode() for line in as_json(find_events(mirror, Query()))] == made.lines


def test_a_filter_that_cannot_match_is_refused() -> None:
    for wrong in ({"action": "exchange.sold"}, {"actor": "two words"}, {"limit": -1}, {"colour": "red"}):
        with pytest.raises(ValidationError):
            Query.model_validate(wrong)
    assert Query(action=Action("exchange.viewed")).action is Action.EXCHANGE_VIEWED


def test_a_broken_line_is_named(tmp_path: Path, history: Make) -> None:
    lines = [*history(3).lines, b"{}"]
    writer = Mirror(tmp_path / "mirror")
    writer.append(lines, first=0)
    with pytest.raises(LogFault) as caught:
        list(find_events(writer, Query()))
    assert caught.value.sequence == 3
    assert parse_line(lines[0]).sequence == 0
