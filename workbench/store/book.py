"""What the study remembers of its identifiers: whoever is [NAME_3] once, or Ingrid, is so always."""

import hmac
import random
import re
from collections.abc import Iterable

from policies import Entity
from redaction.folding import fold
from workbench.store.connection import Connection

FEWEST_WEEKS, MOST_WEEKS = 4, 52
"""How far the dates of a subject move, backwards or forwards."""


class StoredBook:
    """The study's `redaction.StudyBook`; use it inside a transaction.

    `secret` is a key of the study's own; `subject` names the person whose dates move together.
    """

    def __init__(self, db: Connection, secret: bytes, subject: str) -> None:
        self._db = db
        self._secret = secret
        self._subject = subject

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

    def surrogate(self, entity: Entity, key: str, candidates: Iterable[str]) -> str | None:
        """The surrogate of this key: the first candidate that nobody bears and that stands for nobody else.

        Nobody: no identifier of any kind that this study has treated so far.
        """
        found = self._db.row("SELECT words FROM surrogates WHERE entity = ? AND key = ?", [entity.value, key])
        if found is not None:
            return str(found[0])
        for words in candidates:
            folded = fold(words)
            taken = self._db.value(
                "SELECT (SELECT count(*) FROM surrogates WHERE key = ? OR (entity = ? AND folded = ?)) "
                "+ (SELECT count(*) FROM placeholders WHERE list_contains(string_split(key, ' '), ?))",
                [folded, entity.value, folded, folded],
            )
            if not taken and folded != key:
                self._db.insert("surrogates", [(entity.value, key, folded, words)])
                return words
        return None

    def original(self, entity: Entity, words: str) -> str | None:
        """The key of what these words, a placeholder or a surrogate, stand for; None where nothing remembers it."""
        number = re.fullmatch(rf"\[{entity.value}_(\d+)\]", words)
        if number is not None:
            question = "SELECT key FROM placeholders WHERE entity = ? AND number = ?"
            found = self._db.row(question, [entity.value, int(number[1])])
        else:
            question = "SELECT key FROM surrogates WHERE entity = ? AND folded = ?"
            found = self._db.row(question, [entity.value, fold(words)])
        return None if found is None else str(found[0])

    def chance(self, entity: Entity, key: str) -> random.Random:
        """A stream of numbers that the study's secret and this key decide."""
        return random.Random(hmac.digest(self._secret, f"{entity}:{key}".encode(), "sha256"))

    def days(self) -> int:
        """Whole weeks, so that weekdays stay true, in days."""
        chance = random.Random(hmac.digest(self._secret, f"shift:{self._subject}".encode(), "sha256"))
        return 7 * chance.choice((-1, 1)) * chance.randint(FEWEST_WEEKS, MOST_WEEKS)
