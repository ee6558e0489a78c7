"""What the statistics of a release are computed from, beside the texts that go: counts alone leave this file."""

import json
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.store.connection import Connection

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 8_000


def raw_texts(db: Connection) -> "Iterator[pa.Table]":
    """What was generated, part by part, in no order: data set, question and answer of each record."""
    last = int(db.value("SELECT coalesce(max(exchange), 0) FROM exchanges"))
    for first in range(1, last + 1, AT_ONCE):
        yield db.table(
            "SELECT CASE e.kind WHEN 'multi_turn' THEN e.kind ELSE e.origin END AS config, question, answer "
            "FROM bodies b JOIN exchanges e USING (exchange) "
            "WHERE b.kind = 'raw' AND e.origin <> 'planted' AND exchange BETWEEN ? AND ?",
            [first, first + AT_ONCE - 1],
        )


@dataclass(slots=True)
class Handling:
    """What screening found in rows, and what people did with them."""

    flags: Counter[str] = field(default_factory=Counter)
    """Rows by kind of flag."""
    treated_rows: Counter[str] = field(default_factory=Counter)
    """Rows in which an entity was replaced."""
    treated: Counter[str] = field(default_factory=Counter)
    """Places at which it was."""
    edited: int = 0
    """Rows whose text a reviewer changed."""
    milliseconds: list[int] = field(default_factory=list)
    """Active time over each row that time was taken for, of all people together."""
    people: set[str] = field(default_factory=set)
    """Who that time was taken of."""


def handling(db: Connection, exchanges: "array[int]", versions: "array[int]") -> Handling:
    """What was found in and done with these exchanges, at these versions of them, each the latest."""
    # Who only reviews never needs it.
    import pyarrow as pa

    wanted = pa.table([pa.array(exchanges), pa.array(versions)], names=["exchange", "version"])
    found = Handling()
    columns = db.table(_HANDLING, [], wanted).columns
    for kind, name, number, places in zip(*(column.to_pylist() for column in columns), strict=True):
        match kind:
            case "flags":
                found.flags.update(dict.fromkeys(name.split(), number))
            case "treated":
                found.treated_rows[name] += number
                found.treated[name] += places
            case "edited":
                found.edited += number
            case "time":
                found.milliseconds.append(number)
            case "person":
                found.people.add(name)
    return found


_HANDLING = """
    WITH timed AS (
        SELECT exchange, person, milliseconds FROM decisions SEMI JOIN wanted USING (exchange)
        WHERE milliseconds IS NOT NULL AND verdict <> 'withdraw')
    SELECT 'flags', flags, count(*), 0 FROM current_standings SEMI JOIN wanted USING (exchange) GROUP BY flags
    UNION ALL
    SELECT 'treated', entity, count(DISTINCT exchange), count(*) FROM body_findings
    SEMI JOIN wanted USING (exchange, version) WHERE state = 'treated' GROUP BY entity
    UNION ALL
    SELECT 'edited', '', count(*), 0 FROM bodies SEMI JOIN wanted USING (exchange, version) WHERE kind = 'edited'
    UNION ALL SELECT 'time', '', sum(milliseconds)::BIGINT, 0 FROM timed GROUP BY exchange
    UNION ALL SELECT DISTINCT 'person', person, 0, 0 FROM timed
"""


def records(db: Connection) -> int:
    """Records of the study; planted ones are none."""
    return int(db.value("SELECT count(*) FROM exchanges WHERE origin <> 'planted'"))


def flags(db: Connection) -> Counter[str]:
    """Records of the study by kind of flag; planted ones are none."""
    counted: Counter[str] = Counter()
    for kinds, rows in db.rows(
        "SELECT flags, count(*) FROM current_standings WHERE origin <> 'planted' GROUP BY 1 ORDER BY 1"
    ):
        for kind in kinds.split():
            counted[kind] += rows
    return counted


def decisions(db: Connection) -> dict[tuple[str, str], int]:
    """Decisions on records of the study by round and verdict."""
    rows = db.rows(
        "SELECT review_round, verdict, count(*) FROM decisions JOIN exchanges USING (exchange) "
        "WHERE origin <> 'planted' GROUP BY ALL"
    )
    return {(review_round, verdict): int(number) for review_round, verdict, number in rows}


def groups(db: Connection) -> dict[str, dict[str, str]]:
    """The demographic groups of each subject, as the last of its files has them.  PHI."""
    rows = db.rows(
        "SELECT subject, arg_max(demographics, file) FROM files "
        "WHERE subject IS NOT NULL AND demographics IS NOT NULL GROUP BY subject"
    )
    return {subject: json.loads(demographics) for subject, demographics in rows}
