"""Of long histories, the last row of each exchange, at hand for as long as the store is open.

Finding the last rows of half a million takes a tenth of a second; the queue is asked for after every key.  They stand
in temporary tables, which are written with the history in one transaction and rolled back with it.  Like all that
DuckDB may have to put on the disk for a while, they are encrypted there.
"""

from collections.abc import Sequence

from workbench.store.connection import Connection, Row

HISTORIES = ("standings", "claims")
"""Tables that begin with the exchange; the last rows of `claims` are in `current_claims`."""


def prepare(db: Connection) -> None:
    """Find the last rows, at the opening."""
    for history in HISTORIES:
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE current_{history} AS SELECT * FROM {history} "
            f"WHERE rowid IN (SELECT max(rowid) FROM {history} GROUP BY exchange) ORDER BY exchange"
        )
    # A page whose exchanges were all sent back waits for another one.
    db.execute(
        "CREATE OR REPLACE TEMP VIEW answered_pages AS "
        "SELECT page FROM current_standings WHERE kind = 'exchange' AND state <> 'sent_back'"
    )


def append(db: Connection, history: str, rows: Sequence[Row]) -> None:
    """Store rows of a history, the last ones of their exchanges from now on."""
    last = {row[0]: row for row in rows}
    db.insert(history, [*rows])
    if len(last) == 1:  # as with nearly every key: a third of the time of the join below
        db.execute(f"DELETE FROM current_{history} WHERE exchange = ?", [*last])
    else:
        db.execute(f"DELETE FROM current_{history} WHERE exchange IN (SELECT unnest(?::INTEGER[]))", [[*last]])
    db.insert(f"current_{history}", [*last.values()])
