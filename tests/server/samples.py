"""Any value of a command or view, made from the model itself, so that a new one needs no sample of its own."""

import dataclasses
import types
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import assume
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from audit.errors import AuditError
from policies import Policy, load_policy

PLAIN: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=30),
    bytes: st.binary(max_size=40),
    date: st.dates(),
    Path: st.text("abc./ é", max_size=12).map(Path),
    type(None): st.none(),
    Policy: st.just(load_policy("mentalchat16k").policy),
}


@st.composite
def models(draw: st.DrawFn, kind: type[BaseModel]) -> Any:
    """A value of a pydantic model; what its own rules forbid is drawn anew."""
    fields = {name: draw(values(field.annotation, tuple(field.metadata))) for name, field in kind.model_fields.items()}
    return _made(kind, fields)


@st.composite
def _records(draw: st.DrawFn, kind: type[Any]) -> Any:
    hints = get_type_hints(kind, include_extras=True)
    return _made(kind, {field.name: draw(values(hints[field.name])) for field in dataclasses.fields(kind)})


def _made(kind: type[Any], fields: dict[str, Any]) -> Any:
    try:
        return kind(**fields)
    except (ValidationError, AuditError):
        assume(False)


def values(annotation: Any, limits: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Values of a type, within the limits that stand beside it."""
    origin, parameters = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        inside = [limit for mark in annotation.__metadata__ for limit in getattr(mark, "metadata", [mark])]
        return values(annotation.__origin__, (*limits, *inside))
    if origin in (Union, types.UnionType):
        return st.one_of([values(parameter, limits) for parameter in parameters])
    if origin is Literal:
        return st.sampled_from(parameters)
    if origin is tuple and parameters[1:] == (...,):
        return st.lists(values(parameters[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, parameters))
    if origin is dict:
        return st.dictionaries(*map(values, parameters), max_size=3)
    if annotation in PLAIN:
        return _within(annotation, limits)
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    if issubclass(annotation, BaseModel):
        return models(annotation)
    assert dataclasses.is_dataclass(annotation), annotation
    return _records(annotation)


def _within(kind: type, limits: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    said = {name: getattr(limit, name) for limit in limits for name in _NAMES if getattr(limit, name, None) is not None}
    if kind is str and "pattern" in said:
        return st.from_regex(said["pattern"], fullmatch=True)
    if kind is str:
        return st.text(min_size=said.get("min_length", 0), max_size=said.get("min_length", 0) + 30)
    if kind is int:
        low = said.get("ge", said["gt"] + 1 if "gt" in said else -(2**53))
        return st.integers(low, said.get("le", said["lt"] - 1 if "lt" in said else 2**53))
    return PLAIN[kind]


_NAMES = ("ge", "gt", "le", "lt", "min_length", "pattern")
