"""Steps: what a person did, put down so that it can be undone and done again."""

from collections.abc import Mapping
from typing import Any

from audit.details import StepRedone
from workbench.desk.review_views import StepKind
from workbench.store import exchanges, releases, steps
from workbench.store.steps import Step
from workbench.study.study import Change, Study


def record_step(
    study: Study,
    change: Change,
    kind: StepKind,
    exchange: int,
    sequence: int,
    versions: Mapping[int, tuple[int, int]],
    again: Step | None = None,
    **what: Any,
) -> None:
    """Put down a step that event `sequence` records, as part of its change.

    `versions` says which version of each exchange became which, `what` all else that doing it again needs; neither
    holds text.  `again` is the step that is done again, if it is one.
    """
    number, state = steps.next_number(study.db), "done"
    if again is not None:
        number, state = again.step, "redone"
        sequence = change.record(StepRedone(kind=kind, undone=again.sequence), exchange).sequence
    before = {"versions": {str(number): first for number, (first, _) in versions.items()}}
    after = {"versions": {str(number): then for number, (_, then) in versions.items()}, **what}
    me = study.actor.name
    steps.add(study.db, Step(number, me, study.sitting, exchange, kind, state, before, after, sequence))


def versions_of(step: Step) -> dict[int, tuple[int, int]]:
    """Which version of each exchange a step made which."""
    after = step.after["versions"]
    return {int(number): (first, after[number]) for number, first in step.before["versions"].items()}


def beyond_reach(study: Study, exchange: int, step: Step) -> str | None:
    """What followed a step in an exchange, so that undoing does not reach it any more; None where it does."""
    who = exchanges.touched_since(study.db, exchange, step.person, step.sequence)
    if who is not None:
        return f"{who} has changed or decided it since"
    release = releases.released_since(study.db, exchange, step.sequence)
    return None if release is None else f"it went into the release {release} since"


def same_text(study: Study, exchange: int, version: int) -> bool:
    """Whether the latest text of an exchange is, to the letter, that of an earlier version."""
    latest, body = exchanges.latest(study.db, exchange), exchanges.body(study.db, exchange, version)
    return latest is not None and (latest.question, latest.answer) == (body.question, body.answer)
