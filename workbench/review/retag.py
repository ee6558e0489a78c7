"""Giving a finding another entity."""

from audit.details import FindingRetagged
from policies import Entity, Role, Treatment
from redaction.folding import fold
from workbench.desk import reviewing, views
from workbench.errors import NotThere, Refused
from workbench.review.mark import identifiers_of
from workbench.review.replacing import Place, book_of, put, stand_in_for
from workbench.review.show import latest_of, view_of
from workbench.review.steps import record_step
from workbench.review.versions import (
    finding_of,
    found_on,
    screened_again,
    source_for,
    store_version,
    to_change,
    words_of,
)
from workbench.store import marks
from workbench.store.marks import Mark
from workbench.store.steps import Step
from workbench.study.study import Study


def retag(study: Study, command: reviewing.RetagFinding, role: Role, again: Step | None = None) -> views.ExchangeView:
    """Give a finding another entity, in a new version.

    What was replaced gets the stand-in of that entity.  The words of any other finding have this entity in all
    exchanges of the page from now on.

    Raises Refused for an entity that the policy keeps: a finding is let stand by dismissing it with a reason.
    `again` is the step that is done again, if it is one.
    """
    latest = to_change(study, command.exchange, command.version)
    found = finding_of(study, latest, command.ordinal)
    if found is None:
        raise NotThere(f"Exchange {latest.exchange} has no finding {command.ordinal}; look again and try once more.")
    if found.entity == command.entity:
        raise Refused(f"Finding {found.ordinal} of exchange {latest.exchange} is {found.entity} already.")
    if study.policy.redaction.treatment(command.entity) is Treatment.KEEP:
        raise Refused(
            f"The study's policy keeps {command.entity}; to let the words stand, dismiss the finding with a reason."
        )
    sides, before, standins = (latest.question, latest.answer), found_on(study, latest.exchange, latest.version), ""
    with study.change(role) as change:
        event = change.record(
            FindingRetagged(exchange=str(latest.exchange), entity_before=found.entity, entity=command.entity),
            f"{latest.exchange}:{latest.version}:{found.ordinal}",
            version=latest.version,
        )
        words = words_of(latest, found)
        if found.state == "treated":
            # Where nothing remembers what stood there (a date was shifted), what stands there now has to do.
            original = book_of(study, latest).original(Entity(found.entity), words) or words
            known = identifiers_of(study, latest, source_for(study, latest))
            standins = stand_in_for(study, latest, command.entity, original, known)
            sides, before = put(latest, before, [Place(found.side, found.start, found.stop, command.entity, standins)])
        else:
            me = study.actor.name
            mark = Mark(
                latest.page, latest.exchange, None, None, command.entity.value, words, me, False, event.sequence
            )
            marks.add(study.db, [mark])
        screened = screened_again(study, latest, *sides, before, frozenset({fold(standins)} - {""}))
        store_version(study, change, latest, screened)
        record_step(
            study,
            change,
            "retag",
            latest.exchange,
            event.sequence,
            {latest.exchange: (latest.version, latest.version + 1)},
            again,
            knowledge=event.sequence,
            ordinal=found.ordinal,
            entity=command.entity.value,
        )
    return view_of(study, latest_of(study, command.exchange))
