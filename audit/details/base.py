"""What details are made of: the actions, the closed vocabularies and the base of every model.

A detail is a whole number, a yes or no, a digest, a bounded id or a word of a closed list.  There is no field
that could hold a sentence, a name or a file name, and no fraction (so that one value has one spelling).
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

ENTITIES = (
    "NAME", "LOCATION", "FACILITY", "DATE", "AGE", "PHONE", "EMAIL", "URL", "IP_ADDRESS", "SSN", "MRN", "HEALTH_PLAN",
    "ACCOUNT", "LICENCE", "VEHICLE", "DEVICE", "STUDY_ID", "ID", "INDIRECT",
)  # fmt: skip
FLAGS = ("leak", "verbatim", "unsupported", "malformed", "short", "crisis")
ROLES = ("operator", "reviewer", "senior", "steward", "auditor", "system", "unknown")
"""The roles of a policy; `system` acts on nobody's order, `unknown` has not proved who it is."""


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    """A check that accepts only these words (an enum's member counts as its value)."""

    def check(word: str) -> str:
        if word not in words:
            raise ValueError("not a word of the closed list")
        return word

    return check


def _keys(pattern: str) -> BeforeValidator:
    """A check of a dictionary's keys before anything else, because pydantic's own message would show a wrong key."""
    spelling = re.compile(pattern)

    def check(value: Any) -> Any:
        if not isinstance(value, dict) or not all(isinstance(key, str) and spelling.fullmatch(key) for key in value):
            raise ValueError("not counts by words of the closed list")
        return value

    return BeforeValidator(check)


_CODE = r"[a-z][a-z0-9_.-]{0,39}"
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 or HMAC-SHA-256, lower-case hex."""
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]
Code = Annotated[str, Field(pattern=f"^{_CODE}$")]
"""A reason or the name of a part, from the application's own vocabulary."""
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
"""A time in UTC, spelled as those of the events."""
RoleName = Annotated[str, AfterValidator(_one_of(ROLES))]
Entity = Annotated[str, AfterValidator(_one_of(ENTITIES))]
EntityCounts = Annotated[dict[str, Count], _keys("|".join(ENTITIES))]
FlagCounts = Annotated[dict[str, Count], _keys("|".join(FLAGS))]
Reasons = Annotated[dict[str, Count], _keys(_CODE)]
KeySource = Literal["passphrase", "key-file", "environment"]
FileKind = Literal["txt", "docx", "pdf", "csv", "jsonl"]
RISKS = ("high", "standard", "low")
ROUNDS = ("first", "second", "adjudication")
STEPS = ("decision", "edit", "dismissal", "mark", "retag", "bulk_redaction", "note", "sending_back")
"""What a reviewer does to an exchange, each a step that can be undone."""
Risk = Annotated[str, AfterValidator(_one_of(RISKS))]
Round = Annotated[str, AfterValidator(_one_of(ROUNDS))]
StepKind = Annotated[str, AfterValidator(_one_of(STEPS))]
ObjectType = Literal[
    "study",
    "person",
    "sitting",
    "file",
    "roster",
    "model",
    "page",
    "run",
    "exchange",
    "finding",
    "release",
    "sample",
    "log",
]


class Action(StrEnum):
    """Everything that an event can say was done."""

    STUDY_CREATED = "study.created"
    STUDY_OPENED = "study.opened"
    UNLOCK_FAILED = "study.unlock_failed"
    STUDY_EXPLAINED = "study.explained"
    STUDY_BACKED_UP = "study.backed_up"
    STUDY_RESTORED = "study.restored"
    STORE_QUARANTINED = "store.quarantined"
    CLOCK_STEPPED = "clock.stepped"
    PERSON_ADDED = "person.added"
    PASSPHRASE_SET = "person.passphrase_set"
    TOKEN_ISSUED = "person.token_issued"
    TOKENS_REVOKED = "person.tokens_revoked"
    CONNECTION_REFUSED = "connection.refused"
    PERSON_AUTHENTICATED = "person.authenticated"
    SITTING_BEGAN = "sitting.began"
    SITTING_LOCKED = "sitting.locked"
    SITTING_ENDED = "sitting.ended"
    FILE_INGESTED = "file.ingested"
    FILE_REFUSED = "file.refused"
    FILE_DUPLICATE = "file.duplicate"
    PAGE_SCANNED = "page.scanned"
    ROSTER_ADDED = "roster.added"
    MODEL_REGISTERED = "model.registered"
    MODEL_REFUSED = "model.refused"
    RUN_STARTED = "run.started"
    RUN_FINISHED = "run.finished"
    PAGE_SENT = "page.sent"
    HOST_REFUSED = "host.refused"
    TURNS_EXTRACTED = "turns.extracted"
    PAGE_SPLIT = "page.split"
    ATTEMPT_FAILED = "exchange.attempt_failed"
    EXCHANGE_CREATED = "exchange.created"
    EXCHANGE_SCREENED = "exchange.screened"
    EXCHANGE_VIEWED = "exchange.viewed"
    EXCHANGE_EDITED = "exchange.edited"
    EXCHANGE_APPROVED = "exchange.approved"
    EXCHANGE_REJECTED = "exchange.rejected"
    EXCHANGE_REPLAYED = "exchange.replayed"
    EXCHANGE_SENT_BACK = "exchange.sent_back"
    EXCHANGE_WITHDRAWN = "exchange.withdrawn"
    EXCHANGE_NOTED = "exchange.noted"
    EXCHANGE_PLANTED = "exchange.planted"
    PLANT_REVEALED = "exchange.plant_revealed"
    CLAIM_RETURNED = "claim.returned"
    DRAFT_SAVED = "draft.saved"
    DRAFT_DROPPED = "draft.dropped"
    STEP_UNDONE = "step.undone"
    STEP_REDONE = "step.redone"
    WORDS_LISTED = "words.listed"
    WORDS_SEARCHED = "words.searched"
    WORDS_REDACTED = "words.redacted"
    FINDING_DISMISSED = "finding.dismissed"
    FINDING_MARKED = "finding.marked"
    FINDING_RETAGGED = "finding.retagged"
    RELEASE_PLANNED = "release.planned"
    RELEASE_BUILT = "release.built"
    RELEASE_REFUSED = "release.refused"
    RELEASE_VERIFIED = "release.verified"
    RELEASE_SIGNED = "release.signed"
    RELEASE_REVOKED = "release.revoked"
    RELEASE_RESCANNED = "release.rescanned"
    RELEASE_PUBLISHED = "release.published"
    CONSENT_CHANGED = "consent.changed"
    STEWARD_KEY_ADDED = "person.steward_key_added"
    SAMPLE_COMMITTED = "sample.committed"
    SAMPLE_DRAWN = "sample.drawn"
    SAMPLE_LOOKED_AT = "sample.looked_at"
    DOSSIER_WRITTEN = "dossier.written"
    AUDIT_VERIFIED = "audit.verified"
    AUDIT_QUERIED = "audit.queried"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_REVIEWED = "audit.reviewed"


class Strict(BaseModel):
    """Base of all that is recorded: immutable, no conversions, no unknown keys, no values in error messages."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class Details(Strict):
    """Base of the details; each subclass names its action and the kind of object it is done to."""

    action: ClassVar[Action]
    object_type: ClassVar[ObjectType]
