"""Which sessions have their multi-turn records, and how long their coach turns are."""

from workbench.store.connection import Connection


def next_session(db: Connection) -> int | None:
    """The first session that was not cut into turns yet, or None."""
    found = db.value("SELECT min(session) FROM sessions WHERE session NOT IN (SELECT session FROM turn_runs)")
    return None if found is None else int(found)


def sessions_left(db: Connection) -> int:
    """How many sessions were not cut into turns yet."""
    return int(db.value("SELECT count(*) FROM sessions WHERE session NOT IN (SELECT session FROM turn_runs)"))


def add_run(db: Connection, session: int, coach_turns: int, short_turns: int, records: int, sequence: int) -> None:
    """Store that a session was cut, whether it gave any record or none."""
    db.insert("turn_runs", [(session, coach_turns, short_turns, records, sequence)])


def lengths(db: Connection) -> tuple[int, int]:
    """Coach turns of all sessions that were cut, and how many of them are short."""
    found = db.row("SELECT coalesce(sum(coach_turns), 0), coalesce(sum(short_turns), 0) FROM turn_runs")
    assert found is not None
    return int(found[0]), int(found[1])
