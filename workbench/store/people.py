"""People of the study: one row a role."""

from workbench.store.connection import Connection

PersonRow = tuple[int, str, int | None, str]


def add(db: Connection, person: int, name: str, uid: int | None, role: str) -> None:
    """Give a person a role."""
    db.insert("people", [(person, name, uid, role)])


def everyone(db: Connection) -> list[PersonRow]:
    """All rows in the order in which they were added: person, name, uid, role."""
    return db.rows("SELECT person, name, uid, role FROM people ORDER BY rowid")
