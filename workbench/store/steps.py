"""What each person did, step by step, so that it can be undone and done again.  What counts is a step's last row.

A row holds no text: `before` and `after` name versions of exchanges, numbers of events and what else the step was.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.store.connection import Connection, Row

STANDING = ("done", "redone")
"""States of a step that can be undone."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a person; `sequence` is the event that did, undid or redid it.

    `state`: done, undone, redone, or withdrawn (neither can undo reach it nor redo).
    """

    step: int
    person: str
    sitting: str
    exchange: int
    kind: str
    state: str
    before: dict[str, Any]
    after: dict[str, Any]
    sequence: int


def next_number(db: Connection) -> int:
    """The number of the next step."""
    return int(db.value("SELECT coalesce(max(step), 0) + 1 FROM steps"))


def add(db: Connection, step: Step) -> None:
    """Store a step, or what became of it."""
    before, after = json.dumps(step.before), json.dumps(step.after)
    db.insert(
        "steps",
        [
            (
                step.step, step.person, step.sitting, step.exchange, step.kind, step.state, before, after, step.sequence
            )
        ],
    )  # fmt: skip


def became(
    step: Step, state: str, sitting: str, sequence: int, versions: Mapping[int, tuple[int, int]] | None = None
) -> Step:
    """What became of a step by event `sequence`; in these exchanges only, where `versions` are given."""
    before, after = step.before, step.after
    if versions is not None:
        before = {**before, "versions": {str(number): first for number, (first, _) in versions.items()}}
        after = {**after, "versions": {str(number): then for number, (_, then) in versions.items()}}
    return replace(step, state=state, sitting=sitting, before=before, after=after, sequence=sequence)


def last_standing(db: Connection, person: str) -> Step | None:
    """The last step of a person that was not undone."""
    found = db.row(
        "SELECT step FROM steps WHERE person = ? GROUP BY step HAVING list_contains(?, arg_max(state, sequence)) "
        "ORDER BY step DESC LIMIT 1",
        [person, list(STANDING)],
    )
    return None if found is None else _last(db, found[0])


def last_undone(db: Connection, person: str) -> Step | None:
    """The step of a person that was undone last, unless they did another one since."""
    found = db.row(
        "SELECT step FROM steps WHERE person = ? GROUP BY step HAVING arg_max(state, sequence) = 'undone' "
        "AND max(sequence) > (SELECT max(sequence) FROM steps WHERE person = ? AND state = 'done') "
        "ORDER BY step LIMIT 1",
        [person, person],
    )
    return None if found is None else _last(db, found[0])


def of_exchange(db: Connection, exchange: int) -> list[Step]:
    """Every row about steps in an exchange, in order of the log."""
    return [_step(row) for row in db.rows("SELECT * FROM steps WHERE exchange = ? ORDER BY sequence", [exchange])]


def _last(db: Connection, step: int) -> Step:
    row = db.row("SELECT * FROM steps WHERE step = ? ORDER BY sequence DESC LIMIT 1", [step])
    assert row is not None
    return _step(row)


def _step(row: Row) -> Step:
    step, person, sitting, exchange, kind, state, before, after, sequence = row
    return Step(step, person, sitting, exchange, kind, state, json.loads(before), json.loads(after), sequence)
