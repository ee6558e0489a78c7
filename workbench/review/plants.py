"""Revealing planted exchanges: whoever decides an invented one is told so at once, and whether they saw its leak."""

import re

from audit.details import PlantRevealed
from audit.events import format_time
from policies import Entity, Verdict
from workbench.desk.review_views import Revealed
from workbench.store import exchanges
from workbench.store import plants as store
from workbench.store.exchanges import Latest
from workbench.store.plants import Catch, Plant
from workbench.study.study import Change, Study

SEEN = frozenset({"identifying", "flagged", "leaks"})
"""Reasons for keeping an exchange back that say that something in it identifies somebody."""


def reveal(study: Study, change: Change, latest: Latest, verdict: Verdict, reason: str | None) -> Revealed | None:
    """Tell who has just decided an exchange that it is planted, if it is; part of the change that decides it.

    Only the first decision of a plant counts.  One that is kept back for another reason counts neither way: it would
    not have left, and nobody can say whether its leak was seen.
    """
    told = revealed(study, latest, reason)
    if told is None:
        return None
    if not store.is_caught_up(study.db, latest.exchange) and (told.caught or verdict is Verdict.APPROVE):
        event = change.record(PlantRevealed(entity=told.entity, caught=told.caught), latest.exchange)
        store.add_catch(
            study.db,
            Catch(latest.exchange, study.actor.name, told.caught, format_time(change.time), event.sequence),
        )
    return told


def revealed(study: Study, latest: Latest, reason: str | None) -> Revealed | None:
    """What somebody who has decided an exchange, for this reason, is told of it; None where it is not planted."""
    plant = store.plant(study.db, latest.exchange)
    if plant is None:
        return None
    return Revealed(
        caught=reason in SEEN or not _stands(study, latest, plant),
        entity=Entity(plant.entity),
        side=plant.side,
        start=plant.start,
        stop=plant.stop,
        explanation=plant.explanation,
    )


def _stands(study: Study, latest: Latest, plant: Plant) -> bool:
    """Whether the planted words still stand somewhere in the text, and nobody has marked them there."""
    found = exchanges.findings(study.db, latest.exchange, latest.version)
    for side, text in (("question", latest.question), ("answer", latest.answer)):
        marked = [(f.start, f.stop) for f in found if f.side == side and f.state != "dismissed"]
        for place in re.finditer(re.escape(plant.words), text, re.IGNORECASE):
            if not any(start < place.end() and place.start() < stop for start, stop in marked):
                return True
    return False
