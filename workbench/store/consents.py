"""Changes of consent: of a subject, the last one counts, over what the manifest said."""

import json
from collections.abc import Iterable

from workbench.store.connection import Connection


def add(db: Connection, subject: str, scopes: Iterable[str], withdrawn: bool, date: str, sequence: int) -> None:
    """Store what a subject consents to from a day (ISO) on."""
    db.insert("consent_changes", [(subject, json.dumps([*scopes]), withdrawn, date, sequence)])


def sessions_of(db: Connection, subject: str) -> list[int]:
    """The sessions of a subject, in order."""
    rows = db.rows("SELECT session FROM sessions JOIN files USING (file) WHERE subject = ? ORDER BY session", [subject])
    return [int(session) for (session,) in rows]


def approved(db: Connection, sessions: list[int]) -> int:
    """How many approved rows come from these sessions."""
    return int(
        db.value(
            "SELECT count(*) FROM current_standings WHERE state = 'approved' AND origin <> 'planted' "
            "AND list_contains(?, session)",
            [sessions],
        )
    )


def releases_with(db: Connection, sessions: list[int]) -> list[str]:
    """The releases that hold rows of these sessions, in the order in which they were built."""
    rows = db.rows(
        "SELECT name FROM releases WHERE name IN (SELECT name FROM release_rows JOIN exchanges USING (exchange) "
        "JOIN pages USING (page) WHERE list_contains(?, session)) ORDER BY sequence",
        [sessions],
    )
    return [str(name) for (name,) in rows]
