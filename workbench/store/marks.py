"""Words that reviewers marked: on a side of an exchange, or on a source page.  Taking one back is a row of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that identify somebody.  `exchange`: in whose text they were marked; None where it was on the page.

    `start` and `stop` are offsets into the page, None for words of an exchange, which are known wherever they stand.
    """

    page: int
    exchange: int | None
    start: int | None
    stop: int | None
    entity: str
    words: str
    person: str
    removed: bool
    sequence: int


@dataclass(frozen=True, slots=True)
class Known:
    """Marked words that stand, with the event that marked them last."""

    page: int
    exchange: int | None
    entity: str
    words: str
    sequence: int


def add(db: Connection, marks: Iterable[Mark]) -> None:
    """Store marks."""
    db.insert("marks", [values(mark) for mark in marks])


def made_by(db: Connection, sequence: int) -> list[Mark]:
    """The marks that an event made or took back."""
    return [Mark(*row) for row in db.rows("SELECT * FROM marks WHERE sequence = ? ORDER BY rowid", [sequence])]


def made_in(db: Connection, exchange: int, events: Sequence[int]) -> list[Mark]:
    """Everything marked and taken back in an exchange, and on its page by these events, in order of the log."""
    rows = db.rows(
        "SELECT * FROM marks WHERE exchange = ? OR list_contains(?, sequence) ORDER BY sequence",
        [exchange, [*events]],
    )
    return [Mark(*row) for row in rows]


def take_back(db: Connection, made: int, person: str, sequence: int) -> None:
    """Take back what event `made` marked, by event `sequence`."""
    add(db, [replace(mark, person=person, removed=True, sequence=sequence) for mark in made_by(db, made)])


def of_session(db: Connection, session: int) -> list[Known]:
    """Everything marked in a session that stands, the latest first."""
    rows = db.rows(
        "SELECT m.page, m.exchange, m.entity, m.words, m.sequence FROM current_marks m JOIN pages p USING (page) "
        "WHERE p.session = ? ORDER BY m.sequence DESC",
        [session],
    )
    return [Known(*row) for row in rows]
