"""An event has one spelling, and no room for text."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from audit.details import DETAILS, ENTITIES, FLAGS, ROLES, Action, PersonAdded
from audit.errors import AuditError, LogFault
from audit.events import Context, EventDraft, canonical_json, parse_line
from audit.log import Log
from policies.names import Entity, Face, FlagKind, Role

Make = Callable[..., Any]
SENTENCE = "Maria Lopez was born in Toledo"


def test_every_action_has_its_details() -> None:
    assert set(DETAILS) == set(Action)


def test_the_words_are_those_of_the_policies(context: Context) -> None:
    assert set(ENTITIES) == set(Entity)
    assert set(FLAGS) == set(FlagKind)
    assert set(ROLES) == {*Role, "system", "unknown"}
    for face in Face:
        Context(**{**context.model_dump(), "face": face})


@pytest.mark.parametrize("action", list(Action))
def test_no_detail_takes_a_sentence(action: Action) -> None:
    model = DETAILS[action]
    for name in model.model_fields:
        for value in (SENTENCE, [SENTENCE], {SENTENCE: 1}, {"NAME": SENTENCE}, 1.5):
            with pytest.raises(ValidationError) as caught:
                model.model_validate({name: value})
            assert any(error["loc"][0] == name for error in caught.value.errors()), name
            assert "Maria" not in str(caught.value)
    with pytest.raises(ValidationError):
        model.model_validate({"note": 1})


@pytest.mark.parametrize("name", [name for name in EventDraft.model_fields if name != "details"])
def test_no_field_of_a_draft_takes_a_sentence(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        EventDraft.model_validate({"details": PersonAdded(roles=("auditor",)), "object_id": "a", name: SENTENCE})
    assert "Maria" not in str(caught.value)


@pytest.mark.parametrize("name", list(Context.model_fields))
def test_no_field_of_a_context_takes_a_sentence(name: str, context: Context) -> None:
    with pytest.raises(ValidationError):
        Context.model_validate({**context.model_dump(), name: SENTENCE})


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_an_event_survives_its_line(seed: int, history: Make) -> None:
    made = history(3, seed)
    for number, (event, line) in enumerate(zip(made.events, made.lines, strict=True)):
        assert parse_line(line, number) == event
        assert event.line() == line
        assert line.isascii()
        assert b"\n" not in line


@pytest.mark.parametrize(
    "respell",
    [
        lambda line: line + b" ",
        lambda line: line.replace(b'":', b'": ', 1),
        lambda line: json.dumps(dict(reversed(json.loads(line).items())), separators=(",", ":")).encode(),
        lambda line: line.replace(b"anna", b"\\u0061nna").replace(b"ben", b"\\u0062en"),
        lambda line: line.replace(b"{", b'{"action":"person.added",', 1),
        lambda line: line.replace(b'Z","version"', b'+00:00","version"'),
    ],
)
def test_a_line_in_another_spelling_is_refused(respell: Callable[[bytes], bytes], history: Make) -> None:
    line = history(1).lines[0]
    changed = respell(line)
    assert changed != line
    with pytest.raises(LogFault) as caught:
        parse_line(changed, 7)
    assert caught.value.sequence == 7
    assert isinstance(caught.value, AuditError)


def test_details_must_fit_the_action(history: Make) -> None:
    for line in history(30).lines:
        action = json.loads(line)["action"]
        other = b"study.created" if action != "study.created" else b"person.added"
        with pytest.raises(LogFault):
            parse_line(line.replace(action.encode(), other, 1))


def test_times_are_written_in_utc_with_microseconds(context: Context) -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
    event, line = Log().next(EventDraft(details=PersonAdded(roles=("auditor",)), object_id="a"), context, now)
    assert b'"time":"2026-01-02T01:04:05.000000Z"' in line
    assert event.time == now


def test_canonical_json_is_sorted_compact_ascii() -> None:
    assert canonical_json({"b": [1, True], "a": "ü"}) == b'{"a":"\\u00fc","b":[1,true]}'
