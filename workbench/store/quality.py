"""What the quality of decisions is computed from."""

from dataclasses import dataclass

from workbench.store.connection import Connection


@dataclass(frozen=True, slots=True)
class PersonPace:
    """The decisions of one person that somebody read for: how many, milliseconds over them, words on screen."""

    person: str
    decisions: int
    milliseconds: int
    words: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two decisions on one text, the second given blind; `leak`: the second person found something identifying."""

    first: str
    second: str
    leak: bool


def paces(db: Connection) -> list[PersonPace]:
    """How each person reads; decisions that nobody read for are left out."""
    rows = db.rows(
        "SELECT person, count(*), sum(milliseconds), sum(words) FROM decisions "
        "WHERE milliseconds IS NOT NULL AND verdict <> 'withdraw' GROUP BY person ORDER BY person"
    )
    return [PersonPace(str(person), int(n), int(ms), int(words)) for person, n, ms, words in rows]


def pairs(db: Connection) -> list[Pair]:
    """Every second decision with the first one on the same text, apart from those that were taken back."""
    rows = db.rows(
        "SELECT f.verdict, s.verdict, coalesce(s.reason = 'identifying', false) FROM decisions s "
        "ASOF JOIN (SELECT * FROM decisions WHERE review_round = 'first' AND verdict <> 'withdraw') f "
        "ON f.exchange = s.exchange AND f.version = s.version AND s.sequence > f.sequence "
        "WHERE s.review_round = 'second' AND s.verdict IN ('approve', 'reject') AND f.verdict IN ('approve', 'reject') "
        "AND NOT EXISTS (SELECT 1 FROM decisions w WHERE w.exchange = s.exchange AND w.version = s.version "
        "                AND w.verdict = 'withdraw' AND w.reason = 'undo' AND w.person = s.person "
        "                AND w.sequence > s.sequence) ORDER BY s.sequence"
    )
    return [Pair(first, second, bool(leak)) for first, second, leak in rows]


def changed_by_second(db: Connection) -> list[tuple[str, str, bool]]:
    """Texts of approved exchanges that a second person changed instead of deciding: as it was, as that person has left
    it, and whether a mark of theirs stands.
    """
    rows = db.rows(
        "SELECT b.question || ' ' || b.answer, l.question || ' ' || l.answer, "
        "(SELECT count(*) FILTER (NOT removed) > count(*) FILTER (removed) FROM marks m "
        " WHERE m.exchange = s.exchange AND m.person = a.person AND m.sequence > s.sequence) "
        "FROM (SELECT DISTINCT ON (exchange, version) * FROM standings WHERE state = 'second' AND origin <> 'planted' "
        "      ORDER BY exchange, version, sequence DESC) s "
        "JOIN bodies b ON b.exchange = s.exchange AND b.version = s.version "
        "JOIN bodies a ON a.exchange = s.exchange AND a.version = s.version + 1 "
        "JOIN bodies l ON l.exchange = s.exchange AND l.version = "
        "    (SELECT max(version) FROM bodies o WHERE o.exchange = s.exchange AND o.person = a.person) "
        "JOIN decisions d ON d.sequence = s.sequence "
        "WHERE d.verdict = 'approve' AND a.kind = 'edited' AND a.person <> s.reviewer"
    )
    return [(before, after, bool(marked)) for before, after, marked in rows if marked or before != after]


def by_state(db: Connection) -> dict[str, int]:
    """How many exchanges stand how; planted ones are none."""
    rows = db.rows("SELECT state, count(*) FROM current_standings WHERE origin <> 'planted' GROUP BY state")
    return {str(state): int(number) for state, number in rows}


def by_flag(db: Connection) -> list[tuple[str, int]]:
    """How many exchanges have each flag."""
    rows = db.rows(
        "SELECT kind, count(*) FROM (SELECT unnest(string_split(flags, ' ')) AS kind FROM current_standings "
        "WHERE flags <> '' AND origin <> 'planted') GROUP BY kind ORDER BY kind"
    )
    return [(str(kind), int(number)) for kind, number in rows]


def by_risk(db: Connection) -> list[tuple[str, int]]:
    """How many exchanges are of each risk."""
    rows = db.rows("SELECT risk, count(*) FROM current_standings WHERE origin <> 'planted' GROUP BY risk ORDER BY risk")
    return [(str(risk), int(number)) for risk, number in rows]
