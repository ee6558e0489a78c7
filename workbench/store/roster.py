"""Rows of the rosters that were added to a study."""

from collections.abc import Iterable

from policies import Entity
from redaction.roster import Roster
from workbench.store.connection import Connection


def add(db: Connection, rows: Iterable[tuple[str, Entity, str]]) -> None:
    """Store rows: subject (empty for everybody's), entity, words."""
    db.insert("roster", [(subject, entity.value, words) for subject, entity, words in rows])


def everything(db: Connection) -> Roster:
    """All rows, in the order in which they were added."""
    rows = db.rows("SELECT subject, entity, words FROM roster ORDER BY rowid")
    return Roster(tuple((subject, Entity(entity), words) for subject, entity, words in rows))
