"""The fast reading of a line never accepts what the slow one refuses, and both read the same."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import spelling
from audit.details import Action, ReleaseBuilt
from audit.errors import LogFault
from audit.events import Context, EventDraft, parse_line
from audit.log import Log
from audit.spelling import read_spelling, spell

Make = Callable[..., Any]
_PIECES = (
    b'"', b",", b":", b"{", b"}", b"[", b"]", b" ", b"\\", b"\n", b"0", b"00", b"1", b"-1", b"1.0", b"1e3", b"null",
    b"true", b"9007199254740991", b"9007199254740992", b"\\u0041", b"\xc3\xa9", b"A", b"a", b'"ok"', b'"leak":1,',
    b'"NAME":0', b'"short":1', b"2026-02-29T12:00:00.000000Z", b"2024-02-29T12:00:00.000000Z", b"2026-02-30",
    b"T24:00", b"0000-01-01",
)  # fmt: skip


def agree(line: bytes) -> None:
    """What is read fast is what the parser reads."""
    found = read_spelling(line)
    try:
        slow = tuple(spell(parse_line(line)))
    except LogFault:
        slow = None
    assert found is None or found == slow


@pytest.mark.parametrize("action", list(Action))
def test_every_action_is_read_fast(action: Action) -> None:
    """A new type of detail has to be made known in spelling.py, or verification slows down."""
    assert spelling._matcher(action.encode())


@pytest.mark.parametrize("action", list(Action))
@settings(max_examples=5)
@given(data=st.data())
def test_whatever_is_read_fast_is_a_valid_event_in_its_one_spelling(action: Action, data: st.DataObject) -> None:
    matcher = spelling._matcher(action.encode())
    assert matcher
    # The look-aheads only forbid a comma too many, which the match after it forbids as well.
    pattern = matcher.__self__.pattern.decode().replace('(?:,(?=")|(?=\\}))', ",")  # type: ignore[attr-defined]
    line = data.draw(st.from_regex(pattern, fullmatch=True)).replace(",}", "}").encode()
    found = read_spelling(line)
    assert found == tuple(spell(parse_line(line)))


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_events_as_they_are_written_are_all_read_fast(seed: int, history: Make) -> None:
    for line in history(40, seed).lines:
        assert read_spelling(line) == tuple(spell(parse_line(line)))


@settings(max_examples=500)
@given(rng=st.randoms(use_true_random=False), seed=st.integers(0, 5))
def test_no_change_of_a_line_is_read_fast_that_the_parser_would_refuse(
    rng: random.Random, seed: int, history: Make
) -> None:
    line = rng.choice(history(12, seed).lines)
    for _ in range(rng.randrange(1, 3)):
        start = rng.randrange(len(line))
        match rng.randrange(4):
            case 0:
                line = line[:start] + rng.choice(_PIECES) + line[start + rng.randrange(3) :]
            case 1:
                line = line[:start] + line[start + rng.randrange(1, 30) :]
            case 2:
                line = line[:start] + bytes([rng.randrange(256)]) + line[start + 1 :]
            case 3:
                fields = line[1:-1].split(b',"')
                first, second = rng.randrange(len(fields)), rng.randrange(len(fields))
                fields[first], fields[second] = fields[second], fields[first]
                line = b"{" + b',"'.join(fields) + b"}"
        agree(line)


def test_unusual_lines_that_are_valid_are_left_to_the_parser(context: Context) -> None:
    log = Log()
    details = ReleaseBuilt(rows=1, excluded={"length": 1, "stale": 2}, manifest_digest="0" * 64)
    _, several = log.add(EventDraft(details=details, object_id="r"), context)
    assert read_spelling(several) is None
    assert parse_line(several).sequence == 0
    _, leap = Log().add(EventDraft(details=details, object_id="r"), context, datetime(2028, 2, 29, tzinfo=UTC))
    assert read_spelling(leap) is None
    assert parse_line(leap).sequence == 0
