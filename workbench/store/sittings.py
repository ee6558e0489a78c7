"""Sittings: when each person sat down and got up, and what they did in between."""

from collections import Counter
from dataclasses import dataclass

from workbench.store.connection import Connection


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
    db.insert("sittings", [tuple(getattr(sitting, name) for name in SittingRow.__slots__)])


def of_person(db: Connection, person: str) -> list[SittingRow]:
    """Everything about a person's sittings, in order of the log."""
    return [SittingRow(*row) for row in db.rows("SELECT * FROM sittings WHERE person = ? ORDER BY sequence", [person])]


def decided_since(db: Connection, person: str, sequence: int) -> tuple[dict[str, int], int, int]:
    """A person's decisions since an event, by verdict; milliseconds and words of those that were read for."""
    rows = db.rows(
        "SELECT verdict, milliseconds, words FROM decisions "
        "WHERE person = ? AND sequence > ? AND verdict <> 'withdraw'",
        [person, sequence],
    )
    read = [(milliseconds, words) for _, milliseconds, words in rows if milliseconds is not None]
    return dict(Counter(verdict for verdict, *_ in rows)), sum(ms for ms, _ in read), sum(words for _, words in read)


def steps_since(db: Connection, person: str, sequence: int) -> int:
    """How many steps a person has done since an event."""
    return int(
        db.value("SELECT count(*) FROM steps WHERE person = ? AND sequence > ? AND state = 'done'", [person, sequence])
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
