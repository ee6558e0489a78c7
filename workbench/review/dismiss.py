"""Saying that a finding identifies nobody."""

from audit.details import FindingDismissed
from policies import Role
from redaction.folding import fold
from workbench.desk import commands, views
from workbench.errors import NotThere
from workbench.review.show import latest_of, view_of
from workbench.review.steps import record_step
from workbench.review.versions import finding_of, found_on, screened_again, store_version, to_change, words_of
from workbench.store import exchanges
from workbench.store.steps import Step
from workbench.study.study import Study


def dismiss(
    study: Study, command: commands.DismissFinding, role: Role, again: Step | None = None
) -> views.ExchangeView:
    """Say that an open finding identifies nobody; the version is held against that knowledge.

    The same words stay dismissed in this exchange only.  `again` is the step that is done again, if it is one.
    """
    latest = to_change(study, command.exchange, command.version)
    found = finding_of(study, latest, command.ordinal)
    if found is None or found.state != "open":
        raise NotThere(
            f"Exchange {latest.exchange} has no open finding {command.ordinal}; look again and try once more."
        )
    with study.change(role) as change:
        event = change.record(
            FindingDismissed(exchange=str(latest.exchange), entity=found.entity),
            f"{latest.exchange}:{latest.version}:{found.ordinal}",
            version=latest.version,
            reason=command.reason,
        )
        exchanges.add_dismissal(
            study.db, latest.exchange, found.entity, fold(words_of(latest, found)), command.reason, event.sequence
        )
        before = found_on(study, latest.exchange, latest.version)
        store_version(study, change, latest, screened_again(study, latest, latest.question, latest.answer, before))
        record_step(
            study,
            change,
            "dismissal",
            latest.exchange,
            event.sequence,
            {latest.exchange: (latest.version, latest.version + 1)},
            again,
            knowledge=event.sequence,
            ordinal=found.ordinal,
            reason=command.reason,
        )
    return view_of(study, latest_of(study, command.exchange))
