"""Fresh scans of what would be released: one row a version and detector; `found` holds places, never words."""

from collections.abc import Iterable
from typing import NamedTuple

from workbench.store.connection import Connection


class Place(NamedTuple):
    """Where on a version something was found when it was screened, and what became of it."""

    exchange: int
    side: str
    start: int
    stop: int
    state: str


def add(db: Connection, rows: Iterable[tuple[int, int, str]], detector: str, sequence: int) -> None:
    """Store what a detector (its digest) has found on versions: (exchange, version, places as JSON)."""
    db.insert("rescans", [(exchange, version, detector, found, sequence) for exchange, version, found in rows])


def places(db: Connection, versions: dict[int, int]) -> list[Place]:
    """The findings that are known of these versions (version by exchange)."""
    rows = db.rows(
        "SELECT exchange, version, side, start, stop, state FROM body_findings "
        "WHERE exchange BETWEEN ? AND ? AND exchange IN (SELECT unnest(?::INTEGER[]))",
        [min(versions), max(versions), [*versions]],
    )
    return [Place(exchange, *rest) for exchange, version, *rest in rows if versions[exchange] == version]


def found_in(db: Connection, detector: str, nothing: str) -> list[int]:
    """The exchanges in whose latest version a detector has found something, in order; where not, it left `nothing`."""
    rows = db.rows(
        "SELECT exchange FROM rescans JOIN current_standings USING (exchange, version) "
        "WHERE detector = ? AND found <> ? AND state = 'approved' GROUP BY exchange ORDER BY exchange",
        [detector, nothing],
    )
    return [int(exchange) for (exchange,) in rows]
