"""What the log records of the log itself."""

from typing import Annotated, Literal

from pydantic import Field

from audit.details.base import Action, Code, Count, Details, Digest, Moment, Reasons


class AuditVerified(Details):
    """The log was verified at `size` events; `fault` and `broken` name the first fault, if any."""

    action = Action.AUDIT_VERIFIED
    object_type = "log"
    size: Count
    root: Digest
    fault: Code | None = None
    broken: Count | None = None


class AuditQueried(Details):
    action = Action.AUDIT_QUERIED
    object_type = "log"
    rows: Count
    output: Literal["table", "csv", "json"]
    filters: Annotated[
        tuple[Literal["actor", "action", "since", "until", "object_type", "object_id", "outcome", "limit"], ...],
        Field(strict=False),
    ] = ()


class AuditExported(Details):
    """Events `first` to `last` left the mirror as a file of `rows` entries with this SHA-256."""

    action = Action.AUDIT_EXPORTED
    object_type = "log"
    output: Literal["fhir", "ocsf", "report"]
    rows: Count
    first: Count | None = None
    last: Count | None = None
    digest: Digest


class AuditReviewed(Details):
    """A person examined the report of a period, `since` to `until` (exclusive); the event's reason says how it was.

    `counts` are the rows of the report's sections, `first` and `last` the numbers of the period's events.
    """

    action = Action.AUDIT_REVIEWED
    object_type = "log"
    since: Moment
    until: Moment
    events: Count
    first: Count | None = None
    last: Count | None = None
    report_digest: Digest
    counts: Reasons
