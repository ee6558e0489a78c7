"""Events as FHIR R5 AuditEvent resources (hl7.org/fhir/R5/auditevent.html), one a line (NDJSON).

An AuditEvent must have `code`, `recorded`, `agent` (each with `who`) and `source` (with `observer`).  People, hosts and
objects are named by identifiers of this study's own systems, because they are no resources of a FHIR server.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from audit.details import Action
from audit.events import Event, Outcome, canonical_json, format_time

SYSTEM = "urn:curation-workbench"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_SEVERITY = "http://hl7.org/fhir/issue-severity"
_SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"
_INTEGERS = range(-(2**31), 2**31)
"""What a FHIR `integer` can hold."""

CREATE, READ, UPDATE, EXECUTE = "C", "R", "U", "E"
_KINDS = {
    CREATE: {
        "study.created", "person.added", "file.ingested", "roster.added", "model.registered", "exchange.created",
        "release.built", "turns.extracted", "exchange.planted", "draft.saved", "person.token_issued",
    },
    READ: {
        "exchange.viewed", "exchange.replayed", "words.listed", "words.searched", "audit.queried", "audit.exported",
        "release.verified",
    },
    UPDATE: {
        "exchange.edited", "exchange.approved", "exchange.rejected", "exchange.sent_back", "exchange.withdrawn",
        "exchange.noted", "step.undone", "step.redone", "words.redacted", "finding.dismissed", "finding.marked",
        "finding.retagged", "draft.dropped", "page.split", "person.passphrase_set",
        "person.tokens_revoked",
    },
}  # fmt: skip
_CATEGORIES = {
    "audit": ("110101", "Audit Log Used"),
    "release": ("110106", "Export"),
    "file": ("110107", "Import"),
    "roster": ("110107", "Import"),
    "page": ("110110", "Patient Record"),
    "exchange": ("110110", "Patient Record"),
    "finding": ("110110", "Patient Record"),
    "draft": ("110110", "Patient Record"),
    "step": ("110110", "Patient Record"),
    "words": ("110110", "Patient Record"),
    "sitting": ("110114", "User Authentication"),
    "connection": ("110114", "User Authentication"),
    "study": ("110100", "Application Activity"),
}
"""DICOM's event ids by the first word of the action; the others are Security Alert or Application Activity."""


def as_fhir(events: Iterable[Event]) -> Iterator[str]:
    """One AuditEvent a line."""
    for event in events:
        yield canonical_json(audit_event(event)).decode()


def crud(action: Action) -> str:
    """What an action does to its object: C(reate), R(ead), U(pdate), or E(xecute) for the rest."""
    return next((letter for letter, actions in _KINDS.items() if action.value in actions), EXECUTE)


def audit_event(event: Event) -> dict[str, Any]:
    """The AuditEvent resource of an event."""
    refused = event.outcome is not Outcome.OK
    return {
        "resourceType": "AuditEvent",
        "id": event.id,
        "category": [_concept(*_category(event))],
        "code": _concept(f"{SYSTEM}:action", event.action.value),
        "action": crud(event.action),
        "severity": "warning" if refused else "informational",
        "recorded": format_time(event.time),
        "outcome": _outcome(event),
        "agent": [
            {
                "role": [_concept(f"{SYSTEM}:role", event.role)],
                "who": {"identifier": _identifier("person", event.actor)},
                "requestor": True,
                "policy": [f"urn:sha256:{event.policy_digest}"],
                "networkString": event.host,
            }
        ],
        "source": {
            "observer": {"identifier": _identifier("host", event.host)},
            "type": [_concept(_SOURCE_TYPE, "4", "Application Server")],
        },
        "entity": [_object(event), _record(event)],
    }


def _category(event: Event) -> tuple[str, str, str]:
    code, display = _CATEGORIES.get(event.action.value.split(".")[0], ("110100", "Application Activity"))
    if event.action in (Action.UNLOCK_FAILED, Action.HOST_REFUSED, Action.MODEL_REFUSED):
        code, display = "110113", "Security Alert"
    return _DICOM, code, display


def _outcome(event: Event) -> dict[str, Any]:
    severity = ("success", "Operation Successful") if event.outcome is Outcome.OK else ("error", "Error")
    code, display = severity
    outcome: dict[str, Any] = {"code": {"system": _SEVERITY, "code": code, "display": display}}
    detail = [] if event.outcome is Outcome.OK else [_concept(f"{SYSTEM}:outcome", event.outcome.value)]
    if event.reason:
        detail.append(_concept(f"{SYSTEM}:reason", event.reason))
    return {**outcome, "detail": detail} if detail else outcome


def _object(event: Event) -> dict[str, Any]:
    """What the event was done to, with the details of the action."""
    details = event.model_dump(mode="json")["details"]
    if event.object_version is not None:
        details["object_version"] = event.object_version
    for name in ("digest_before", "digest_after"):
        if (digest := getattr(event, name)) is not None:
            details[name] = digest
    entity: dict[str, Any] = {"what": {"identifier": _identifier(event.object_type, event.object_id)}}
    detail = [_detail(name, value) for name, value in _flat(details)]
    return {**entity, "detail": detail} if detail else entity


def _record(event: Event) -> dict[str, Any]:
    """The entry of the log that this resource was made of."""
    values = {
        "sequence": event.sequence,
        "previous": event.previous,
        "sitting": event.sitting,
        "authenticated": event.authenticated,
        "face": event.face,
        "version": event.version,
    }
    return {
        "what": {"identifier": _identifier("event", event.id)},
        "detail": [_detail(name, value) for name, value in values.items()],
    }


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested details as dotted names; what is absent is left out."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield from ((f"{prefix}{name}", item) for item in value)
        elif value is not None:
            yield f"{prefix}{name}", value


def _detail(name: str, value: Any) -> dict[str, Any]:
    kind = _concept(f"{SYSTEM}:detail", name)
    if isinstance(value, bool):
        return {"type": kind, "valueBoolean": value}
    if isinstance(value, int) and value in _INTEGERS:
        return {"type": kind, "valueInteger": value}
    return {"type": kind, "valueString": str(value)}


def _concept(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    coding = {"system": system, "code": code}
    return {"coding": [coding if display is None else {**coding, "display": display}]}


def _identifier(kind: str, value: str) -> dict[str, str]:
    return {"system": f"{SYSTEM}:{kind}", "value": value}
