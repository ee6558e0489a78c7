"""Notes of reviewers on exchanges.  One that was taken back has a last row without words."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class Note:
    """What a reviewer wrote; `words` None: it was taken back."""

    note: int
    exchange: int
    person: str
    time: str
    words: str | None
    sequence: int


def next_number(db: Connection) -> int:
    """The number of the next note."""
    return int(db.value("SELECT coalesce(max(note), 0) + 1 FROM notes"))


def add(db: Connection, note: Note) -> None:
    """Store a note, or that it was taken back."""
    db.insert("notes", [values(note)])


def history(db: Connection, exchange: int) -> list[Note]:
    """Every row about notes on an exchange, in order of the log."""
    found = (Note(*row) for row in db.rows("SELECT * FROM notes WHERE exchange = ?", [exchange]))
    return sorted(found, key=lambda note: note.sequence)


def of_exchange(db: Connection, exchange: int) -> list[Note]:
    """The notes on an exchange that stand, in order."""
    last = {note.note: note for note in history(db, exchange)}
    return [note for _, note in sorted(last.items()) if note.words is not None]


def counts(db: Connection, exchanges: Sequence[int]) -> dict[int, int]:
    """How many notes stand on each of these exchanges, where there are any."""
    rows = db.rows(
        "SELECT exchange, count(*) FROM (SELECT exchange FROM notes WHERE exchange IN (SELECT unnest(?::INTEGER[])) "
        "GROUP BY exchange, note HAVING arg_max(words IS NOT NULL, sequence)) GROUP BY exchange",
        [[*exchanges]],
    )
    return {int(exchange): int(number) for exchange, number in rows}


def note(db: Connection, number: int) -> Note | None:
    """A note as it was written, also when it was taken back since."""
    row = db.row("SELECT * FROM notes WHERE note = ? AND words IS NOT NULL ORDER BY sequence DESC LIMIT 1", [number])
    return None if row is None else Note(*row)
