"""Generations: what a backend made of each page, attempt by attempt, as it came."""

from dataclasses import dataclass, replace

from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class Generation:
    """What a backend made of a page, as it came: one attempt at the exchange that will have this number.

    `faults` are the flags (separated by blanks) for which it was generated again, or would have been.
    """

    exchange: int
    page: int
    attempt: int
    raw: str
    malformed: str | None
    faults: str
    backend: str
    model_digest: str
    prompt_digest: str | None
    parameters: str
    seed: int

    def judged(self, malformed: str | None, faults: str) -> "Generation":
        """The same with what screening says of it."""
        return replace(self, malformed=malformed, faults=faults)


def add(db: Connection, generation: Generation) -> None:
    """Store a generation."""
    db.insert("generations", [values(generation)])


def attempts(db: Connection, exchange: int) -> list[Generation]:
    """Every generation that was made for an exchange, in order."""
    found = (Generation(*row) for row in db.rows("SELECT * FROM generations WHERE exchange = ?", [exchange]))
    return sorted(found, key=lambda generation: generation.attempt)


def pending(db: Connection, page: int) -> list[Generation]:
    """The attempts at a page that has no exchange yet, in order."""
    rows = db.rows(
        "SELECT * FROM generations WHERE page = ? AND exchange NOT IN (SELECT exchange FROM exchanges) "
        "ORDER BY attempt",
        [page],
    )
    return [Generation(*row) for row in rows]


def attempts_at(db: Connection, page: int) -> int:
    """How often a page was paraphrased so far, for whatever exchange."""
    return int(
        db.value(
            "SELECT count(*) FROM generations WHERE page = ? "
            "AND exchange NOT IN (SELECT exchange FROM exchanges WHERE kind <> 'exchange')",
            [page],
        )
    )


def sent_back_for(db: Connection, page: int) -> str | None:
    """Why the last exchange of a page that waits for another one was sent back, or None."""
    found = db.row(
        "SELECT d.reason FROM decisions d JOIN exchanges e USING (exchange) "
        "WHERE e.page = ? AND e.kind = 'exchange' AND d.verdict = 'send_back' ORDER BY d.sequence DESC LIMIT 1",
        [page],
    )
    return None if found is None else str(found[0])


def generation(db: Connection, exchange: int) -> Generation:
    """The generation that an exchange was made from."""
    found = db.row(
        "SELECT g.* FROM generations g JOIN exchanges e USING (exchange, attempt) WHERE g.exchange = ?", [exchange]
    )
    assert found is not None
    return Generation(*found)
