"""An event: who did what to which object, when and how it ended, in one line of canonical JSON."""

import json
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, SerializeAsAny, ValidationError, ValidationInfo

from audit.details import DETAILS, Action, Code, Count, Details, Digest, Id, ObjectType, RoleName, Strict
from audit.errors import LogFault

NO_LEAF = "0" * 64
"""Stands for the previous event's leaf hash in the first event."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


class Outcome(StrEnum):
    """How an action ended: done, forbidden by a rule, or broken off by an error."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


def format_time(time: datetime) -> str:
    """The one spelling of a moment: UTC, microseconds, `Z`."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _read_time(value: Any) -> Any:
    """The moment that a stored spelling stands for; a moment given as such must name its time zone."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    raise ValueError("not a time in UTC with microseconds")


def _read_details(value: Any, info: ValidationInfo) -> Any:
    """The details in the model of the event's action, which is validated before them."""
    action = info.data.get("action")
    if action is None:
        raise ValueError("details of an unknown action")
    return DETAILS[action].model_validate(value)


Time = Annotated[datetime, BeforeValidator(_read_time), PlainSerializer(format_time)]
Face = Annotated[str, Field(pattern="^(tui|cli|server|demo)$")]
Authentication = Literal["os-uid", "passphrase", "key-file", "environment", "token", "script", "none"]


class Context(Strict):
    """Who acts and from where; the same for all events of a sitting."""

    actor: Id
    role: RoleName
    authenticated: Authentication
    sitting: Id
    host: Id
    version: Id
    policy_digest: Digest
    face: Face


class EventDraft(Strict):
    """What a caller supplies about one deed; action and kind of object follow from the details."""

    details: SerializeAsAny[Details]
    object_id: Id
    object_version: Count | None = None
    outcome: Outcome = Outcome.OK
    reason: Code | None = None
    digest_before: Digest | None = None
    digest_after: Digest | None = None

    @property
    def action(self) -> Action:
        """What was done."""
        return self.details.action


class Event(Strict):
    """One entry of the log.  Times are UTC; digests of text are keyed (HMAC), hex."""

    sequence: Count
    """Number of the event, from 0; the order of the log."""
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    time: Time
    previous_time: Time | None
    previous: Digest
    """Leaf hash of the event before, or `NO_LEAF`."""
    actor: Id
    role: RoleName
    authenticated: Authentication
    sitting: Id
    host: Id
    version: Id
    policy_digest: Digest
    face: Face
    action: Action
    object_type: ObjectType
    object_id: Id
    object_version: Count | None
    outcome: Outcome
    reason: Code | None
    digest_before: Digest | None
    digest_after: Digest | None
    details: Annotated[SerializeAsAny[Details], BeforeValidator(_read_details)]

    def line(self) -> bytes:
        """The event as it is hashed and stored, without a line end."""
        return canonical_json(self.model_dump(mode="json"))


def canonical_json(value: Any) -> bytes:
    """The one spelling of a JSON value without fractions: sorted keys, no spaces, ASCII."""
    return _canonical(value).encode("ascii")


def parse_line(line: bytes, sequence: int | None = None) -> Event:
    """The event of a stored line (without its line end), which must be spelled canonically.

    Raises `LogFault`, naming `sequence`, of kind `schema` or `canonical`.
    """
    where = "a line of the log" if sequence is None else f"event {sequence}"
    try:
        event = Event.model_validate_json(line)
    except (ValidationError, ValueError):
        raise LogFault(f"{where} is not a valid event", kind="schema", sequence=sequence) from None
    if event.object_type != event.details.object_type:
        raise LogFault(f"{where} names a wrong kind of object", kind="schema", sequence=sequence)
    if event.line() != line:
        raise LogFault(f"{where} is not in canonical form", kind="canonical", sequence=sequence)
    return event
