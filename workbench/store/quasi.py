"""What is known of rows beside their text: visit, demographic groups, kinds of places, indirect identifiers, crises."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.store.connection import Connection


@dataclass(frozen=True, slots=True)
class KnownOf:
    """What a manifest says of a session; all of it is PHI."""

    visit: str | None
    groups: dict[str, str]


def of_sessions(db: Connection, sessions: Iterable[int]) -> dict[int, KnownOf]:
    """What the manifests say of these sessions."""
    rows = db.rows(
        "SELECT session, visit, demographics FROM sessions JOIN files USING (file) WHERE list_contains(?, session)",
        [[*sessions]],
    )
    return {
        int(session): KnownOf(visit or None, json.loads(groups) if groups else {}) for session, visit, groups in rows
    }


def found_on(db: Connection, rows: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str, str]]:
    """(exchange, entity, state) of the places and indirect identifiers in these versions, each once, and of a crisis
    (exchange, `crisis`, `flag`).
    """
    wanted = [[exchange for exchange, _ in rows], [version for _, version in rows]]
    these = "SELECT unnest(?::INTEGER[]) AS exchange, unnest(?::INTEGER[]) AS version"
    yield from db.rows(
        f"WITH these AS ({these}) SELECT DISTINCT exchange, entity, state FROM body_findings JOIN these "
        "USING (exchange, version) WHERE entity IN ('LOCATION', 'FACILITY', 'INDIRECT') "
        "UNION ALL SELECT DISTINCT exchange, kind, 'flag' FROM flags JOIN these USING (exchange, version) "
        "WHERE kind = 'crisis' ORDER BY ALL",
        wanted,
    )
