"""Signing passphrases: salt and digest (hex) of each person's, never the passphrase."""

from workbench.store.connection import Connection


def add(db: Connection, person: str, salt: str, digest: str, sequence: int) -> None:
    """Store a person's passphrase; empty strings say that there is none any more."""
    db.insert("passphrases", [(person, salt, digest, sequence)])


def current(db: Connection, person: str) -> tuple[str, str] | None:
    """Salt and digest of a person's passphrase, or None."""
    found = db.row("SELECT salt, digest FROM passphrases WHERE person = ? ORDER BY rowid DESC LIMIT 1", [person])
    return (str(found[0]), str(found[1])) if found is not None and found[1] else None
