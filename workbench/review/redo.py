"""Doing again what was undone last: the same command once more, if the words are again those that it was given for."""

from collections.abc import Callable
from typing import Any

from policies import Role, Verdict
from workbench.desk import commands, review_views, reviewing
from workbench.errors import Refused
from workbench.review import adjudicate, alike, decide, dismiss, edit, mark, note, retag, send_back
from workbench.review.show import latest_of
from workbench.review.steps import same_text, versions_of
from workbench.review.undo import told
from workbench.store import exchanges, notes, steps
from workbench.store.exchanges import BodyFinding
from workbench.store.steps import Step
from workbench.study.study import Study


def redo(study: Study, command: reviewing.Redo, role: Role) -> review_views.Undone:
    """Do again the step that this person undid last, unless they took another one since.

    By the rules of today: whatever the step raises when it is done, it raises here.  Raises Refused where the text has
    become another one.
    """
    step = steps.last_undone(study.db, study.actor.name)
    if step is None:
        return review_views.Undone(kind=None, exchange=None, row=None)
    versions = versions_of(step)
    if step.kind == "bulk_redaction":
        return _bulk(study, role, step, versions)
    if step.exchange in versions and not same_text(study, step.exchange, versions[step.exchange][0]):
        raise Refused(f"Exchange {step.exchange} has another text since, so that this step is not done again.")
    _REDO[step.kind](study, role, step)
    return told(study, step, versions if step.kind == "mark" else ())


def _decision(study: Study, role: Role, step: Step) -> None:
    what: dict[str, Any] = {
        "exchange": step.exchange,
        "version": latest_of(study, step.exchange).version,
        "reason": step.after["reason"],
        "reading": step.after["reading"],
    }
    if step.kind == "sending_back":
        send_back.send_back(study, reviewing.SendBack(**what), role, step)
        return
    what["verdict"] = Verdict(step.after["verdict"])
    if step.after["review_round"] == "adjudication":
        adjudicate.adjudicate(study, reviewing.Adjudicate(**what), role, step)
    else:
        decide.decide(study, commands.Decide(**what), role, step)


def _edit(study: Study, role: Role, step: Step) -> None:
    typed = exchanges.body(study.db, step.exchange, versions_of(step)[step.exchange][1])
    command = commands.EditExchange(
        exchange=step.exchange,
        version=latest_of(study, step.exchange).version,
        question=typed.question,
        answer=typed.answer,
    )
    edit.edit(study, command, role, step)


def _dismissal(study: Study, role: Role, step: Step) -> None:
    command = commands.DismissFinding(**_same_finding(study, step), reason=step.after["reason"])
    dismiss.dismiss(study, command, role, step)


def _retag(study: Study, role: Role, step: Step) -> None:
    command = reviewing.RetagFinding(**_same_finding(study, step), entity=step.after["entity"])
    retag.retag(study, command, role, step)


def _mark(study: Study, role: Role, step: Step) -> None:
    command = reviewing.MarkWords(
        exchange=step.exchange,
        version=latest_of(study, step.exchange).version,
        **{name: step.after[name] for name in ("where", "start", "stop", "entity")},
    )
    mark.mark(study, command, role, step)


def _note(study: Study, role: Role, step: Step) -> None:
    written = notes.note(study.db, step.after["note"])
    assert written is not None
    assert written.words is not None
    note.add_note(study, reviewing.AddNote(exchange=step.exchange, text=written.words), role, step)


def _bulk(study: Study, role: Role, step: Step, versions: dict[int, tuple[int, int]]) -> review_views.Undone:
    """Replace the words again, in the exchanges to which undo gave them back."""
    origin = exchanges.body(study.db, step.exchange, step.after["version"])
    found = _finding(study, origin.exchange, origin.version, step.after["ordinal"])
    ready = [number for number, (before, _) in versions.items() if same_text(study, number, before)]
    places = [
        (number, latest_of(study, number).version, side, start, stop)
        for number, _, side, start, stop in step.after["places"]
        if number in ready
    ]
    done = alike.redact(study, role, origin, found, places, step)
    left = {*versions} - {*ready} | {*done.left}
    return told(study, step, {*versions} - left, left)


_REDO: dict[str, Callable[[Study, Role, Step], None]] = {
    "decision": _decision,
    "sending_back": _decision,
    "edit": _edit,
    "dismissal": _dismissal,
    "retag": _retag,
    "mark": _mark,
    "note": _note,
}


def _same_finding(study: Study, step: Step) -> dict[str, int]:
    """Exchange, version and number of the finding that a step was about, as it stands now; raises Refused."""
    before, _ = versions_of(step)[step.exchange]
    was = _finding(study, step.exchange, before, step.after["ordinal"])
    version = latest_of(study, step.exchange).version
    for found in exchanges.findings(study.db, step.exchange, version):
        if (found.side, found.start, found.stop, found.entity) == (was.side, was.start, was.stop, was.entity):
            return {"exchange": step.exchange, "version": version, "ordinal": found.ordinal}
    raise Refused(f"Exchange {step.exchange} does not have that finding any more, so that this step is not done again.")


def _finding(study: Study, exchange: int, version: int, ordinal: int) -> BodyFinding:
    return next(found for found in exchanges.findings(study.db, exchange, version) if found.ordinal == ordinal)
