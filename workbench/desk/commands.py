"""Everything that can be asked of a study, as typed commands.  Faces know these and nothing else.

Each command names the view it is answered with: `Desk.execute(Status())` gives `StageCounts`.
"""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from audit.details import Digest
from audit.period import Period
from policies import Entity, Role, Verdict
from workbench.desk import review_views, views
from workbench.desk.replay import Replay
from workbench.desk.views import DismissReason, RejectReason, ReviewNote
from workbench.ingest.manifest import Entry
from workbench.ingest.transcript import Transcript

Answer = TypeVar("Answer", bound=views.View)
VERSION = r"^(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){2}$"
"""Major, minor and patch."""
HANDLE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
Handle = Annotated[str, Field(pattern=HANDLE)]
"""A name that may stand in the log.  Of people and releases; never of files or subjects."""


class Command(BaseModel, Generic[Answer]):
    """Base of every command: immutable and strict; it can cross a socket, and no error quotes it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


class AddPerson(Command[views.Person]):
    """Give a person a role in the study.  `uid` None is a scripted actor that no login can be."""

    name: Handle
    uid: int | None
    role: Role


class ListPeople(Command[views.People]):
    """Who is in the study."""


class IssueToken(Command[views.Token]):
    """Make a token with which a person can reach the server over TLS.  It is shown this once; its digest is kept."""

    name: Handle


class RevokeTokens(Command[views.Revoked]):
    """Take no token of this person any more."""

    name: Handle


class IngestFile(Command[views.FileOutcome]):
    """Store one file that has been read: all of its sessions and pages, or nothing."""

    name: str
    kind: Literal["txt", "docx", "pdf", "csv", "jsonl"]
    size: int
    sha256: bytes
    transcripts: tuple[Transcript, ...]
    manifest: Entry | None = None


class RefuseFile(Command[views.Done]):
    """Record that a file could not be taken, by a reason code only."""

    code: Handle


class AddRoster(Command[views.RosterOutcome]):
    """Store what the site knows, as (subject, entity, words), and hold everything in the study against it."""

    rows: tuple[tuple[str, Entity, str], ...]


class RegisterModel(Command[views.ModelOutcome]):
    """Register a model file: absolute path, bytes, SHA-256 (hex).  The desk names it where no name is given."""

    name: Handle | None = None
    path: str
    bytes: Annotated[int, Field(ge=0)]
    digest: Digest


class ListModels(Command[views.ModelFiles]):
    """Which model files are registered."""


class CheckModel(Command[views.ModelFile]):
    """Which registered model the file at an absolute path is; one that has changed is refused, and that is recorded."""

    path: str
    digest: Digest


class StartRun(Command[views.Run]):
    """Record that a paraphrase run begins, and learn how much there is to do."""

    backend: Handle
    model_digest: str
    prompt_digest: str | None


class ClaimPages(Command[views.PageJobs]):
    """The next pages that have no exchange yet, in order of the study."""

    after: int = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 16


class AnnouncePages(Command[views.Done]):
    """Record that these pages are about to be sent to an engine; nothing is sent before this is stored."""

    run: Handle
    host: str
    pages: tuple[int, ...]


class RefuseHost(Command[views.Done]):
    """Record that an endpoint was refused by the policy."""

    host: str


class SubmitGeneration(Command[views.Screened]):
    """Hand in what the model made of a page; it is parsed, screened, treated and stored in one step."""

    run: Handle
    page: int
    attempt: Annotated[int, Field(ge=1)] = 1
    raw: str
    malformed: Literal["too_long"] | None = None
    backend: Handle
    model_digest: str
    prompt_digest: str | None
    parameters: dict[str, float | int | str]
    seed: int


class FinishRun(Command[views.Done]):
    """Record that a paraphrase run ended, and how."""

    run: Handle
    backend: Handle
    model_digest: str
    prompt_digest: str | None
    pages: int
    malformed: int
    milliseconds: int
    interrupted: bool


class ExtractTurns(Command[views.SessionTurns]):
    """Cut the next session that has no multi-turn records yet into them: all of them, or nothing."""


class ShowPolicy(Command[views.PolicyView]):
    """The policy of this study."""


class Status(Command[views.StageCounts]):
    """Where the study stands."""


class ListQueue(Command[views.Queue]):
    """A window of at most 200 exchanges, in order of the study.

    `around` asks for the window that holds this exchange, if the filter lets it through; `offset` is then not used.
    """

    filter: views.QueueFilter = views.QueueFilter()
    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 200
    around: int | None = None


class Reading(BaseModel):
    """What was on screen before a decision, as the face has measured it: active milliseconds (idle time and curtain
    apart), words of page and exchange that were shown, whether that was all, and the ordinals of flags and findings
    whose place on the page was shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    milliseconds: Annotated[int, Field(ge=0)]
    source_words: Annotated[int, Field(ge=0)]
    exchange_words: Annotated[int, Field(ge=0)]
    whole_source: bool
    whole_exchange: bool
    evidence: bool = True
    """Whether the place of every flag and finding was on screen."""


class OpenExchange(Command[views.ExchangeView]):
    """Show an exchange with its source page.  Reading is an event too.

    With `claim`, one that waits for this person is theirs from then on; what somebody else has claimed is refused.
    """

    exchange: int
    claim: bool = False


class ReplayExchange(Command[Replay]):
    """Show the whole history of an exchange with the text of every version.  Reading is an event too."""

    exchange: int


class Decide(Command[review_views.Decided]):
    """Approve or reject exactly the version that was shown; `reading` is None where nobody looked (a script)."""

    exchange: int
    version: int
    verdict: Literal[Verdict.APPROVE, Verdict.REJECT]
    reason: RejectReason | None = None
    reading: Reading | None = None


class EditExchange(Command[views.ExchangeView]):
    """Replace the text of an exchange; the new version is screened before it can be approved."""

    exchange: int
    version: int
    question: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class DismissFinding(Command[views.ExchangeView]):
    """Say that a finding does not identify anybody; the same words stay dismissed in this exchange."""

    exchange: int
    version: int
    ordinal: int
    reason: DismissReason


class PlanRelease(Command[views.ReleasePlan]):
    """Count what a release would hold now."""


class BuildRelease(Command[views.Built]):
    """Write a release; `folder` None means the study's own releases folder.

    `version` (semantic) may be chosen, but not lower than what has changed since the last release asks for.
    """

    name: Handle
    folder: str | None = None
    version: Annotated[str, Field(pattern=VERSION)] | None = None


class BackUpStudy(Command[views.BackedUp]):
    """Write a backup of the whole study, as it is now, into a new folder."""

    folder: str


class VerifyAudit(Command[views.AuditOutcome]):
    """Check the whole log against the store, and against signed checkpoints that were kept elsewhere."""

    witnessed: tuple[str, ...] = ()


class ReviewAudit(Command[views.Examined]):
    """Record that this person has examined the report of a period, and how it was.

    With `digest` the report must still be the one that was examined.
    """

    period: Period
    note: ReviewNote
    digest: Digest | None = None


class RecordExport(Command[views.Done]):
    """Record that events `first` to `last` left the mirror as a file with this SHA-256."""

    output: Literal["fhir", "ocsf", "report"]
    rows: Annotated[int, Field(ge=0)]
    first: int | None
    last: int | None
    digest: Digest
