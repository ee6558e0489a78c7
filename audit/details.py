"""What each action records besides the fields that all events share: one model an action.

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
ObjectType = Literal[
    "study", "person", "file", "roster", "model", "page", "run", "exchange", "finding", "release", "log"
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
    FINDING_DISMISSED = "finding.dismissed"
    RELEASE_PLANNED = "release.planned"
    RELEASE_BUILT = "release.built"
    RELEASE_REFUSED = "release.refused"
    RELEASE_VERIFIED = "release.verified"
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


class StudyCreated(Details):
    action = Action.STUDY_CREATED
    object_type = "study"
    schema_version: Count
    key_source: KeySource


class StudyOpened(Details):
    """A study was unlocked; `completed` events were missing from the mirror after a crash and were added to it."""

    action = Action.STUDY_OPENED
    object_type = "study"
    key_source: KeySource
    completed: Count = 0


class UnlockFailed(Details):
    """Somebody tried to open the study with a wrong key; recorded when it was opened next.

    `attempted` is when, `uid` the login, `tried_from` the face; absent where the note of it could not be read.
    """

    action = Action.UNLOCK_FAILED
    object_type = "study"
    attempts: Count = 1
    attempted: Moment | None = None
    uid: Count | None = None
    tried_from: Literal["tui", "cli", "server", "demo"] | None = None
    key_source: KeySource | None = None


class StudyExplained(Details):
    """Two persons explained why the store was not what its mirror or checkpoint vouched for (`fault`, as in verify).

    `known` events were recorded, the store held `held` of them, and the log goes on after `kept`.  Of the events from
    `held` to `kept` the changes are not in the store; those from `kept` to `known` are gone from the log as well.
    """

    action = Action.STUDY_EXPLAINED
    object_type = "study"
    fault: Code
    asked_by: Id
    asked_role: RoleName
    known: Count
    known_root: Digest
    held: Count
    held_root: Digest
    kept: Count
    kept_root: Digest


class StudyBackedUp(Details):
    """A backup was written and verified; `manifest_digest` is the SHA-256 of its manifest."""

    action = Action.STUDY_BACKED_UP
    object_type = "study"
    manifest_digest: Digest
    files: Count
    bytes: Count
    size: Count
    root: Digest


class StudyRestored(Details):
    """This study was made from a backup of `size` events at this `root`; recorded when it was opened first."""

    action = Action.STUDY_RESTORED
    object_type = "study"
    manifest_digest: Digest
    restored: Moment
    size: Count
    root: Digest


class StoreQuarantined(Details):
    """The store's write-ahead log could not be replayed and was set aside; recorded at the next opening."""

    action = Action.STORE_QUARANTINED
    object_type = "study"
    quarantined: Moment
    digest: Digest
    bytes: Count


class ClockStepped(Details):
    """The machine's clock stands `microseconds` before the time of the last event; the order of the log is not."""

    action = Action.CLOCK_STEPPED
    object_type = "study"
    microseconds: Count


class PersonAdded(Details):
    action = Action.PERSON_ADDED
    object_type = "person"
    roles: Annotated[tuple[RoleName, ...], Field(strict=False, min_length=1)]
    uid: Count | None = None


class FileIngested(Details):
    """`digest` is keyed; `number` is what the operator's terminal shows beside the file's name."""

    action = Action.FILE_INGESTED
    object_type = "file"
    number: Count
    digest: Digest
    kind: FileKind
    sessions: Count
    pages: Count
    words: Count


class FileRefused(Details):
    """The event's reason says why; `digest` (keyed) is absent when the file could not be read at all."""

    action = Action.FILE_REFUSED
    object_type = "file"
    number: Count
    digest: Digest | None = None
    kind: FileKind | None = None


class FileDuplicate(Details):
    """The same bytes came before, as file number `first`."""

    action = Action.FILE_DUPLICATE
    object_type = "file"
    number: Count
    first: Count
    digest: Digest


class PageScanned(Details):
    action = Action.PAGE_SCANNED
    object_type = "page"
    findings: EntityCounts
    words: Count


class RosterAdded(Details):
    """A roster was stored: rows by entity, pages with new findings, exchanges that wait again because of it."""

    action = Action.ROSTER_ADDED
    object_type = "roster"
    rows: EntityCounts
    pages: Count
    exchanges: Count


class ModelRegistered(Details):
    """A model file may be used from now on, under the name that is the event's object; `digest` is its SHA-256."""

    action = Action.MODEL_REGISTERED
    object_type = "model"
    digest: Digest
    bytes: Count


class ModelRefused(Details):
    """A file was put in the place of the one that was `registered`; `digest` is what was found."""

    action = Action.MODEL_REFUSED
    object_type = "model"
    registered: Digest
    digest: Digest


