"""Typing another text for an exchange, and trying one out while it is typed."""

from policies import Role
from workbench.desk import commands, review_views, reviewing, views
from workbench.review import claims, drafts
from workbench.review.show import latest_of, records, view_of
from workbench.review.steps import record_step
from workbench.review.versions import screened_again, store_version, to_change
from workbench.screening.length import long_enough
from workbench.screening.screen import Found
from workbench.store.steps import Step
from workbench.study.study import Study, Turn


def scan(study: Study, turn: Turn, command: commands.EditExchange | reviewing.TryText) -> Found:
    """What the detector finds on a typed text: this takes long, needs nothing of the study, and nobody waits for it."""
    return study.scanner.scan(command.question), study.scanner.scan(command.answer)


def edit(
    study: Study,
    command: commands.EditExchange,
    role: Role,
    again: Step | None = None,
    found: Found | None = None,
) -> views.ExchangeView:
    """Store a new version and screen it; any decision on the version before no longer counts.

    `again` is the step that is done again, if it is one; `found` is what `scan` found.
    """
    latest = to_change(study, command.exchange, command.version)
    screened = screened_again(study, latest, command.question, command.answer, found)
    with study.change(role) as change:
        sequence = store_version(study, change, latest, screened)
        drafts.drop(study, change, latest.exchange, "saved")
        versions = {latest.exchange: (latest.version, latest.version + 1)}
        record_step(study, change, "edit", latest.exchange, sequence, versions, again)
    return view_of(study, latest_of(study, command.exchange))


def try_text(study: Study, command: reviewing.TryText, role: Role, found: Found | None = None) -> review_views.Tried:
    """What screening says of a text that is being typed.  Nothing is stored.  `found` is what `scan` found."""
    latest = latest_of(study, command.exchange)
    claims.keep_away(study, latest.exchange)
    screened = screened_again(study, latest, command.question, command.answer, found)
    return review_views.Tried(
        findings=records(views.BodyFinding, screened.findings),
        flags=records(views.Flag, screened.flags),
        short=not long_enough(latest.record_kind, screened.question, screened.answer, study.policy),
    )
