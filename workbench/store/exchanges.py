"""Exchanges: generations, versioned bodies, findings and flags on them, and decisions."""

from dataclasses import dataclass, replace

from policies import Entity
from redaction.folding import fold
from workbench.store.connection import Connection, Row


@dataclass(frozen=True, slots=True)
class Generation:
    """What a backend made of a page, as it came: one attempt at the exchange that will have this number.

    `faults` are the flags (separated by blanks) for which it was generated again, or would have been.
    """

    exchange: int
    page: int
    attempt: int
    raw: str
    malformed: str | None
    faults: str
    backend: str
    model_digest: str
    prompt_digest: str | None
    parameters: str
    seed: int

    def judged(self, malformed: str | None, faults: str) -> "Generation":
        """The same with what screening says of it."""
        return replace(self, malformed=malformed, faults=faults)


@dataclass(frozen=True, slots=True)
class Body:
    """One version of an exchange's text; `sequence` is the event that made it."""

    exchange: int
    version: int
    kind: str
    question: str
    answer: str
    digest: str
    policy_digest: str
    person: str
    sequence: int


@dataclass(frozen=True, slots=True)
class BodyFinding:
    """A finding on one side of one version (offsets into that side, `stop` exclusive)."""

    ordinal: int
    side: str
    start: int
    stop: int
    entity: str
    score: float
    recognizer: str
    explanation: str
    state: str


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag on one version; spans where the flag has a place."""

    ordinal: int
    kind: str
    side: str | None
    start: int | None
    stop: int | None
    explanation: str
    source_start: int | None = None
    source_stop: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision on one version, with the digest and the policy it was made under."""

    exchange: int
    version: int
    verdict: str
    reason: str | None
    digest: str
    policy_digest: str
    person: str
    face: str
    time: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Latest:
    """The last version of an exchange with the decision on exactly that version.

    `kind` is that of the version, `record_kind` and `origin` those of the whole record.
    """

    exchange: int
    record_kind: str
    origin: str
    page: int
    session: int
    number: int
    version: int
    kind: str
    question: str
    answer: str
    digest: str
    policy_digest: str
    verdict: str | None
    decided_digest: str | None
    decided_under: str | None
    decided_at: int | None
    open: int
    flags: str


def _values(record: object, *first: object) -> Row:
    return (*first, *(getattr(record, name) for name in record.__slots__))  # type: ignore[attr-defined]


def next_number(db: Connection) -> int:
    """The number of the next exchange; one whose page is still being attempted has its number already."""
    return int(
        db.value(
            "SELECT greatest((SELECT coalesce(max(exchange), 0) FROM exchanges), "
            "(SELECT coalesce(max(exchange), 0) FROM generations)) + 1"
        )
    )


def add(db: Connection, exchange: int, page: int, kind: str, origin: str, attempt: int) -> None:
    """Store a new exchange; `attempt` is the generation that it was made from."""
    db.insert("exchanges", [(exchange, page, kind, origin, attempt)])


def add_generation(db: Connection, generation: Generation) -> None:
    """Store a generation."""
    db.insert("generations", [_values(generation)])


def add_body(db: Connection, body: Body, findings: list[BodyFinding], flags: list[FlagRow]) -> None:
    """Store a version with what was found on it."""
    db.insert("bodies", [_values(body)])
    db.insert("body_findings", [_values(finding, body.exchange, body.version) for finding in findings])
    db.insert("flags", [_values(flag, body.exchange, body.version) for flag in flags])


def attempts(db: Connection, exchange: int) -> list[Generation]:
    """Every generation that was made for an exchange, in order."""
    return [
        Generation(*row) for row in db.rows("SELECT * FROM generations WHERE exchange = ? ORDER BY attempt", [exchange])
    ]


def pending(db: Connection, page: int) -> list[Generation]:
    """The attempts at a page that has no exchange yet, in order."""
    rows = db.rows(
        "SELECT * FROM generations WHERE page = ? AND exchange NOT IN (SELECT exchange FROM exchanges) "
        "ORDER BY attempt",
        [page],
    )
    return [Generation(*row) for row in rows]


def generation(db: Connection, exchange: int) -> Generation:
    """The generation that an exchange was made from."""
    found = db.row(
        "SELECT g.* FROM generations g JOIN exchanges e USING (exchange, attempt) WHERE g.exchange = ?", [exchange]
    )
    assert found is not None
    return Generation(*found)


def findings(db: Connection, exchange: int, version: int) -> list[BodyFinding]:
    """Findings of a version."""
    rows = db.rows(
        "SELECT * EXCLUDE (exchange, version) FROM body_findings WHERE exchange = ? AND version = ?",
        [exchange, version],
    )
    return sorted((BodyFinding(*row) for row in rows), key=lambda finding: finding.ordinal)


def flags(db: Connection, exchange: int, version: int) -> list[FlagRow]:
    """Flags of a version."""
    rows = db.rows(
        "SELECT * EXCLUDE (exchange, version) FROM flags WHERE exchange = ? AND version = ?",
        [exchange, version],
    )
    return sorted((FlagRow(*row) for row in rows), key=lambda flag: flag.ordinal)


