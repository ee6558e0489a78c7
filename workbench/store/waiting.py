"""Which exchange is next for a person: one question to the store, however long the queue is."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.store.claims import HELD, KNOWN, KNOWN_FIRST, knows_anybody
from workbench.store.connection import Connection
from workbench.store.standings import Wanted, conditions


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for the next exchange: in which sitting, whether they are senior, and whose claims have run out.

    `two_persons` leaves out what they edited last; `disputed` asks for disagreements that they may settle.
    """

    person: str
    sitting: str
    senior: bool
    away: Sequence[str] = ()
    two_persons: bool = False
    disputed: bool = False


def next_exchange(db: Connection, asking: Asking, wanted: Wanted, after: int) -> tuple[int | None, int]:
    """The next of the wanted exchanges that waits for this person, and how many there are.

    In order of the study behind `after`, then from the start; what they skipped in this sitting comes last.
    """
    if asking.disputed:
        states = (
            "? AND state = 'disputed' AND exchange NOT IN "
            "(SELECT d.exchange FROM decisions d WHERE d.person = ? AND d.version = s.version)"
        )
        values: list[object] = [asking.senior, asking.person]
    else:
        # To whoever is to give the second decision, one that was decided once waits like any other.
        states = "(state = 'waiting' OR (state = 'second' AND reviewer <> ?))"
        values = [asking.person]
    clauses = [
        states,
        "(? OR NOT list_contains(string_split(flags, ' '), 'crisis'))",
        f"exchange NOT IN (SELECT exchange FROM ({HELD}) WHERE person <> ? AND NOT list_contains(?, person))",
    ]
    if knows_anybody(db, asking.person):
        clauses.append(f"session NOT IN ({KNOWN})")
    values += [asking.senior, asking.person, [*asking.away]]
    if asking.two_persons:
        clauses.append(
            "exchange NOT IN (SELECT b.exchange FROM bodies b "
            "WHERE b.person = ? AND b.kind = 'edited' AND b.version = s.version)"
        )
        values.append(asking.person)
    more, bound = conditions(wanted)
    found = db.row(
        f"WITH {KNOWN_FIRST}, skipped AS (SELECT exchange FROM claims WHERE person = ? AND sitting = ? "
        "AND reason = 'skipped'), "
        f"mine AS (SELECT exchange, exchange IN (SELECT exchange FROM skipped) AS skipped FROM current_standings s "
        f"WHERE {' AND '.join([*clauses, *more])}) "
        "SELECT count(*), coalesce(min(exchange) FILTER (exchange > ? AND NOT skipped), "
        "min(exchange) FILTER (NOT skipped), min(exchange) FILTER (exchange > ?), min(exchange)) FROM mine",
        [asking.person, asking.person, asking.sitting, *values, *bound, after, after],
    )
    assert found is not None
    return found[1], int(found[0])
