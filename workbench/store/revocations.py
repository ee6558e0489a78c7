"""Rows of releases that were revoked, and which rows would have to be."""

from collections.abc import Iterable, Sequence

from workbench.store.connection import Connection


def add(db: Connection, rows: Iterable[tuple[str, str]], reason: str, sequence: int) -> None:
    """Revoke rows, each (name of the release, id of the row)."""
    db.insert("revocations", [(name, row, reason, sequence) for name, row in rows])


def all_rows(db: Connection) -> list[tuple[str, str, str]]:
    """Every revoked row, as (name of the release, its manifest's digest, id of the row), in order."""
    return db.rows(
        "SELECT DISTINCT r.name, manifest_digest, row_id FROM revocations r JOIN releases USING (name) ORDER BY ALL"
    )


def identifying(db: Connection) -> set[tuple[int, int]]:
    """Exchange and version of every row that was revoked because it identifies somebody."""
    return set(
        db.rows(
            "SELECT exchange, version FROM release_rows o SEMI JOIN "
            "(SELECT * FROM revocations WHERE reason = 'identifying') v ON v.name = o.name AND v.row_id = o.row_id"
        )
    )


def destinations(db: Connection, release: str) -> list[str]:
    """Where a release was published to, as the study was told."""
    rows = db.rows(
        "SELECT DISTINCT line ->> '$.details.destination' FROM events "
        """WHERE starts_with(line, '{"action":"release.published",') AND (line ->> '$.object_id') = ? ORDER BY ALL""",
        [release],
    )
    return [str(destination) for (destination,) in rows]


def of_exchange(db: Connection, exchange: int, reason: str) -> list[tuple[str, str]]:
    """Release and id of each released row of an exchange that is not revoked, oldest release first.

    What identifies somebody goes into no later release either, so that a row revoked for another reason is named again
    where this is the reason.
    """
    return _standing(db, "o.exchange = ?", [exchange], reason)


def of_withdrawn(db: Connection, scope: str) -> list[tuple[str, str]]:
    """As `of_exchange`, of each row whose subject consents no more to what releases are for."""
    return _standing(
        db,
        "o.exchange IN (SELECT exchange FROM exchanges JOIN pages USING (page) JOIN current_consents USING (session) "
        "WHERE (consent ->> 'withdrawn') IS NOT NULL "
        "OR NOT list_contains(from_json(consent -> 'scopes', '[\"VARCHAR\"]'), ?))",
        [scope],
        "consent_withdrawn",
    )


def _standing(db: Connection, condition: str, values: Sequence[object], reason: str) -> list[tuple[str, str]]:
    return db.rows(
        "SELECT o.name, o.row_id FROM release_rows o JOIN releases r USING (name) "
        "ANTI JOIN (SELECT * FROM revocations WHERE reason = 'identifying' OR ? <> 'identifying') v "
        f"ON v.name = o.name AND v.row_id = o.row_id WHERE {condition} ORDER BY r.sequence, o.row_id",
        [reason, *values],
    )