class RunStarted(Details):
    """A paraphrase run over `pages` pages that had no exchange yet."""

    action = Action.RUN_STARTED
    object_type = "run"
    backend: Code
    model_digest: Digest
    prompt_digest: Digest | None = None
    pages: Count


class RunFinished(Details):
    action = Action.RUN_FINISHED
    object_type = "run"
    backend: Code
    model_digest: Digest
    prompt_digest: Digest | None = None
    pages: Count
    malformed: Count
    milliseconds: Count
    interrupted: bool


class PageSent(Details):
    """A page is about to be sent to an engine on `host`; the event is stored before the first byte leaves."""

    action = Action.PAGE_SENT
    object_type = "page"
    run: Id
    host: Id


class HostRefused(Details):
    """Somebody named an engine on a machine that the policy does not allow; nothing was sent."""

    action = Action.HOST_REFUSED
    object_type = "run"
    host: Id


class TurnsExtracted(Details):
    """A session was cut into multi-turn records: a run of its own, by fixed rules (`model_digest`) and no model.

    Of its `coach_turns` so many were short, and so many became records.
    """

    action = Action.TURNS_EXTRACTED
    object_type = "run"
    session: Id
    backend: Code
    model_digest: Digest
    pages: Count
    coach_turns: Count
    short_turns: Count
    records: Count


class PageSplit(Details):
    """A page that does not fit into the model's context was replaced by parts, each with an exchange of its own."""

    action = Action.PAGE_SPLIT
    object_type = "page"
    run: Id
    parts: Annotated[tuple[Id, ...], Field(strict=False, min_length=2)]


class AttemptFailed(Details):
    """A generation was stored and the page is asked for again, for the flags that it would have had."""

    action = Action.ATTEMPT_FAILED
    object_type = "exchange"
    page: Id
    run: Id
    attempt: Count
    backend: Code
    model_digest: Digest
    prompt_digest: Digest | None = None
    seed: Count
    flags: FlagCounts


class ExchangeCreated(Details):
    """An exchange was condensed from a page, or a multi-turn record cut out of one; `attempt` counts from 1."""

    action = Action.EXCHANGE_CREATED
    object_type = "exchange"
    page: Id
    run: Id
    attempt: Count
    backend: Code
    model_digest: Digest
    prompt_digest: Digest | None = None
    seed: Count
    malformed: bool


class ExchangeScreened(Details):
    action = Action.EXCHANGE_SCREENED
    object_type = "exchange"
    findings: EntityCounts
    flags: FlagCounts


class ExchangeViewed(Details):
    """An exchange was shown to someone, with or without its source page."""

    action = Action.EXCHANGE_VIEWED
    object_type = "exchange"
    source: bool


class ExchangeEdited(Details):
    action = Action.EXCHANGE_EDITED
    object_type = "exchange"
    words_before: Count
    words_after: Count


class ExchangeApproved(Details):
    """`milliseconds` is how long the exchange was on the screen; absent where nobody looked."""

    action = Action.EXCHANGE_APPROVED
    object_type = "exchange"
    findings: Count
    flags: FlagCounts
    milliseconds: Count | None = None


class ExchangeRejected(Details):
    """As for an approval; the event's reason may say why."""

    action = Action.EXCHANGE_REJECTED
    object_type = "exchange"
    findings: Count
    flags: FlagCounts
    milliseconds: Count | None = None


class ExchangeReplayed(Details):
    """The whole history of an exchange was shown with its text; so many `steps`, of which `unsound` did not hold."""

    action = Action.EXCHANGE_REPLAYED
    object_type = "exchange"
    steps: Count
    unsound: Count


class FindingDismissed(Details):
    action = Action.FINDING_DISMISSED
    object_type = "finding"
    exchange: Id
    entity: Entity


class ReleasePlanned(Details):
    """`excluded` counts the exchanges that stay behind, by reason."""

    action = Action.RELEASE_PLANNED
    object_type = "release"
    rows: Count
    excluded: Reasons


class ReleaseBuilt(Details):
    """`manifest_digest` is the SHA-256 of the bundle's MANIFEST.json."""

    action = Action.RELEASE_BUILT
    object_type = "release"
    rows: Count
    excluded: Reasons
    manifest_digest: Digest


class ReleaseRefused(Details):
    """The event's reason says why nothing was built."""

    action = Action.RELEASE_REFUSED
    object_type = "release"
    rows: Count
    excluded: Reasons


class ReleaseVerified(Details):
    """A bundle was checked; without `manifest_digest` it has no readable manifest."""

    action = Action.RELEASE_VERIFIED
    object_type = "release"
    rows: Count
    manifest_digest: Digest | None = None


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


DETAILS: dict[Action, type[Details]] = {model.action: model for model in Details.__subclasses__()}
