"""Stewards' public keys, and their signatures of releases.  What counts is a person's last key."""

from workbench.store.connection import Connection


def add_key(db: Connection, person: str, key: str, sequence: int) -> None:
    """A person signs with this public key (text form) from now on."""
    db.insert("steward_keys", [(person, key, sequence)])


def keys(db: Connection, before: int | None = None) -> dict[str, str]:
    """The public key (text form) of each steward who has one, now or `before` an event."""
    rows = db.rows(
        "SELECT person, arg_max(key, sequence) FROM steward_keys WHERE coalesce(sequence < ?, true) "
        "AND person IN (SELECT name FROM people WHERE role = 'steward') GROUP BY person ORDER BY person",
        [before],
    )
    return {str(person): str(key) for person, key in rows}


def add(db: Connection, release: str, person: str, key: str, signature: str, sequence: int) -> None:
    """A person's signature of a release: the signature line of its note, made with this key."""
    db.insert("signatures", [(release, person, key, signature, sequence)])


def of_release(db: Connection, release: str) -> list[tuple[str, str, str]]:
    """Person, public key and signature line of each signature of a release, in the order in which they came."""
    return db.rows("SELECT person, key, signature FROM signatures WHERE name = ? ORDER BY sequence", [release])
