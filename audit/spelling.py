"""The spelling of whole lines: one regular expression an action, made from the models.

To parse an event and spell it again costs ten times what it takes to hash it.  A line that matches here is a valid
event in its canonical spelling, so that verification needs no more than what it refers to.  The expressions are
stricter than the models: a line that does not match may still be valid, and `parse_line` decides.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from annotated_types import MinLen
from pydantic.fields import FieldInfo
from pydantic.types import Strict as StrictMark

from audit.details import (
    DETAILS,
    ENTITIES,
    FLAGS,
    RISKS,
    ROLES,
    ROUNDS,
    STEPS,
    Action,
    Code,
    Count,
    Details,
    Digest,
    Entity,
    EntityCounts,
    FlagCounts,
    Id,
    Moment,
    Reasons,
    Risk,
    RoleName,
    Round,
    StepKind,
)
from audit.events import Event, Face, Outcome, Time, format_time

_NUMBER = "(?:0|[1-9][0-9]{0,14})"
"""Up to fifteen digits: always below the largest `Count`."""
_DATE = "[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
"""Days that exist; the rare ones (29 February) are left to the parser."""
_TIME = f"{_DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{{6}}Z"
_CODE = "[a-z][a-z0-9_.-]{0,39}"


def _words(words: tuple[str, ...]) -> str:
    return f'"(?:{"|".join(map(re.escape, words))})"'


def _counts(words: tuple[str, ...]) -> str:
    """Counts by words: each at most once and in order, a comma only before another."""
    return "".join(["\\{", *(f'(?:"{word}":{_NUMBER}(?:,(?=")|(?=\\}})))?' for word in sorted(words)), "\\}"])


_KNOWN: tuple[tuple[Any, str], ...] = (
    (Count, _NUMBER),
    (Digest, '"[0-9a-f]{64}"'),
    (Id, '"[A-Za-z0-9._:-]{1,80}"'),
    (Code, f'"{_CODE}"'),
    (Time, f'"{_TIME}"'),
    (Moment, f'"{_TIME}"'),
    (RoleName, _words(ROLES)),
    (Entity, _words(ENTITIES)),
    (Risk, _words(RISKS)),
    (Round, _words(ROUNDS)),
    (StepKind, _words(STEPS)),
    (Face, _words(("tui", "cli", "server", "demo"))),
    (Outcome, _words(tuple(Outcome))),
    (EntityCounts, _counts(ENTITIES)),
    (FlagCounts, _counts(FLAGS)),
    # Only one at most, because the order of free words is beyond a regular expression.
    (Reasons, f'\\{{(?:"{_CODE}":{_NUMBER})?\\}}'),
    (bool, "(?:true|false)"),
    (NoneType, "null"),
)


class Spelled(NamedTuple):
    """What a line refers to, each as it stands in the line (with quotation marks where it has them)."""

    action: bytes
    object_id: bytes
    object_version: bytes
    outcome: bytes
    previous: bytes
    previous_time: bytes
    sequence: bytes
    time: bytes


class _Unknown(Exception):
    """A type for which no expression is known: lines with it are parsed."""


def read_spelling(line: bytes) -> tuple[bytes, ...] | None:
    """The fields of `Spelled` (as a plain tuple) of a line that is surely valid; None: `parse_line` must decide."""
    match = _matcher(line[11 : line.find(b'"', 11)])
    found = match(line) if match else None
    return found.groups() if found else None


def spell(event: Event) -> Spelled:
    """The same of an event that was parsed."""

    def moment(time: Any) -> bytes:
        return b"null" if time is None else f'"{format_time(time)}"'.encode()

    version = "null" if event.object_version is None else str(event.object_version)
    return Spelled(
        event.action.encode(), f'"{event.object_id}"'.encode(), version.encode(), f'"{event.outcome}"'.encode(),
        f'"{event.previous}"'.encode(), moment(event.previous_time), str(event.sequence).encode(), moment(event.time),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _matcher(action: bytes) -> Callable[[bytes], re.Match[bytes] | None] | None:
    """Matches whole lines of an action.  Compiled at first use; None for no action, or one that has to be parsed."""
    try:
        return re.compile(_expression(Action(action.decode("ascii"))).encode()).fullmatch
    except (_Unknown, ValueError):
        return None


def _expression(action: Action) -> str:
    model = DETAILS[action]
    parts = []
    hints = get_type_hints(Event, include_extras=True)
    for name in sorted(Event.model_fields):
        if name == "action":
            value = f'"({re.escape(action)})"'
        elif name == "object_type":
            value = f'"{model.object_type}"'
        elif name == "details":
            value = _object(model)
        elif name == "id":
            value = '"[0-9a-f]{32}"'
        else:
            value = _value(hints[name])
            if name in Spelled._fields:
                value = f"({value})"
        parts.append(f'"{name}":{value}')
    return f"\\{{{','.join(parts)}\\}}"


def _object(model: type[Details]) -> str:
    hints = get_type_hints(model, include_extras=True)
    fields = ",".join(f'"{name}":{_value(hints[name])}' for name in sorted(model.model_fields))
    return f"\\{{{fields}\\}}"


def _value(hint: Any) -> str:
    """The expression of one type.  Raises `_Unknown`."""
    for known, expression in _KNOWN:
        if hint == known:
            return expression
    arguments = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return f"(?:{'|'.join(map(_value, arguments))})"
    if get_origin(hint) is Literal and all(isinstance(word, str) and word.isascii() for word in arguments):
        return _words(arguments)
    if get_origin(hint) is Annotated and get_origin(arguments[0]) is tuple:
        item, dots = get_args(arguments[0])
        if dots is Ellipsis:
            expression = f"{_value(item)}(?:,{_value(item)})"
            least = _least(arguments[1:])
            return f"\\[{expression}{{{least - 1},}}\\]" if least else f"\\[(?:{expression}*)?\\]"
    raise _Unknown


def _least(marks: tuple[Any, ...]) -> int:
    """The smallest number of items that a tuple may have.  Raises `_Unknown` where it has other limits."""
    limits = [limit for mark in marks for limit in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
    if any(not isinstance(limit, MinLen | StrictMark) for limit in limits):
        raise _Unknown
    return max((limit.min_length for limit in limits if isinstance(limit, MinLen)), default=0)
