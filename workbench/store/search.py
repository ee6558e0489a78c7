"""Looking for words in the latest texts of all exchanges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.store.connection import Connection

AT_ONCE = 20_000
"""So many exchanges are looked through at once, so that never all of them are in memory."""
# Anything but ASCII and the punctuation that texts have: what folding may turn into other letters.
_ODD = r"'[^\x00-\x7F\x{A0}-\x{A9}\x{AB}-\x{B1}\x{B4}\x{B6}-\x{B8}\x{BB}\x{2010}-\x{2044}\x{20AC}]'"
_BETWEEN = r"['\x{2018}\x{2019}\x{2BC}\x{2032}]?s?[^0-9a-z]+"
"""What may stand between two words: a possessive ending, and anything but letters."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The latest text of an exchange."""

    exchange: int
    version: int
    question: str
    answer: str


def texts_with(db: Connection, words: Sequence[str]) -> Iterator[Texts]:
    """The latest texts that may have these folded words in a row, in order of the study: all that do, and some more."""
    sides, values = ("question", "answer"), []
    if not words:
        return
    if all(word.isascii() for word in words):
        # Most texts are ASCII, so that they have as many bytes as letters and need no closer look.
        odd = "(strlen({0}) <> length({0}) AND regexp_matches({0}, {1}))"
        has = " OR ".join(f"regexp_matches({side}, ?, 'i') OR {odd.format(side, _ODD)}" for side in sides)
        values = [_BETWEEN.join(words)] * 2
    else:
        has = "true"
    last = int(db.value("SELECT coalesce(max(exchange), 0) FROM exchanges"))
    for first in range(1, last + 1, AT_ONCE):
        some = "WHERE exchange BETWEEN ? AND ?"
        rows = db.rows(
            "SELECT exchange, version, question, answer FROM bodies SEMI JOIN "
            f"(SELECT exchange, max(version) AS version FROM bodies {some} GROUP BY exchange) "
            f"USING (exchange, version) {some} AND ({has})",
            [*[first, first + AT_ONCE - 1] * 2, *values],
        )
        yield from sorted((Texts(*row) for row in rows), key=lambda text: text.exchange)
