"""What the desk answers: plain, immutable values that could as well have crossed a socket."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from policies import Entity, FlagKind, Policy, Risk, Role, Verdict

Side = Literal["question", "answer"]
State = Literal["waiting", "approved", "rejected", "sent_back", "second", "disputed"]
"""`second`: decided once, waits for a second person; who is to give that blind decision sees it as waiting.
`disputed`: the two disagree, and a senior settles it."""
RecordKind = Literal["exchange", "multi_turn"]
"""Condensed from one page, or turns of a session as they were said."""
FindingState = Literal["open", "treated", "kept", "dismissed"]
RejectReason = Literal[
    "identifying", "unfaithful", "malformed", "off_topic", "poor_quality", "duplicate", "flagged", "other"
]
SendBackReason = Literal["unfaithful", "malformed", "poor_quality", "too_short", "leaks", "other"]
WithdrawReason = Literal["new_knowledge", "mistake", "consent", "policy", "other"]
ReviewNote = Literal["nothing_unusual", "explained", "follow_up", "incident"]
"""How an examined period of the log was: as expected, odd but explained, to be followed up, to be reported."""
DismissReason = Literal["not_identifying", "common_word", "public_knowledge", "wrong_span", "other"]


class View(BaseModel):
    """Base of every answer: it can cross a socket, and no error quotes it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


class Done(View):
    """The command was carried out and there is nothing to tell."""


class Person(View):
    """A person of the study with one role."""

    person: int
    name: str
    uid: int | None
    role: Role


class People(View):
    """Everybody in the study, one entry a role."""

    people: tuple[Person, ...]


class Token(View):
    """A token that was made for a person.  Nobody can be told it again."""

    name: str
    token: str


class Revoked(View):
    """How many tokens of a person are no longer taken."""

    name: str
    tokens: int


class PolicyView(View):
    """The policy in force and its digest (SHA-256, hex)."""

    policy: Policy
    digest: str


class FileOutcome(View):
    """What became of one file: its number, and how much it brought."""

    file: int
    status: Literal["added", "duplicate"]
    sessions: int
    pages: int
    words: int


class ModelFile(View):
    """A registered model file: absolute path, SHA-256 (hex), and the name of the known file that it is, if any."""

    name: str
    path: str
    bytes: int
    digest: str
    known: str | None


class ModelFiles(View):
    """All registered model files."""

    models: tuple[ModelFile, ...]


class ModelOutcome(View):
    """What became of a registration, and the file as it is registered."""

    status: Literal["added", "duplicate"]
    model: ModelFile


class RosterOutcome(View):
    """What became of a roster: rows added, pages with new findings, exchanges that wait for a decision again."""

    rows: int
    pages: int
    exchanges: int


class SourceFinding(View):
    """A finding on a source page (`stop` exclusive, offsets into the page's text)."""

    start: int
    stop: int
    entity: Entity
    score: float
    recognizer: str
    explanation: str
    keep: bool


class Mark(View):
    """A timestamp or transcriber's note on a source page."""

    start: int
    stop: int
    kind: str


class Run(View):
    """A paraphrase run: its id, and the pages and words that wait for it."""

    run: str
    pages: int
    words: int


class PageJob(View):
    """A page that waits for its paraphrase."""

    page: int
    session: int
    number: int
    text: str
    words: int
    findings: tuple[SourceFinding, ...]
    attempt: int = 1
    faults: tuple[FlagKind, ...] = ()
    """What was wrong with the attempt before."""


class PageJobs(View):
    """The next pages to paraphrase; empty when there are none."""

    jobs: tuple[PageJob, ...]


class Screened(View):
    """What became of one generation: an exchange, another attempt for these faults, or a page in so many parts."""

    exchange: int | None
    again: tuple[FlagKind, ...] = ()
    parts: int = 0
    malformed: str | None = None
    flags: tuple[FlagKind, ...] = ()
    treated: int = 0
    open: int = 0


class SessionTurns(View):
    """What became of one session's turns; `session` is None when none was left.

    `lint` is a sentence on the lengths of the coach's turns in all sessions so far.
    """

    session: int | None
    left: int
    coach_turns: int
    records: int
    flagged: int
    treated: int
    lint: str


class BodyFinding(View):
    """A finding on one side of an exchange; a treated one spans its placeholder."""

    ordinal: int
    side: Side
    start: int
    stop: int
    entity: Entity
    score: float
    recognizer: str
    explanation: str
    state: FindingState


