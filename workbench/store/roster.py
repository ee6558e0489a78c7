"""Rows of the rosters that were added to a study."""

from collections.abc import Iterable

from policies import Entity
from redaction.roster import Known, Roster
from workbench.store.connection import Connection


def add(db: Connection, rows: Iterable[tuple[str, Entity, str]]) -> None:
    """Store rows: subject (empty for everybody's), entity, words."""
    db.insert("roster", [(subject, entity.value, words) for subject, entity, words in rows])


def everything(db: Connection) -> Roster:
    """All rows, in the order in which they were added."""
    rows = db.rows("SELECT subject, entity, words FROM roster ORDER BY rowid")
    return Roster(tuple((subject, Entity(entity), words) for subject, entity, words in rows))


def known(db: Connection, subject: str | None) -> tuple[Known, ...]:
    """What is known around a subject: its own rows and everybody's."""
    rows = db.rows("SELECT entity, words FROM roster WHERE subject IN ('', ?) ORDER BY rowid", [subject or ""])
    return tuple((Entity(entity), words) for entity, words in rows)