def add_decision(db: Connection, decision: DecisionRow) -> None:
    """Store a decision."""
    db.insert("decisions", [_values(decision)])


def decisions(db: Connection, exchange: int) -> list[DecisionRow]:
    """Everything that was ever decided about an exchange, in order."""
    rows = db.rows("SELECT * FROM decisions WHERE exchange = ?", [exchange])
    return sorted((DecisionRow(*row) for row in rows), key=lambda decision: decision.sequence)


def all_decisions(db: Connection) -> list[DecisionRow]:
    """Every decision of the study, in order of the log."""
    return [DecisionRow(*row) for row in db.rows("SELECT * FROM decisions ORDER BY sequence")]


def add_dismissal(db: Connection, exchange: int, entity: str, folded: str, reason: str, sequence: int) -> None:
    """Store that these words identify nobody in this exchange."""
    db.insert("dismissals", [(exchange, entity, folded, reason, sequence)])


def dismissed(db: Connection, exchange: int) -> set[tuple[Entity, str]]:
    """Entities and folded words that were dismissed in an exchange."""
    rows = db.rows("SELECT entity, folded FROM dismissals WHERE exchange = ?", [exchange])
    return {(Entity(entity), folded) for entity, folded in rows}


_LATEST = """
    SELECT l.exchange, e.kind, e.origin, e.page, p.session, p.number, l.version, l.kind, l.question, l.answer, l.digest,
           l.policy_digest, l.verdict, l.decided_digest, l.decided_under, l.decided_at, coalesce(o.open, 0),
           coalesce(f.kinds, '')
    FROM latest l JOIN exchanges e USING (exchange) JOIN pages p USING (page)
    LEFT JOIN open_findings o ON o.exchange = l.exchange AND o.version = l.version
    LEFT JOIN (
        SELECT exchange, version, string_agg(DISTINCT kind, ' ' ORDER BY kind) AS kinds FROM flags GROUP BY ALL) f
        ON f.exchange = l.exchange AND f.version = l.version
"""
_STATE = "CASE l.verdict WHEN 'approve' THEN 'approved' WHEN 'reject' THEN 'rejected' ELSE 'waiting' END"


def latest(db: Connection, exchange: int) -> Latest | None:
    """The last version of an exchange, or None.

    Small questions, put together here: for one exchange that takes a third of the time of the join below.
    """
    place = db.row("SELECT kind, origin, page FROM exchanges WHERE exchange = ?", [exchange])
    if place is None:
        return None
    session = db.row("SELECT session, number FROM pages WHERE page = ?", [place[2]])
    bodies = db.rows("SELECT * FROM bodies WHERE exchange = ?", [exchange])
    assert session is not None
    body = max((Body(*row) for row in bodies), key=lambda body: body.version)
    last = max(decisions(db, exchange), key=lambda decision: decision.sequence, default=None)
    decided = last if last is not None and last.version == body.version else None
    wanted = [exchange, body.version]
    found = db.value("SELECT count(*) FROM body_findings WHERE exchange = ? AND version = ? AND state = 'open'", wanted)
    kinds = {kind for (kind,) in db.rows("SELECT kind FROM flags WHERE exchange = ? AND version = ?", wanted)}
    kind, origin, page = place
    return Latest(
        exchange=exchange,
        record_kind=kind,
        origin=origin,
        page=page,
        session=session[0],
        number=session[1],
        version=body.version,
        kind=body.kind,
        question=body.question,
        answer=body.answer,
        digest=body.digest,
        policy_digest=body.policy_digest,
        verdict=decided.verdict if decided else None,
        decided_digest=decided.digest if decided else None,
        decided_under=decided.policy_digest if decided else None,
        decided_at=decided.sequence if decided else None,
        open=int(found),
        flags=" ".join(sorted(kinds)),
    )


def all_latest(db: Connection) -> list[Latest]:
    """The last version of every exchange, in order of the study."""
    return [Latest(*row) for row in db.rows(f"{_LATEST} ORDER BY l.exchange")]


def queue(db: Connection, state: str | None, flag: str | None, offset: int, limit: int) -> tuple[int, list[Latest]]:
    """How many exchanges match, and a window of them."""
    has_flag = "list_contains(string_split(coalesce(f.kinds, ''), ' '), ?)"
    where = f"WHERE (? IS NULL OR {_STATE} = ?) AND (? IS NULL OR {has_flag})"
    values = [state, state, flag, flag]
    total = int(db.value(f"SELECT count(*) FROM ({_LATEST} {where})", values))
    rows = db.rows(f"{_LATEST} {where} ORDER BY l.exchange LIMIT ? OFFSET ?", [*values, limit, offset])
    return total, [Latest(*row) for row in rows]


def standins(db: Connection, exchange: int) -> frozenset[str]:
    """The folded words that treatment put in the place of identifiers of an exchange."""
    rows = db.rows(
        "SELECT substr(CASE f.side WHEN 'question' THEN b.question ELSE b.answer END, f.start + 1, f.stop - f.start) "
        "FROM body_findings f JOIN bodies b USING (exchange, version) "
        "WHERE f.exchange = ? AND f.version = 1 AND f.state = 'treated'",
        [exchange],
    )
    return frozenset(fold(words) for (words,) in rows)
