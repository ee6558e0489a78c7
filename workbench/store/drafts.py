"""Drafts: what somebody was typing when they left an exchange.  The last row of a person and exchange counts."""

from dataclasses import dataclass

from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What was typed over a version; both sides None: nothing is kept any more."""

    exchange: int
    person: str
    version: int
    question: str | None
    answer: str | None
    time: str
    sequence: int


def add(db: Connection, draft: DraftRow) -> None:
    """Store a draft, or that there is none any more."""
    db.insert("drafts", [values(draft)])


def of_person(db: Connection, person: str) -> list[DraftRow]:
    """The drafts that a person has now, in order of the study."""
    rows = db.rows(
        "SELECT * FROM drafts WHERE rowid IN (SELECT max(rowid) FROM drafts WHERE person = ? GROUP BY exchange) "
        "AND question IS NOT NULL ORDER BY exchange",
        [person],
    )
    return [DraftRow(*row) for row in rows]


def history(db: Connection, exchange: int) -> list[DraftRow]:
    """Every row about drafts of an exchange, in order of the log."""
    rows = db.rows("SELECT * FROM drafts WHERE exchange = ? ORDER BY sequence", [exchange])
    return [DraftRow(*row) for row in rows]


def of_exchange(db: Connection, exchange: int, person: str) -> DraftRow | None:
    """The draft that a person has of an exchange now, or None."""
    rows = db.rows("SELECT * FROM drafts WHERE exchange = ? AND person = ?", [exchange, person])
    draft = DraftRow(*rows[-1]) if rows else None
    return draft if draft is not None and draft.question is not None else None
