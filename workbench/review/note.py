"""Notes on an exchange: read by reviewers, never released."""

from audit.details import ExchangeNoted
from audit.events import format_time
from policies import Role
from workbench.desk import review_views, reviewing
from workbench.errors import Refused
from workbench.review import claims
from workbench.review.show import latest_of
from workbench.review.steps import record_step
from workbench.screening.length import words
from workbench.store import notes
from workbench.store.steps import Step
from workbench.study.study import Study


def note_digest(study: Study, number: int, text: str) -> str:
    """The keyed digest that binds a note to its event."""
    return study.keyed_digest(f"note:{number}", text)


def add_note(study: Study, command: reviewing.AddNote, role: Role, again: Step | None = None) -> review_views.Note:
    """Write a note.  `again` is the step that is done again, if it is one."""
    latest = latest_of(study, command.exchange)
    claims.keep_away(study, latest.exchange)
    text = command.text.strip()
    if not text:
        raise Refused("There is nothing in this note; write some words.")
    with study.change(role) as change:
        number = notes.next_number(study.db)
        event = change.record(
            ExchangeNoted(words=words(text)),
            latest.exchange,
            version=latest.version,
            after=note_digest(study, number, text),
        )
        time = format_time(change.time)
        notes.add(study.db, notes.Note(number, latest.exchange, study.actor.name, time, text, event.sequence))
        record_step(study, change, "note", latest.exchange, event.sequence, {}, again, note=number)
    return review_views.Note(note=number, person=study.actor.name, time=time, text=text)
