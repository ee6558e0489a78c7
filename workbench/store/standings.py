"""Where each exchange stands, one small row a change: what the queue and the counts read instead of the texts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.store import current
from workbench.store.claims import KNOWN, KNOWN_FIRST
from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class Standing:
    """An exchange as the queue needs it; `flags` are separated by blanks, `reviewer` is who decided it last."""

    exchange: int
    kind: str
    origin: str
    page: int
    session: int
    number: int
    version: int
    state: str
    flags: str
    open: int
    words: int
    short: bool
    risk: str
    reviewer: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exchanges `person` wants to see; what is None does not matter.

    With `blind`, one that waits for a second decision looks to all but who gave the first like one that waits for that.
    """

    person: str
    blind: bool = False
    state: str | None = None
    flag: str | None = None
    session: int | None = None
    reviewer: str | None = None
    risk: str | None = None
    kind: str | None = None
    mine: bool = False
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Exchanges of one kind, origin and state, how many of them are flagged and short, and their open findings."""

    kind: str
    origin: str
    state: str
    exchanges: int
    flagged: int
    short: int
    open: int


def add(db: Connection, standings: Iterable[Standing]) -> None:
    """Store how exchanges stand now."""
    current.append(db, "standings", [values(standing) for standing in standings])


def standing(db: Connection, exchange: int) -> Standing | None:
    """How one exchange stands, or None."""
    row = db.row("SELECT * FROM current_standings WHERE exchange = ?", [exchange])
    return None if row is None else Standing(*row)


def several(db: Connection, exchanges: Sequence[int]) -> list[Standing]:
    """How these exchanges stand, in order of the study."""
    rows = db.rows(
        "SELECT * FROM current_standings WHERE exchange IN (SELECT unnest(?::INTEGER[])) ORDER BY exchange",
        [[*exchanges]],
    )
    return [Standing(*row) for row in rows]


def window(
    db: Connection, wanted: Wanted, offset: int, limit: int, around: int | None = None
) -> tuple[int, int, list[Standing]]:
    """How many exchanges are wanted, where the window begins, and the window, in order of the study.

    With `around`, the window that holds this exchange or, where it is not wanted, the next one or the last.
    """
    clauses, values = conditions(wanted)
    hidden = "? AND state = 'second' AND reviewer <> ?"
    blind: list[object] = [wanted.blind, wanted.person]
    found = db.row(
        f"WITH {KNOWN_FIRST}, "
        f"seen AS (SELECT * REPLACE (if({hidden}, 'waiting', state) AS state, "
        f"if({hidden}, NULL, reviewer) AS reviewer) FROM current_standings), "
        f"found AS MATERIALIZED (SELECT exchange FROM seen WHERE {' AND '.join(clauses) or 'true'}), "
        "place AS (SELECT count(*) AS total, count(*) FILTER (exchange < ?) AS before FROM found), "
        "begin AS (SELECT if(?, least(before, greatest(total - 1, 0)) // ? * ?, ?) AS first FROM place), "
        "part AS (SELECT exchange FROM found ORDER BY exchange LIMIT ? OFFSET (SELECT first FROM begin)) "
        "SELECT total, first, (SELECT list(exchange) FROM part) FROM place, begin",
        [wanted.person, *blind, *blind, *values, around, around is not None, limit, limit, offset, limit],
    )
    assert found is not None
    total, first, numbers = found
    return int(total), int(first), several(db, numbers or [])


def counts(db: Connection) -> list[Counted]:
    """How many exchanges stand how, by kind, origin and state."""
    rows = db.rows(
        "SELECT kind, origin, state, count(*), count(*) FILTER (flags <> ''), count(*) FILTER (short), "
        "sum(open)::BIGINT FROM current_standings GROUP BY kind, origin, state"
    )
    return [Counted(*row) for row in rows]


def conditions(wanted: Wanted) -> tuple[list[str], list[object]]:
    """What SQL asks of `current_standings` for a filter, with the values to bind; it reads `KNOWN_FIRST`."""
    clauses: list[str] = []
    values: list[object] = []
    for name in ("state", "session", "reviewer", "risk", "kind"):
        if (value := getattr(wanted, name)) is not None:
            clauses.append(f"{name} = ?")
            values.append(value)
    if wanted.flag is not None:
        clauses.append("list_contains(string_split(flags, ' '), ?)")
        values.append(wanted.flag)
    if wanted.mine:
        clauses.append(_MINE)
        values += [wanted.person] * 3
    if wanted.words is not None:
        clauses.append(f"session NOT IN ({KNOWN}) AND {_SAYING}")
        # However long the space between two words is, and whatever it is made of.
        values += [r"\s+".join(re.escape(word) for word in wanted.words.split())] * 3
    return clauses, values


_MINE = """exchange IN (
    SELECT exchange FROM current_claims WHERE held AND person = ?
    UNION ALL SELECT exchange FROM drafts WHERE person = ? GROUP BY exchange HAVING arg_max(question IS NOT NULL, rowid)
    UNION ALL SELECT exchange FROM decisions WHERE person = ? AND verdict <> 'withdraw')"""
_SAYING = """(page IN (SELECT page FROM pages WHERE regexp_matches(text, ?, 'i')) OR (exchange, version) IN (
    SELECT exchange, version FROM bodies WHERE regexp_matches(question, ?, 'i') OR regexp_matches(answer, ?, 'i')))"""
