"""Numbers of placeholders, the same throughout a study: whoever is [NAME_3] once is [NAME_3] always."""

from policies import Entity
from workbench.store.connection import Connection


class StoredPlaceholders:
    """The study's `redaction.PlaceholderBook`; use it inside a transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def number(self, entity: Entity, key: str) -> int:
        """The number of this key among those of its entity, given out at first use."""
        found = self._db.row("SELECT number FROM placeholders WHERE entity = ? AND key = ?", [entity.value, key])
        if found is not None:
            return int(found[0])
        number = 1 + int(
            self._db.value("SELECT coalesce(max(number), 0) FROM placeholders WHERE entity = ?", [entity.value])
        )
        self._db.insert("placeholders", [(entity.value, key, number)])
        return number
