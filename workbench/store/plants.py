"""Planted exchanges: invented ones with a leak in them, and who saw it."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class Plant:
    """A planted exchange, its page, and where on which side of its first text the planted words stand."""

    exchange: int
    page: int
    side: str
    start: int
    stop: int
    entity: str
    words: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Catch:
    """A person decided a planted exchange; `caught` says whether they saw its leak."""

    exchange: int
    person: str
    caught: bool
    time: str
    sequence: int


def add(db: Connection, plant: Plant) -> None:
    """Store that an exchange is planted."""
    db.insert("plants", [values(plant)])


def plant(db: Connection, exchange: int) -> Plant | None:
    """What is planted in an exchange, or None."""
    found = db.row("SELECT * FROM plants WHERE exchange = ?", [exchange])
    return None if found is None else Plant(*found)


def count(db: Connection) -> int:
    """How many exchanges are planted."""
    return int(db.value("SELECT count(*) FROM plants"))


def in_session(db: Connection, session: int) -> bool:
    """Whether anything is planted behind a session."""
    return db.row("SELECT 1 FROM plants JOIN pages USING (page) WHERE session = ?", [session]) is not None


def add_catch(db: Connection, catch: Catch) -> None:
    """Store whether somebody saw a planted leak."""
    db.insert("catches", [values(catch)])


def catches(db: Connection, people: Sequence[str] | None = None) -> list[Catch]:
    """Who saw which planted leak, in order of the log: of everybody, or of these people."""
    wanted = [people is None, [*(people or ())]]
    rows = db.rows("SELECT * FROM catches WHERE ? OR list_contains(?, person) ORDER BY sequence", wanted)
    return [Catch(*row) for row in rows]


def is_caught_up(db: Connection, exchange: int) -> bool:
    """Whether a planted exchange has been revealed to somebody and counted."""
    return db.row("SELECT 1 FROM catches WHERE exchange = ?", [exchange]) is not None
