"""Claims: which exchange is with whom.  The last row of an exchange says whether it is held, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.store import current as history
from workbench.store.connection import Connection
from workbench.store.values import values


@dataclass(frozen=True, slots=True)
class Claim:
    """An exchange was given to a person (`held`), or came back from them for a reason."""

    exchange: int
    person: str
    sitting: str
    held: bool
    reason: str | None
    sequence: int


HELD = "SELECT * FROM current_claims WHERE held"
KNOWN = """
    SELECT c.session FROM sessions c JOIN files f USING (file)
    WHERE c.session IN (SELECT session FROM known) OR f.subject IN (
        SELECT g.subject FROM known JOIN sessions USING (session) JOIN files g USING (file) WHERE g.subject IS NOT NULL)
"""
"""The sessions of everybody whom a person knows; it reads `KNOWN_FIRST`, which binds the person."""
KNOWN_FIRST = """
    known AS (SELECT DISTINCT p.session FROM claims k JOIN exchanges USING (exchange) JOIN pages p USING (page)
              WHERE k.person = ? AND k.reason = 'known_person')
"""


def add(db: Connection, claims: Sequence[Claim]) -> None:
    """Store claims that were taken or given back."""
    history.append(db, "claims", [values(claim) for claim in claims])


def current(db: Connection, exchange: int) -> Claim | None:
    """Who holds an exchange, or None."""
    row = db.row("SELECT * FROM current_claims WHERE exchange = ? AND held", [exchange])
    return None if row is None else Claim(*row)


def held(db: Connection) -> list[Claim]:
    """Every claim that was not given back, in order of the study."""
    return sorted((Claim(*row) for row in db.rows(HELD)), key=lambda claim: claim.exchange)


def handed_over(db: Connection, person: str) -> list[int]:
    """Exchanges that somebody gave up last because they know whose session it is, apart from whom this person knows."""
    rows = db.rows(
        f"WITH {KNOWN_FIRST} SELECT exchange FROM current_claims JOIN exchanges USING (exchange) "
        "JOIN pages USING (page) WHERE reason = 'known_person' "
        f"AND session NOT IN ({KNOWN}) ORDER BY exchange",
        [person],
    )
    return [int(exchange) for (exchange,) in rows]


def knows_anybody(db: Connection, person: str) -> bool:
    """Whether a person ever said that they know somebody; most never do, and then there is no more to ask."""
    return db.row("SELECT 1 FROM claims WHERE person = ? AND reason = 'known_person'", [person]) is not None


def knows(db: Connection, person: str, session: int) -> bool:
    """Whether a person said that they know somebody of this session, or of another session of the same subject."""
    asked = f"WITH {KNOWN_FIRST} SELECT 1 FROM ({KNOWN}) WHERE session = ?"
    return knows_anybody(db, person) and db.row(asked, [person, session]) is not None
