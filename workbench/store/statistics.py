"""What the statistics of a release are computed from, beside the texts that go: counts alone leave this file."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.store.connection import Connection

AT_ONCE = 50_000
# What Python takes for white space beside the blank, and with it all our counting of words.
_ODD = r"\t-\r\x{1C}-\x{1F}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
_CONTROL = (*range(9, 14), *range(0x1C, 0x20))
_WIDE = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_CONFIG = "CASE e.kind WHEN 'multi_turn' THEN e.kind ELSE e.origin END"


def _words(side: str) -> str:
    """How many words a side has.  Most have nothing but single blanks between them, and need not be taken apart."""

    def has(codes: Iterable[int]) -> str:
        return " OR ".join(f"contains({side}, chr({code}))" for code in codes)

    odd = (
        f"{side} = '' OR starts_with({side}, ' ') OR ends_with({side}, ' ') OR contains({side}, '  ') "
        f"OR {has(_CONTROL)} OR (strlen({side}) <> length({side}) AND ({has(_WIDE)}))"
    )
    return (
        f"CASE WHEN {odd} THEN len(regexp_extract_all({side}, '[^ {_ODD}]+')) ELSE len(string_split({side}, ' ')) END"
    )


def raw_words(db: Connection) -> Iterator[tuple[str, str, int, int]]:
    """How many records were generated with so many words: data set, side, words, records; part by part."""
    last = int(db.value("SELECT coalesce(max(exchange), 0) FROM exchanges"))
    for first in range(1, last + 1, AT_ONCE):
        yield from db.rows(
            f"SELECT {_CONFIG}, side, words, count(*) FROM ("
            f"  SELECT exchange, unnest(['input', 'output']) AS side, "
            f"  unnest([{_words('question')}, {_words('answer')}]) AS words "
            "   FROM bodies WHERE kind = 'raw' AND exchange BETWEEN ? AND ?) "
            "JOIN exchanges e USING (exchange) WHERE e.origin <> 'planted' GROUP BY ALL ORDER BY ALL",
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


def handling(db: Connection, exchanges: Sequence[int], versions: Sequence[int]) -> Handling:
    """What was found in and done with these exchanges, at these versions of them, each the latest.

    Quick where they come in the order of the study.
    """
    found = Handling()
    for start in range(0, len(exchanges), AT_ONCE):
        numbers = [*exchanges[start : start + AT_ONCE]]
        wanted = [numbers, [*versions[start : start + AT_ONCE]]]
        bounds = [min(numbers), max(numbers)]
        for kind, name, number, places in db.rows(_HANDLING, [*wanted, *bounds * 4]):
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
    WITH wanted AS (SELECT unnest(?::INTEGER[]) AS exchange, unnest(?::INTEGER[]) AS version),
    timed AS (
        SELECT exchange, person, milliseconds FROM decisions SEMI JOIN wanted USING (exchange)
        WHERE exchange BETWEEN ? AND ? AND milliseconds IS NOT NULL AND verdict <> 'withdraw')
    SELECT 'flags', flags, count(*), 0 FROM current_standings SEMI JOIN wanted USING (exchange)
    WHERE exchange BETWEEN ? AND ? GROUP BY flags
    UNION ALL
    SELECT 'treated', entity, count(DISTINCT exchange), count(*) FROM body_findings
    SEMI JOIN wanted USING (exchange, version) WHERE exchange BETWEEN ? AND ? AND state = 'treated' GROUP BY entity
    UNION ALL
    SELECT 'edited', '', count(*), 0 FROM bodies SEMI JOIN wanted USING (exchange, version)
    WHERE exchange BETWEEN ? AND ? AND kind = 'edited'
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
