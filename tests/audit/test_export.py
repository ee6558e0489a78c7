"""Other systems can take in the log: every event has the published shape of FHIR R5 AuditEvent and of OCSF."""

import json
from datetime import datetime
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from audit.details import DETAILS, ENTITIES, Details
from audit.events import Context, Event, EventDraft, Outcome
from audit.export_fhir import as_fhir, crud
from audit.export_ocsf import as_ocsf
from audit.log import Log
from tests.audit.shapes import ApiActivity, AuditEvent

VALUES: tuple[Any, ...] = (
    True, 2**40, "ab" * 32, "2026-03-01T12:00:00.000000Z", "x1", "reviewer", ENTITIES[0], ("reviewer", "steward"),
    ("p1", "p2"), {"NAME": 2, "DATE": 0}, {"leak": 1}, {"too_short": 3},
    "high", "first", "decision",
)  # fmt: skip
"""Values of details; each field takes the first that it accepts."""


def fill(model: type[Details]) -> Details:
    """The details of an action with every field set."""
    values = {}
    for name, field in model.model_fields.items():
        metadata: Any = tuple(field.metadata)
        adapter = TypeAdapter(Annotated[field.annotation, *metadata] if metadata else field.annotation)
        for value in (*VALUES, *getattr(field.annotation, "__args__", ())):
            try:
                values[name] = adapter.validate_python(value, strict=True)
                break
            except ValidationError:
                continue
    return model(**values)


@pytest.fixture(scope="module")
def events(context_of_all: Context) -> list[Event]:
    """Every action, done, refused and failed."""
    log = Log()
    return [
        log.add(
            EventDraft(
                details=fill(model),
                object_id="x1",
                object_version=version,
                outcome=outcome,
                reason=reason,
                digest_after=digest,
            ),
            context_of_all,
        )[0]
        for model in DETAILS.values()
        for outcome, reason, version, digest in (
            (Outcome.OK, None, None, None),
            (Outcome.REFUSED, "not_allowed", 3, "cd" * 32),
            (Outcome.FAILED, None, 0, None),
        )
    ]


@pytest.fixture(scope="module")
def context_of_all() -> Context:
    return Context(
        actor="anna", role="senior", authenticated="token", sitting="s1", host="ward-3", version="0.1.0",
        policy_digest="ab" * 32, face="server",
    )  # fmt: skip


def test_every_event_is_a_fhir_audit_event(events: list[Event]) -> None:
    for event, line in zip(events, as_fhir(events), strict=True):
        resource = AuditEvent.model_validate_json(line)
        assert resource.id == event.id
        assert datetime.fromisoformat(resource.recorded) == event.time
        assert resource.code.coding[0].code == event.action
        assert resource.agent[0].who.identifier.value == event.actor
        assert resource.outcome.code.code == ("success" if event.outcome is Outcome.OK else "error")
        assert resource.entity[0].what.identifier.value == event.object_id


def test_every_event_is_an_ocsf_api_activity(events: list[Event]) -> None:
    for event, line in zip(events, as_ocsf(events), strict=True):
        activity = ApiActivity.model_validate_json(line)
        assert activity.metadata.uid == event.id
        assert activity.metadata.sequence == event.sequence
        assert activity.time == int(event.time.timestamp() * 1000)
        assert activity.api.operation == event.action
        assert activity.status_id == (1 if event.outcome is Outcome.OK else 2)
        assert activity.unmapped["details"] == json.loads(event.line())["details"]


def test_nothing_of_an_event_is_lost(events: list[Event]) -> None:
    for event, fhir, ocsf in zip(events, as_fhir(events), as_ocsf(events), strict=True):
        for value in (
            event.sitting, event.host, event.policy_digest, event.previous, event.authenticated, event.face,
            event.role, event.version, event.reason, event.digest_after,
            None if event.outcome is Outcome.OK else event.outcome.value,
        ):  # fmt: skip
            assert value is None or f'"{value}"' in fhir.replace("urn:sha256:", "")
            assert value is None or f'"{value}"' in ocsf
        for name, value in json.loads(event.line())["details"].items():
            if isinstance(value, dict):
                assert all(f'"{name}.{key}"' in fhir for key in value)
            elif value is not None and value != []:
                assert f'"{name}"' in fhir


def test_reading_creating_and_changing_are_told_apart() -> None:
    kinds = {action.value: crud(action) for action in DETAILS}
    assert (kinds["exchange.viewed"], kinds["exchange.edited"], kinds["file.ingested"]) == ("R", "U", "C")
    assert kinds["audit.verified"] == "E"


@pytest.mark.parametrize("key", ["code", "recorded", "agent", "source"])
def test_the_shape_of_fhir_misses_what_must_be_there(events: list[Event], key: str) -> None:
    resource = json.loads(next(as_fhir(events)))
    del resource[key]
    with pytest.raises(ValidationError):
        AuditEvent.model_validate_json(json.dumps(resource))


@pytest.mark.parametrize("key", ["actor", "api", "src_endpoint", "metadata", "type_uid", "severity_id", "time"])
def test_the_shape_of_ocsf_misses_what_must_be_there(events: list[Event], key: str) -> None:
    activity = json.loads(next(as_ocsf(events)))
    del activity[key]
    with pytest.raises(ValidationError):
        ApiActivity.model_validate_json(json.dumps(activity))
