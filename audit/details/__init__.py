"""What each action records besides the fields that all events share: one model an action."""

from collections.abc import Iterator

from audit.details.base import (
    ENTITIES,
    FLAGS,
    RISKS,
    ROLES,
    ROUNDS,
    STEPS,
    Action,
    Code,
    Count,
    Details,
    Digest,
    Entity,
    EntityCounts,
    FileKind,
    FlagCounts,
    Id,
    KeySource,
    Moment,
    ObjectType,
    Reasons,
    Risk,
    RoleName,
    Round,
    StepKind,
    Strict,
)
from audit.details.exchange import (
    AttemptFailed,
    ExchangeApproved,
    ExchangeCreated,
    ExchangeEdited,
    ExchangeRejected,
    ExchangeReplayed,
    ExchangeScreened,
    ExchangeViewed,
    FindingDismissed,
)
from audit.details.log import AuditExported, AuditQueried, AuditReviewed, AuditVerified
from audit.details.release import ReleaseBuilt, ReleasePlanned, ReleaseRefused, ReleaseVerified
from audit.details.review import (
    ClaimReturned,
    DraftDropped,
    DraftSaved,
    ExchangeNoted,
    ExchangePlanted,
    ExchangeSentBack,
    ExchangeWithdrawn,
    FindingMarked,
    FindingRetagged,
    PassphraseSet,
    PersonAuthenticated,
    PlantRevealed,
    SittingBegan,
    SittingEnded,
    SittingLocked,
    StepRedone,
    StepUndone,
    WordsListed,
    WordsRedacted,
    WordsSearched,
)
from audit.details.source import (
    FileDuplicate,
    FileIngested,
    FileRefused,
    HostRefused,
    ModelRefused,
    ModelRegistered,
    PageScanned,
    PageSent,
    PageSplit,
    RosterAdded,
    RunFinished,
    RunStarted,
    TurnsExtracted,
)
from audit.details.study import (
    ClockStepped,
    ConnectionRefused,
    PersonAdded,
    StoreQuarantined,
    StudyBackedUp,
    StudyCreated,
    StudyExplained,
    StudyOpened,
    StudyRestored,
    TokenIssued,
    TokensRevoked,
    UnlockFailed,
)


def _models(base: type[Details]) -> Iterator[type[Details]]:
    """The models that name an action; those between them and the base name none."""
    for model in base.__subclasses__():
        if "action" in model.__dict__:
            yield model
        yield from _models(model)


DETAILS: dict[Action, type[Details]] = {model.action: model for model in _models(Details)}

__all__ = [
    "DETAILS", "ENTITIES", "FLAGS", "RISKS", "ROLES", "ROUNDS", "STEPS", "Action", "AttemptFailed", "AuditExported",
    "AuditQueried",
    "AuditReviewed", "AuditVerified", "ClaimReturned", "ClockStepped", "Code", "ConnectionRefused", "Count", "Details",
    "Digest", "DraftDropped", "DraftSaved", "Entity", "EntityCounts", "ExchangeApproved", "ExchangeCreated",
    "ExchangeEdited", "ExchangeNoted", "ExchangePlanted", "ExchangeRejected", "ExchangeReplayed", "ExchangeScreened",
    "ExchangeSentBack", "ExchangeViewed", "ExchangeWithdrawn", "FileDuplicate", "FileIngested", "FileKind",
    "FileRefused", "FindingDismissed", "FindingMarked", "FindingRetagged", "FlagCounts", "HostRefused", "Id",
    "KeySource", "ModelRefused", "ModelRegistered", "Moment", "ObjectType", "PageScanned", "PageSent", "PageSplit",
    "PassphraseSet", "PersonAdded", "PersonAuthenticated", "PlantRevealed", "Reasons", "ReleaseBuilt", "ReleasePlanned",
    "ReleaseRefused", "ReleaseVerified", "Risk", "RoleName", "RosterAdded", "Round", "RunFinished", "RunStarted",
    "SittingBegan", "SittingEnded", "SittingLocked", "StepKind", "StepRedone", "StepUndone", "StoreQuarantined",
    "Strict", "StudyBackedUp", "StudyCreated", "StudyExplained", "StudyOpened", "StudyRestored", "TokenIssued",
    "TokensRevoked", "TurnsExtracted", "UnlockFailed", "WordsListed", "WordsRedacted", "WordsSearched",
]  # fmt: skip
