"""All that the store holds of one exchange: every version, attempt, decision, dismissal and release, and its events."""

from dataclasses import dataclass

from workbench.store.connection import Connection
from workbench.store.exchanges import Body


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Words that were said to identify nobody in an exchange; `folded` is their spelling for comparison."""

    exchange: int
    entity: str
    folded: str
    reason: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Released:
    """A version of an exchange in a release; `sequence` is the event of the release."""

    name: str
    manifest_digest: str
    sequence: int
    version: int
    digest: str


def bodies(db: Connection, exchange: int) -> list[Body]:
    """Every version of an exchange, in order."""
    return [Body(*row) for row in db.rows("SELECT * FROM bodies WHERE exchange = ? ORDER BY version", [exchange])]


def dismissals(db: Connection, exchange: int) -> list[Dismissal]:
    """Every dismissal in an exchange, in order of the log."""
    rows = db.rows("SELECT * FROM dismissals WHERE exchange = ? ORDER BY sequence", [exchange])
    return [Dismissal(*row) for row in rows]


def released(db: Connection, exchange: int) -> list[Released]:
    """The releases that an exchange went into, in order of the log."""
    rows = db.rows(
        "SELECT r.name, r.manifest_digest, r.sequence, o.version, o.digest FROM releases r "
        "JOIN release_rows o USING (name) WHERE o.exchange = ? ORDER BY r.sequence",
        [exchange],
    )
    return [Released(*row) for row in rows]


def event_lines(db: Connection, exchange: int, others: list[int]) -> dict[int, bytes]:
    """The lines of all events about an exchange or a finding of it, and of the events numbered `others`."""
    rows = db.rows(
        "SELECT sequence, line FROM events WHERE list_contains(?, sequence) OR contains(line, ?) "
        "OR (contains(line, ?) AND contains(line, ?)) ORDER BY sequence",
        [
            others,
            f'"object_id":"{exchange}","object_type":"exchange"',
            f'"object_id":"{exchange}:',
            '"object_type":"finding"',
        ],
    )
    return {int(sequence): str(line).encode() for sequence, line in rows}
