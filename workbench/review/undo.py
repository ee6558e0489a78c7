"""Undoing one's last step.  Nothing is erased: what was undone is told by rows and events of its own.

A text comes back as a new version with the words of the one before the step, held against what is known now without
the step; a decision on it is given anew.
"""

from collections.abc import Callable, Iterable, Mapping

from audit.details import ExchangeNoted, StepUndone
from policies import Role
from workbench.desk import review_views, reviewing
from workbench.errors import Claimed, NotAllowed, Refused
from workbench.review import claims
from workbench.review.queue import queue_row
from workbench.review.show import face_allowed, latest_of, standing_of
from workbench.review.standing import UNDO
from workbench.review.steps import beyond_reach, same_text, versions_of
from workbench.review.versions import found_on, screened_again, store_version
from workbench.review.withdraw import not_replaced, take_back
from workbench.store import exchanges, marks, notes, steps
from workbench.store.steps import Step
from workbench.study.study import Change, Study


def undo(study: Study, command: reviewing.Undo, role: Role) -> review_views.Undone:
    """Take back this person's last step that still stands, whatever sitting it was in.

    Raises Refused once somebody else has changed or decided the exchange, or it was released; Claimed while somebody
    else has it.  A bulk redaction is taken back where that still goes, and told where not.
    """
    face_allowed(study)
    step = steps.last_standing(study.db, study.actor.name)
    if step is None:
        return review_views.Undone(kind=None, exchange=None, row=None)
    return _UNDO[step.kind](study, role, step)


def _decision(study: Study, role: Role, step: Step) -> review_views.Undone:
    _in_reach(study, step)
    wanted = step.after["decision"]
    decision = next(row for row in exchanges.decisions(study.db, step.exchange) if row.sequence == wanted)
    not_replaced(study, decision)
    with study.change(role) as change:
        take_back(study, change, decision, UNDO)
        _undone(study, change, step)
    return told(study, step)


def _text(study: Study, role: Role, step: Step) -> review_views.Undone:
    """Give each exchange of a step its words back, and forget what the step taught."""
    versions = versions_of(step)
    if step.kind != "bulk_redaction":
        _in_reach(study, step)
    back = {number: pair for number, pair in versions.items() if _goes_back(study, number, pair[1], step)}
    needed = {step.exchange} & {*versions} if step.kind != "bulk_redaction" else {*versions}
    if needed and needed.isdisjoint(back):
        raise Refused(
            f"Undo does not reach exchange {step.exchange} any more: its text is another one since; edit it instead."
        )
    with study.change(role) as change:
        undone = _undone(study, change, step, back)
        _forget(study, step, undone)
        for number, (before, _) in back.items():
            body = exchanges.body(study.db, number, before)
            screened = screened_again(
                study, latest_of(study, number), body.question, body.answer, found_on(study, number, before)
            )
            store_version(study, change, latest_of(study, number), screened)
    return told(study, step, back, [number for number in versions if number not in back])


def _note(study: Study, role: Role, step: Step) -> review_views.Undone:
    note = notes.note(study.db, step.after["note"])
    assert note is not None
    with study.change(role) as change:
        event = change.record(ExchangeNoted(words=0, removed=True), step.exchange)
        notes.add(study.db, notes.Note(note.note, note.exchange, note.person, note.time, None, event.sequence))
        _undone(study, change, step)
    return told(study, step)


_UNDO: dict[str, Callable[[Study, Role, Step], review_views.Undone]] = {
    "decision": _decision,
    "sending_back": _decision,
    "edit": _text,
    "dismissal": _text,
    "mark": _text,
    "retag": _text,
    "bulk_redaction": _text,
    "note": _note,
}


def told(study: Study, step: Step, changed: Iterable[int] = (), left: Iterable[int] = ()) -> review_views.Undone:
    """What became of a step, for whoever undid it or did it again."""
    numbers = sorted(changed)
    return review_views.Undone(
        kind=step.kind,
        exchange=step.exchange,
        row=queue_row(study, standing_of(study, step.exchange)),
        again=tuple(numbers) if len(numbers) > 1 else (),
        left=tuple(sorted(left)),
    )


def _in_reach(study: Study, step: Step) -> None:
    reason = beyond_reach(study, step.exchange, step)
    if reason is not None:
        raise Refused(
            f"Undo does not reach exchange {step.exchange} any more: {reason}; withdraw the decision, or edit the text."
        )
    claims.check(study, step.exchange)


def _goes_back(study: Study, exchange: int, version: int, step: Step) -> bool:
    """Whether an exchange is as the step has left it, and nobody else has it."""
    if beyond_reach(study, exchange, step) is not None or not same_text(study, exchange, version):
        return False
    try:
        claims.check(study, exchange)
    except (Claimed, NotAllowed):
        return False
    return True


def _undone(study: Study, change: Change, step: Step, back: Mapping[int, tuple[int, int]] | None = None) -> int:
    """Put down that a step was undone, in these exchanges; the number of its event."""
    event = change.record(StepUndone(kind=step.kind, step=step.sequence), step.exchange)
    steps.add(study.db, steps.became(step, "undone", study.sitting, event.sequence, back))
    return event.sequence


def _forget(study: Study, step: Step, undone: int) -> None:
    """Take back what a step has taught: a dismissal, marked words."""
    if step.kind == "dismissal":
        dismissed = exchanges.dismissed_by(study.db, step.after["knowledge"])
        exchanges.add_dismissal(study.db, *dismissed, UNDO, undone)
    elif "knowledge" in step.after:
        marks.take_back(study.db, step.after["knowledge"], study.actor.name, undone)
