"""What the log records of the study itself and its people."""

from typing import Annotated, Literal

from pydantic import Field

from audit.details.base import Action, Code, Count, Details, Digest, Id, KeySource, Moment, RoleName


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


class ConnectionRefused(Details):
    """Somebody who is not a person of the study, or whose token is none of its tokens, asked the server for something.

    `attempts` is how often since the last event of this kind for the same uid: these events are kept few.
    """

    action = Action.CONNECTION_REFUSED
    object_type = "study"
    transport: Literal["socket", "tls"]
    uid: Count | None = None
    login_uid: Count | None = None
    attempts: Count = 1


class TokenIssued(Details):
    """A token was made with which this person can reach the server over TLS; only its digest is kept, in the store."""

    action = Action.TOKEN_ISSUED
    object_type = "person"


class TokensRevoked(Details):
    """So many tokens of this person are no longer taken."""

    action = Action.TOKENS_REVOKED
    object_type = "person"
    tokens: Count


class PersonAdded(Details):
    action = Action.PERSON_ADDED
    object_type = "person"
    roles: Annotated[tuple[RoleName, ...], Field(strict=False, min_length=1)]
    uid: Count | None = None
