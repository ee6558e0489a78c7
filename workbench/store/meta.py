"""What the store knows of itself: schema version, study secret, the binding policy."""

from workbench.store.connection import Connection
from workbench.store.schema import TABLES, VIEWS


def create(db: Connection, values: dict[str, str], policy_digest: str, policy_body: str) -> None:
    """Make the tables and the first rows; call it inside a transaction."""
    for statement in (TABLES + VIEWS).split(";"):
        if statement.strip():
            db.execute(statement)
    db.insert("meta", list(values.items()))
    db.insert("policies", [(policy_digest, policy_body)])


def get(db: Connection, key: str) -> str | None:
    """A value, or None."""
    found = db.row("SELECT value FROM meta WHERE key = ? ORDER BY rowid DESC LIMIT 1", [key])
    return None if found is None else str(found[0])


def put(db: Connection, key: str, value: str) -> None:
    """Set a value; call it inside a transaction."""
    db.insert("meta", [(key, value)])


def starting_with(db: Connection, prefix: str) -> dict[str, str]:
    """The values of all keys that begin so, by key; of each the last one."""
    rows = db.rows("SELECT key, value FROM meta WHERE starts_with(key, ?) ORDER BY rowid", [prefix])
    return {str(key): str(value) for key, value in rows}


def policy(db: Connection) -> tuple[str, str]:
    """Digest and text of the policy in force."""
    found = db.row("SELECT digest, body FROM policies ORDER BY rowid DESC LIMIT 1")
    assert found is not None
    return str(found[0]), str(found[1])
