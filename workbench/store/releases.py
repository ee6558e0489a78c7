"""Releases that were built, and the counts that the status shows."""

from collections.abc import Iterable

from workbench.store.connection import Connection, Row


def add(db: Connection, name: str, manifest_digest: str, rows: list[tuple[str, int, int, str]], sequence: int) -> None:
    """Store a release; each row is (opaque id, exchange, version, digest)."""
    db.insert("releases", [(name, manifest_digest, len(rows), sequence)])
    db.insert("release_rows", [(name, *row) for row in rows])


def exists(db: Connection, name: str) -> bool:
    """Whether a release of that name was built."""
    return db.row("SELECT 1 FROM releases WHERE name = ?", [name]) is not None


def released_since(db: Connection, exchange: int, sequence: int) -> str | None:
    """The first release that an exchange went into after an event, or None."""
    found = db.row(
        "SELECT r.name FROM releases r JOIN release_rows o USING (name) WHERE o.exchange = ? AND r.sequence > ? "
        "ORDER BY r.sequence LIMIT 1",
        [exchange, sequence],
    )
    return None if found is None else str(found[0])


def consents(db: Connection) -> dict[int, str | None]:
    """Consent (JSON or None) by session."""
    return dict(db.rows("SELECT s.session, f.consent FROM sessions s JOIN files f USING (file)"))


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