class Flag(View):
    """A reason for special attention, with its place in the exchange and, where known, in the source."""

    ordinal: int
    kind: FlagKind
    side: Side | None
    start: int | None
    stop: int | None
    explanation: str
    source_start: int | None
    source_stop: int | None


class QueueRow(View):
    """One exchange in a list: no text.  `reviewer` decided it last, `holder` has claimed it."""

    exchange: int
    kind: RecordKind = "exchange"
    session: int
    page: int
    version: int
    state: State
    flags: tuple[FlagKind, ...]
    open: int
    words: int
    short: bool
    risk: Risk = Risk.STANDARD
    reviewer: str | None = None
    holder: str | None = None
    draft: bool = False
    notes: int = 0


class QueueFilter(View):
    """Which exchanges a list holds; what is None does not matter.

    `words` are searched in source, question and answer, case aside; `mine`: claimed, drafted or decided by who asks.
    """

    state: State | None = None
    flag: FlagKind | None = None
    session: int | None = None
    reviewer: str | None = None
    risk: Risk | None = None
    kind: RecordKind | None = None
    mine: bool = False
    words: Annotated[str | None, Field(max_length=200, repr=False)] = None


class Queue(View):
    """A window of the queue."""

    total: int
    offset: int = 0
    """Where the window begins."""
    rows: tuple[QueueRow, ...]


class Decision(View):
    """One decision of an exchange's history."""

    version: int
    verdict: Verdict
    reason: str | None
    person: str
    face: str
    time: str
    sequence: int


class Attempt(View):
    """One generation of an exchange, as it came, with the flags for which it was made again."""

    attempt: int
    raw: str
    faults: tuple[FlagKind, ...]
    shown: bool


class ExchangeView(View):
    """Everything a reviewer needs to decide one exchange."""

    row: QueueRow
    source: str
    marks: tuple[Mark, ...]
    source_findings: tuple[SourceFinding, ...]
    question: str
    answer: str
    body_kind: Literal["raw", "treated", "edited"]
    raw: str
    findings: tuple[BodyFinding, ...]
    flags: tuple[Flag, ...]
    decisions: tuple[Decision, ...]
    backend: str
    malformed: str | None
    attempts: tuple[Attempt, ...]
    notes: tuple[str, ...] = ()
    """Each as `person, time: text`."""
    must_read: Literal["page", "evidence"] = "page"
    """What must have been on screen before it is approved, beside the whole exchange."""
    review_round: Literal["first", "second", "adjudication"] = "first"
    """Which decision it waits for; the second is given without seeing the first."""


class StageCounts(View):
    """Where the study stands, stage by stage."""

    study: str
    policy: str
    policy_digest: str
    files: int
    sessions: int
    pages: int
    words: int
    findings: int
    exchanges: int
    multi_turn: int
    paraphrased_by: tuple[tuple[str, int], ...]
    malformed: int
    pages_waiting: int = 0
    """Pages without an exchange, or whose exchanges were all sent back."""
    flagged: int
    waiting: int
    approved: int
    rejected: int
    sent_back: int = 0
    second: int = 0
    disputed: int = 0
    claimed: int = 0
    """Exchanges that somebody has in hand now."""
    short: int
    open_findings: int
    releases: int
    events: int


class ReleasePlan(View):
    """What a release would hold now, and what stays, by reason; warnings are whole sentences.

    `unstated` is how many of the rows have no consent on record and go because the policy says so; `rescan_left` is how
    many wait for the last scan, without which nothing is built; `refusals` say why nothing would be built in any case.
    """

    rows: int
    unstated: int
    excluded: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]
    rescan_left: int = 0
    refusals: tuple[str, ...] = ()


class Built(View):
    """A release that has been written; `unstated` as in its plan."""

    name: str
    version: str
    path: str
    rows: int
    unstated: int
    excluded: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]
    manifest_digest: str


class BackedUp(View):
    """A backup that has been written and verified: so many files, bytes and events of the log."""

    path: str
    files: int
    bytes: int
    events: int
    manifest_digest: str


class AuditOutcome(View):
    """The result of verifying the log against the store."""

    events: int
    root: str
    anchored: int
    """Number of first events that a signed checkpoint vouches for."""
    fault: str | None
    kind: str | None
    sequence: int | None
    notes: tuple[str, ...]


class Examined(View):
    """A review of the log that was recorded: the period's events, and the digest (SHA-256, hex) of its report."""

    events: int
    first: int | None
    last: int | None
    digest: str
