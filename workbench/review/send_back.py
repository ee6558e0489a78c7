"""Sending an exchange back, so that its page is paraphrased once more."""

from policies import Role
from workbench.desk import review_views, reviewing
from workbench.errors import Refused
from workbench.review import claims
from workbench.review.decide import give
from workbench.review.second import round_to_decide
from workbench.review.show import face_allowed, shown, standing_of
from workbench.store.steps import Step
from workbench.study.study import Study


def send_back(study: Study, command: reviewing.SendBack, role: Role, again: Step | None = None) -> review_views.Decided:
    """Keep this exchange back; its page waits for another one, which gets a number of its own.

    Raises Refused for a multi-turn record, and what any other decision raises.  `again` is the step that is done again,
    if it is one.
    """
    face_allowed(study)
    latest = shown(study, command.exchange, command.version)
    if latest.record_kind != "exchange":
        raise Refused(f"Record {latest.exchange} holds turns as they were said; edit or reject it instead.")
    claims.check(study, latest.exchange)
    standing = standing_of(study, latest.exchange)
    return give(study, command, role, latest, standing, round_to_decide(study, latest, standing), again)
