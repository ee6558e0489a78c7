"""Tokens with which people reach the server: only their digests (SHA-256, hex).  What counts is a token's last row."""

from workbench.store.connection import Connection


def add(db: Connection, person: str, digest: str, sequence: int, *, revoked: bool = False) -> None:
    """Take a token from now on, or no longer; `sequence` is the event that says so."""
    db.insert("tokens", [(person, digest, revoked, sequence)])


def taken(db: Connection, person: str) -> list[str]:
    """The digests of a person's tokens that are taken now."""
    rows = db.rows(
        "SELECT digest FROM tokens WHERE person = ? GROUP BY digest HAVING NOT arg_max(revoked, sequence)", [person]
    )
    return [str(digest) for (digest,) in rows]


def person(db: Connection, digest: str) -> str | None:
    """Whose token this is, if it is taken now."""
    found = db.row("SELECT person, revoked FROM tokens WHERE digest = ? ORDER BY sequence DESC LIMIT 1", [digest])
    return None if found is None or found[1] else str(found[0])
