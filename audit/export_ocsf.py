"""Events as OCSF 1.3.0, class API Activity (6003), one a line: what security monitoring tools take in.

(schema.ocsf.io/1.3.0/classes/api_activity)  API Activity fits all events with one class: a person gives the
application a command, which creates, reads, updates or does something else.  It requires `actor`, `api` and
`src_endpoint`; what OCSF has no attribute for stands in `unmapped`.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from audit.events import Event, Outcome, canonical_json, format_time
from audit.export_fhir import CREATE, READ, UPDATE, crud

VERSION = "1.3.0"
CLASS_UID = 6003
CATEGORY_UID = 6
PRODUCT = "curation-workbench"
_ACTIVITIES = {CREATE: (1, "Create"), READ: (2, "Read"), UPDATE: (3, "Update")}
_OTHER = 99
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_ocsf(events: Iterable[Event]) -> Iterator[str]:
    """One OCSF event a line."""
    for event in events:
        yield canonical_json(api_activity(event)).decode()


def api_activity(event: Event) -> dict[str, Any]:
    """The OCSF event of an event."""
    activity, name = _ACTIVITIES.get(crud(event.action), (_OTHER, event.action.value))
    done = event.outcome is Outcome.OK
    fields: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": name,
        "category_uid": CATEGORY_UID,
        "category_name": "Application Activity",
        "class_uid": CLASS_UID,
        "class_name": "API Activity",
        "type_uid": CLASS_UID * 100 + activity,
        "type_name": f"API Activity: {name if activity != _OTHER else 'Other'}",
        "time": (event.time - _EPOCH) // timedelta(milliseconds=1),
        "severity_id": 1 if done else 3,
        "severity": "Informational" if done else "Medium",
        "status_id": 1 if done else 2,
        "status": "Success" if done else "Failure",
        "status_code": event.outcome.value,
        "metadata": {
            "version": VERSION,
            "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": event.version},
            "uid": event.id,
            "sequence": event.sequence,
            "event_code": event.action.value,
            "log_name": "audit",
            "original_time": format_time(event.time),
        },
        "actor": {
            "user": {"name": event.actor, "uid": event.actor, "type_id": _OTHER, "type": event.role},
            "session": {"uid": event.sitting},
        },
        "api": {
            "operation": event.action.value,
            "service": {"name": event.face, "uid": event.face, "version": event.version},
        },
        "src_endpoint": {"name": event.host, "svc_name": event.face},
        "resources": [_resource(event)],
        "unmapped": {
            "authenticated": event.authenticated,
            "details": event.model_dump(mode="json")["details"],
            "digest_after": event.digest_after,
            "digest_before": event.digest_before,
            "policy_digest": event.policy_digest,
            "previous": event.previous,
        },
    }
    return {**fields, "status_detail": event.reason} if event.reason else fields


def _resource(event: Event) -> dict[str, Any]:
    resource = {"type": event.object_type, "uid": event.object_id}
    return resource if event.object_version is None else {**resource, "version": str(event.object_version)}
