"""Exchanges: versioned bodies, findings and flags on them, and decisions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from policies import Entity
from redaction.folding import fold
from workbench.store import standings
from workbench.store.connection import Connection
from workbench.store.values import values

AT_ONCE = 20_000
"""So many events are looked through at once, so that never all of them are in memory."""


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
    """A decision on one version, with the digest and the policy it was made under.

    `milliseconds` and `words` are how long and how much was read for it; None where nobody looked.
    """

    exchange: int
    version: int
    verdict: str
    reason: str | None
    digest: str
    policy_digest: str
    person: str
    face: str
    time: str
    review_round: str
    milliseconds: int | None
    words: int | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Latest:
    """The last version of an exchange, and what its decisions together make of it.

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
    state: str
    open: int
    flags: str


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


def add_body(db: Connection, body: Body, findings: list[BodyFinding], flags: list[FlagRow]) -> None:
    """Store a version with what was found on it."""
    db.insert("bodies", [values(body)])
    db.insert("body_findings", [values(finding, body.exchange, body.version) for finding in findings])
    db.insert("flags", [values(flag, body.exchange, body.version) for flag in flags])


def attempt(db: Connection, exchange: int) -> int:
    """Which attempt at its page an exchange was made from."""
    return int(db.value("SELECT attempt FROM exchanges WHERE exchange = ?", [exchange]))


def body(db: Connection, exchange: int, version: int) -> Body:
    """One version that is there."""
    found = db.row("SELECT * FROM bodies WHERE exchange = ? AND version = ?", [exchange, version])
    assert found is not None
    return Body(*found)


def touched_since(db: Connection, exchange: int, person: str, sequence: int) -> str | None:
    """Who else changed or decided an exchange after an event, or None."""
    found = db.row(
        "SELECT person FROM (SELECT person, sequence FROM bodies WHERE exchange = ? "
        "UNION ALL SELECT person, sequence FROM decisions WHERE exchange = ?) "
        "WHERE sequence > ? AND person <> ? ORDER BY sequence DESC LIMIT 1",
        [exchange, exchange, sequence, person],
    )
    return None if found is None else str(found[0])


def successor(db: Connection, exchange: int) -> int | None:
    """The exchange that the same page got after this one, or None."""
    found = db.value(
        "SELECT min(n.exchange) FROM exchanges o JOIN exchanges n USING (page) "
        "WHERE o.exchange = ? AND n.exchange > o.exchange AND n.kind = 'exchange'",
        [exchange],
    )
    return None if found is None else int(found)


def of_session(db: Connection, session: int) -> list[int]:
    """The exchanges and other records of a session, in order of the study."""
    rows = db.rows(
        "SELECT exchange FROM exchanges JOIN pages USING (page) WHERE session = ? ORDER BY exchange", [session]
    )
    return [int(exchange) for (exchange,) in rows]


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
    db.insert("decisions", [values(decision)])


def decisions(db: Connection, exchange: int) -> list[DecisionRow]:
    """Everything that was ever decided about an exchange, in order."""
    rows = db.rows("SELECT * FROM decisions WHERE exchange = ?", [exchange])
    return sorted((DecisionRow(*row) for row in rows), key=lambda decision: decision.sequence)


def verdicts(db: Connection, size: int) -> Iterator[tuple[int, int, str, int]]:
    """Exchange, version, verdict and event of every decision among so many events, read part by part."""
    wanted = "SELECT exchange, version, verdict, sequence FROM decisions WHERE sequence >= ? AND sequence < ?"
    for bounds in pairwise([-(2**63), *range(AT_ONCE, size, AT_ONCE), size]):
        yield from db.rows(wanted, [*bounds])


def add_dismissal(db: Connection, exchange: int, entity: str, folded: str, reason: str, sequence: int) -> None:
    """Store that these words identify nobody in this exchange; with the reason `undo`, that this was taken back."""
    db.insert("dismissals", [(exchange, entity, folded, reason, sequence)])


def dismissed(db: Connection, exchange: int) -> dict[tuple[Entity, str], int]:
    """Entities and folded words that are dismissed in an exchange, with the event that dismissed them last."""
    rows = db.rows(
        "SELECT entity, folded, max(sequence) FROM dismissals WHERE exchange = ? GROUP BY ALL "
        "HAVING count(*) FILTER (reason <> 'undo') > count(*) FILTER (reason = 'undo')",
        [exchange],
    )
    return {(Entity(entity), folded): int(sequence) for entity, folded, sequence in rows}


def dismissed_by(db: Connection, sequence: int) -> tuple[int, str, str]:
    """Exchange, entity and folded words of the dismissal that an event made."""
    found = db.row("SELECT exchange, entity, folded FROM dismissals WHERE sequence = ?", [sequence])
    assert found is not None
    return int(found[0]), str(found[1]), str(found[2])


_LATEST = """
    SELECT l.exchange, e.kind, e.origin, e.page, p.session, p.number, l.version, l.kind, l.question, l.answer, l.digest,
           l.policy_digest, coalesce(s.state, 'waiting'), coalesce(o.open, 0), coalesce(f.kinds, '')
    FROM latest l JOIN exchanges e USING (exchange) JOIN pages p USING (page)
    LEFT JOIN current_standings s ON s.exchange = l.exchange AND s.version = l.version
    LEFT JOIN open_findings o ON o.exchange = l.exchange AND o.version = l.version
    LEFT JOIN (
        SELECT exchange, version, string_agg(DISTINCT kind, ' ' ORDER BY kind) AS kinds FROM flags GROUP BY ALL) f
        ON f.exchange = l.exchange AND f.version = l.version
"""


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
    wanted = [exchange, body.version]
    found = db.value("SELECT count(*) FROM body_findings WHERE exchange = ? AND version = ? AND state = 'open'", wanted)
    kinds = {kind for (kind,) in db.rows("SELECT kind FROM flags WHERE exchange = ? AND version = ?", wanted)}
    kind, origin, page = place
    standing = standings.standing(db, exchange)
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
        state=standing.state if standing and standing.version == body.version else "waiting",
        open=int(found),
        flags=" ".join(sorted(kinds)),
    )


def all_latest(db: Connection) -> list[Latest]:
    """The last version of every exchange, in order of the study."""
    # Sorted here: DuckDB would move all the texts to do it.
    return sorted((Latest(*row) for row in db.rows(_LATEST)), key=lambda latest: latest.exchange)


def treated_places(db: Connection, numbers: Iterable[int]) -> list[tuple[int, int, str, int, int]]:
    """Exchange, version, side, start and stop of every stand-in for an identifier, in any version of these."""
    return db.rows(
        "SELECT exchange, version, side, start, stop FROM body_findings "
        "WHERE list_contains(?, exchange) AND state = 'treated'",
        [list(numbers)],
    )


def standins(db: Connection, exchange: int) -> frozenset[str]:
    """The folded words that treatment put in the place of identifiers of an exchange, in any version."""
    rows = db.rows(
        "SELECT substr(CASE f.side WHEN 'question' THEN b.question ELSE b.answer END, f.start + 1, f.stop - f.start) "
        "FROM body_findings f JOIN bodies b USING (exchange, version) "
        "WHERE f.exchange = ? AND f.state = 'treated'",
        [exchange],
    )
    return frozenset(fold(words) for (words,) in rows)
