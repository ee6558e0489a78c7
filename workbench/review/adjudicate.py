"""Settling a disagreement: a senior who is neither of the two decides, seeing both decisions with their reasons."""

from policies import Role
from workbench.desk import reviewing, views
from workbench.review import claims
from workbench.review.decide import give
from workbench.review.second import neither_of_them
from workbench.review.show import face_allowed, shown, standing_of
from workbench.store.steps import Step
from workbench.study.study import Study


def adjudicate(study: Study, command: reviewing.Adjudicate, role: Role, again: Step | None = None) -> views.QueueRow:
    """Decide for good what two reviewers disagree about.

    Raises Refused where nobody disagrees, NotAllowed for one of the two, and what any other decision raises.
    `again` is the step that is done again, if it is one.
    """
    face_allowed(study)
    latest = shown(study, command.exchange, command.version)
    standing = standing_of(study, latest.exchange)
    neither_of_them(study, standing)
    claims.check(study, latest.exchange)
    return give(study, command, role, latest, standing, "adjudication", again).row
