"""Releases that were built, and the counts that the status shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workbench.store.connection import Connection, Row


def add(db: Connection, about: tuple[str, str, str, int, str, str, str], rows: Iterable[Any], sequence: int) -> None:
    """Store a release: its name, version, manifest's digest, rows, who built it, path and time; `rows` are Arrow
    tables of opaque ids, exchanges, versions and digests.
    """
    db.insert("releases", [(*about, sequence)])
    for part in rows:
        db.append("release_rows", part, about[0])


def last(db: Connection) -> tuple[str, str] | None:
    """Name and version of the release that was built last, if any."""
    found: Row | None = db.row("SELECT name, version FROM releases ORDER BY sequence DESC LIMIT 1")
    return None if found is None else (str(found[0]), str(found[1]))


def digests(db: Connection, name: str) -> set[str]:
    """The digests of the texts that went into a release."""
    return {digest for (digest,) in db.rows("SELECT digest FROM release_rows WHERE name = ?", [name])}


def exists(db: Connection, name: str) -> bool:
    """Whether a release of that name was built."""
    return db.row("SELECT 1 FROM releases WHERE name = ?", [name]) is not None


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was built: who built it, where it was written, and the event that says so."""

    name: str
    version: str
    manifest_digest: str
    rows: int
    person: str
    path: str
    time: str
    sequence: int


def named(db: Connection, name: str) -> Release | None:
    """The release of that name, if it was built."""
    found = db.row(
        "SELECT name, version, manifest_digest, rows, person, path, time, sequence FROM releases WHERE name = ?", [name]
    )
    return None if found is None else Release(*found)


def released_since(db: Connection, exchange: int, sequence: int) -> str | None:
    """The first release that an exchange went into after an event, or None."""
    found = db.row(
        "SELECT r.name FROM releases r JOIN release_rows o USING (name) WHERE o.exchange = ? AND r.sequence > ? "
        "ORDER BY r.sequence LIMIT 1",
        [exchange, sequence],
    )
    return None if found is None else str(found[0])


def counts(db: Connection) -> dict[str, int]:
    """Rows of each table that the status counts; planted exchanges and their pages are none of the study's."""
    tables = ("files", "sessions", "releases", "events")
    found = {table: int(db.value(f"SELECT count(*) FROM {table}")) for table in tables}
    found["page_findings"] = int(db.value("SELECT count(*) FROM page_findings JOIN current_pages USING (page)"))
    found["pages"] = int(db.value("SELECT count(*) FROM current_pages"))
    found["words"] = int(db.value("SELECT coalesce(sum(words), 0) FROM current_pages"))
    return found


def backends(db: Connection) -> list[tuple[str, int]]:
    """How many exchanges each backend made; multi-turn records are cut out, not made."""
    rows: list[Row] = db.rows(
        "SELECT backend, count(*) FROM generations JOIN exchanges USING (exchange, attempt) "
        "WHERE kind = 'exchange' AND origin <> 'planted' GROUP BY 1 ORDER BY 1"
    )
    return [(str(backend), int(number)) for backend, number in rows]


def malformed(db: Connection) -> int:
    """Exchanges whose generation was malformed."""
    return int(
        db.value(
            "SELECT count(*) FROM generations JOIN exchanges USING (exchange, attempt) "
            "WHERE malformed IS NOT NULL AND origin <> 'planted'"
        )
    )


def made_by(db: Connection, kinds: Iterable[str]) -> list[tuple[str, str, str | None]]:
    """Backend, model digest and prompt digest of the generations in the study, of records of these kinds."""
    return db.rows(
        "SELECT DISTINCT backend, model_digest, prompt_digest FROM generations "
        "JOIN exchanges USING (exchange, attempt) WHERE list_contains(?, kind) AND origin <> 'planted' ORDER BY ALL",
        [list(kinds)],
    )
