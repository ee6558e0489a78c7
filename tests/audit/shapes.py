"""The published shapes of the exports, as far as they bind us, written from their specifications.

FHIR: hl7.org/fhir/R5/auditevent.html (5.0.0), with the data types of hl7.org/fhir/R5/datatypes.html: cardinalities,
the value sets of `action` and `severity` (both required), patterns of `id`, `instant`, `code`, `uri`.
OCSF: schema.ocsf.io/1.3.0/classes/api_activity and its objects: required attributes, enumerations, the constraint
`at_least_one`, and `type_uid` = `class_uid` * 100 + `activity_id`.
Both are closed: an attribute that is not named here is an error.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(pattern=r"^[\s\S]*\S[\s\S]*$")]


class Shape(BaseModel):
    """Strict and closed."""

    model_config = ConfigDict(strict=True, extra="forbid")


# FHIR R5

FhirCode = Annotated[str, Field(pattern=r"^[^\s]+( [^\s]+)*$")]
Uri = Annotated[str, Field(pattern=r"^\S+$")]
Instant = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
        r"(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"
    ),
]


class Coding(Shape):
    system: Uri
    code: FhirCode
    display: Text | None = None


class CodeableConcept(Shape):
    coding: Annotated[list[Coding], Field(min_length=1)]


class Identifier(Shape):
    system: Uri
    value: Text


class Reference(Shape):
    identifier: Identifier


class Detail(Shape):
    type: CodeableConcept
    valueInteger: Annotated[int, Field(ge=-(2**31), lt=2**31)] | None = None
    valueString: Text | None = None
    valueBoolean: bool | None = None

    @model_validator(mode="after")
    def has_one_value(self) -> Self:
        """value[x] is 1..1."""
        if len(self.model_fields_set - {"type"}) != 1:
            raise ValueError("not exactly one value")
        return self


class Entity(Shape):
    what: Reference
    detail: Annotated[list[Detail], Field(min_length=1)] | None = None


class Agent(Shape):
    role: list[CodeableConcept]
    who: Reference
    requestor: bool
    policy: list[Uri]
    networkString: Text


class FhirOutcome(Shape):
    code: Coding
    detail: Annotated[list[CodeableConcept], Field(min_length=1)] | None = None


class Source(Shape):
    observer: Reference
    type: list[CodeableConcept]


class AuditEvent(Shape):
    resourceType: Literal["AuditEvent"]
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]
    category: Annotated[list[CodeableConcept], Field(min_length=1)]
    code: CodeableConcept
    action: Literal["C", "R", "U", "D", "E"]
    severity: Literal["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"]
    recorded: Instant
    outcome: FhirOutcome
    agent: Annotated[list[Agent], Field(min_length=1)]
    source: Source
    entity: list[Entity]


# OCSF 1.3.0


class Product(Shape):
    vendor_name: Text
    name: Text
    version: Text


class Metadata(Shape):
    version: Literal["1.3.0"]
    product: Product
    uid: Text
    sequence: int
    event_code: Text
    log_name: Text
    original_time: Text


class User(Shape):
    """At least one of account, name, uid; `type` is needed where `type_id` is 99."""

    name: Text
    uid: Text
    type_id: Literal[0, 1, 2, 3, 99]
    type: Text


class Session(Shape):
    uid: Text


class Actor(Shape):
    """At least one of process, user, invoked_by, session, app_name, app_uid."""

    user: User
    session: Session


class Service(Shape):
    """At least one of name, uid."""

    name: Text
    uid: Text
    version: Text


class Api(Shape):
    operation: Text
    service: Service


class Endpoint(Shape):
    """At least one of ip, uid, name, hostname, svc_name, instance_uid, interface_uid, interface_name."""

    name: Text
    svc_name: Text


class Resource(Shape):
    uid: Text
    type: Text
    version: Text | None = None


class ApiActivity(Shape):
    activity_id: Literal[0, 1, 2, 3, 4, 99]
    activity_name: Text
    category_uid: Literal[6]
    category_name: Literal["Application Activity"]
    class_uid: Literal[6003]
    class_name: Literal["API Activity"]
    type_uid: int
    type_name: Text
    time: Annotated[int, Field(gt=10**12)]
    severity_id: Literal[0, 1, 2, 3, 4, 5, 6, 99]
    severity: Text
    status_id: Literal[0, 1, 2, 99]
    status: Text
    status_code: Text
    status_detail: Text | None = None
    metadata: Metadata
    actor: Actor
    api: Api
    src_endpoint: Endpoint
    resources: list[Resource]
    unmapped: dict[str, Any]

    @model_validator(mode="after")
    def is_typed(self) -> Self:
        """The type is that of class and activity, and named after both."""
        if self.type_uid != self.class_uid * 100 + self.activity_id:
            raise ValueError("not the type of its class and activity")
        names = {0: "Unknown", 1: "Create", 2: "Read", 3: "Update", 4: "Delete", 99: "Other"}
        if self.type_name != f"{self.class_name}: {names[self.activity_id]}":
            raise ValueError("not the name of its type")
        return self
