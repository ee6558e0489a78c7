"""Samples of what would go: the seed, the rows it was drawn from, the rows drawn, and the second looks at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.store.claims import KNOWN, KNOWN_FIRST
from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample as it is now; `seed` is hex, `rows` how many were asked for, `sequence` its last event."""

    sample: int
    seed: str
    commitment: str
    rows: int
    log_size: int
    state: Literal["committed", "drawn"]
    sequence: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row of a sample; `subject` is PHI."""

    sample: int
    exchange: int
    version: int
    digest: str
    session: int
    subject: str


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A row of a sample: by how many it was looked at again, and whether one of them saw a leak."""

    exchange: int
    version: int
    digest: str
    session: int
    subject: str
    looks: int
    leak: bool


def last(db: Connection) -> SampleRow | None:
    """The last sample, or None."""
    found = db.row("SELECT * FROM samples ORDER BY sequence DESC LIMIT 1")
    return None if found is None else SampleRow(*found)


def add(db: Connection, sample: SampleRow) -> None:
    """Store what a sample is from now on."""
    db.insert("samples", [values(sample)])


def add_drawn(db: Connection, rows: Sequence[Drawn], frame: Sequence[tuple[int, int]]) -> None:
    """Store the rows drawn, in the order of their ranks, and all (exchange, version) that they were drawn from."""
    # One statement each, whatever their number.
    columns = [[getattr(row, name) for row in rows] for name in Drawn.__slots__]
    db.execute(
        "INSERT INTO sampled SELECT unnest(?::INTEGER[]), unnest(?::INTEGER[]), unnest(?::INTEGER[]), "
        "unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[])",
        columns,
    )
    exchanges, versions = [exchange for exchange, _ in frame], [version for _, version in frame]
    db.execute(
        "INSERT INTO sample_frames SELECT ?, unnest(?::INTEGER[]), unnest(?::INTEGER[])",
        [rows[0].sample, exchanges, versions],
    )


def frame(db: Connection, sample: int) -> set[tuple[int, int]]:
    """The rows that a sample was drawn from, as (exchange, version)."""
    rows = db.rows("SELECT exchange, version FROM sample_frames WHERE sample = ?", [sample])
    return {(int(exchange), int(version)) for exchange, version in rows}


def drawn_count(db: Connection, sample: int) -> int:
    """How many rows were drawn."""
    return int(db.value("SELECT count(*) FROM sampled WHERE sample = ?", [sample]))


def looked_at(db: Connection, sample: int) -> list[LookedAt]:
    """The rows of a sample, in the order in which they were drawn."""
    rows = db.rows(
        "SELECT s.exchange, s.version, s.digest, s.session, s.subject, count(l.exchange), "
        "coalesce(bool_or(l.leak), false) FROM (SELECT *, rowid AS place FROM sampled WHERE sample = ?) s "
        "LEFT JOIN second_looks l ON l.sample = s.sample AND l.exchange = s.exchange "
        "GROUP BY s.exchange, s.version, s.digest, s.session, s.subject, s.place ORDER BY s.place",
        [sample],
    )
    return [LookedAt(*row) for row in rows]


def add_look(
    db: Connection, sample: int, exchange: int, person: str, leak: bool, entity: str | None, sequence: int
) -> None:
    """Store a second look."""
    db.insert("second_looks", [(sample, exchange, person, leak, entity, sequence)])


def look_of(db: Connection, sample: int, exchange: int, person: str) -> tuple[bool, str | None] | None:
    """What a person said last of a row, (leak, entity), or None."""
    found = db.row(
        "SELECT leak, entity FROM second_looks WHERE sample = ? AND exchange = ? AND person = ? "
        "ORDER BY sequence DESC LIMIT 1",
        [sample, exchange, person],
    )
    return None if found is None else (bool(found[0]), found[1])


def readers(db: Connection, sample: int) -> list[tuple[str, int]]:
    """Who looked at rows of a sample, and at how many."""
    rows = db.rows(
        "SELECT person, count(DISTINCT exchange) FROM second_looks WHERE sample = ? GROUP BY person ORDER BY person",
        [sample],
    )
    return [(str(person), int(number)) for person, number in rows]


def leaks(db: Connection) -> set[tuple[int, int]]:
    """Every (exchange, version) in which a second look has found a leak, in whatever sample."""
    rows = db.rows(
        "SELECT DISTINCT s.exchange, s.version FROM sampled s JOIN second_looks l USING (sample, exchange) WHERE l.leak"
    )
    return {(int(exchange), int(version)) for exchange, version in rows}


def touched_by(db: Connection, person: str, exchanges: Sequence[int]) -> set[int]:
    """Of these exchanges, those that a person has decided, edited or marked, in whatever version."""
    rows = db.rows(
        "SELECT exchange FROM decisions WHERE person = ? AND list_contains(?, exchange) "
        "UNION SELECT exchange FROM bodies WHERE person = ? AND kind = 'edited' AND list_contains(?, exchange) "
        "UNION SELECT exchange FROM marks WHERE person = ? AND list_contains(?, exchange)",
        [person, [*exchanges], person, [*exchanges], person, [*exchanges]],
    )
    return {int(exchange) for (exchange,) in rows}


def known_sessions(db: Connection, person: str) -> set[int]:
    """The sessions of everybody whom a person knows, as they said when they skipped an exchange."""
    return {int(session) for (session,) in db.rows(f"WITH {KNOWN_FIRST} {KNOWN}", [person])}
