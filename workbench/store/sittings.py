"""Sittings: when each person sat down and got up, and what they did in between."""

from dataclasses import dataclass

from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class SittingRow:
    """A sitting `began` or `ended`, under the policy of that moment."""

    sitting: str
    person: str
    state: str
    time: str
    policy_digest: str
    sequence: int


def add(db: Connection, sitting: SittingRow) -> None:
    """Store that a sitting began or ended."""
    db.insert("sittings", [values(sitting)])


def of_person(db: Connection, person: str) -> list[SittingRow]:
    """Everything about a person's sittings, in order of the log."""
    return [SittingRow(*row) for row in db.rows("SELECT * FROM sittings WHERE person = ? ORDER BY sequence", [person])]


def decided_since(db: Connection, person: str, sequence: int) -> dict[str, int]:
    """How many exchanges a person has decided since an event, by verdict, without what was undone or withdrawn."""
    rows = db.rows(
        "WITH mine AS (SELECT exchange, arg_max(verdict, sequence) AS verdict, max(sequence) AS sequence "
        "    FROM decisions WHERE person = ? AND sequence > ? GROUP BY exchange) "
        "SELECT verdict, count(*) FROM mine WHERE NOT EXISTS (SELECT 1 FROM decisions d "
        "    WHERE d.exchange = mine.exchange AND d.sequence >= mine.sequence AND d.verdict = 'withdraw') "
        "GROUP BY verdict",
        [person, sequence],
    )
    return {str(verdict): int(number) for verdict, number in rows}


def read_since(db: Connection, person: str, sequence: int) -> tuple[int, int]:
    """Milliseconds and words of a person's decisions since an event that were read for, undone ones too."""
    milliseconds, words = db.rows(
        "SELECT coalesce(sum(milliseconds), 0), coalesce(sum(words), 0) FROM decisions "
        "WHERE person = ? AND sequence > ? AND milliseconds IS NOT NULL",
        [person, sequence],
    )[0]
    return int(milliseconds), int(words)


def steps_since(db: Connection, person: str, sequence: int) -> int:
    """How many steps other than decisions a person has done since an event and not undone."""
    return int(
        db.value(
            "SELECT count(*) FROM (SELECT step FROM steps "
            "WHERE person = ? AND sequence > ? AND kind NOT IN ('decision', 'sending_back') "
            "GROUP BY step HAVING arg_max(state, sequence) IN ('done', 'redone'))",
            [person, sequence],
        )
    )


def returned(db: Connection, person: str, limit: int) -> list[int]:
    """Exchanges that this person decided once and that wait again, by nothing that they did themselves."""
    rows = db.rows(
        "WITH mine AS (SELECT DISTINCT exchange FROM decisions WHERE person = ? AND verdict <> 'withdraw'), "
        "last AS (SELECT exchange, arg_max(person, sequence) AS person, arg_max(verdict, sequence) AS verdict "
        "         FROM decisions WHERE exchange IN (SELECT exchange FROM mine) GROUP BY exchange) "
        "SELECT s.exchange FROM current_standings s JOIN last USING (exchange) "
        "WHERE s.state = 'waiting' AND NOT (last.person = ? AND last.verdict = 'withdraw') AND NOT EXISTS ("
        "    SELECT 1 FROM bodies b WHERE b.exchange = s.exchange AND b.version = s.version AND b.kind = 'edited' "
        "    AND b.person = ?) ORDER BY s.exchange LIMIT ?",
        [person, person, person, limit],
    )
    return [int(exchange) for (exchange,) in rows]


def disputed(db: Connection, limit: int) -> list[int]:
    """Exchanges about which two reviewers disagree."""
    rows = db.rows("SELECT exchange FROM current_standings WHERE state = 'disputed' ORDER BY exchange LIMIT ?", [limit])
    return [int(exchange) for (exchange,) in rows]
