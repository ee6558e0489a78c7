"""The next exchange for a person, theirs from the moment it is shown."""

from dataclasses import replace

from policies import Role
from workbench.desk import commands, review_views, reviewing, views
from workbench.review import claims
from workbench.review.queue import searched, wanted_by
from workbench.review.show import open_exchange
from workbench.store.waiting import Asking, next_exchange
from workbench.study.study import Study


def next_for(study: Study, command: reviewing.NextExchange, role: Role) -> review_views.Next:
    """Claim and show the next exchange that waits for this person; nobody else is given it.

    Second reviews look like first ones.  Left out are what others have, what this person keeps away from, crises for
    all but seniors, and, where the policy wants two persons, what they edited last; what they skipped in this sitting
    comes back when there is nothing else.
    """
    found, left = _look(study, command.filter, command.after)
    if command.filter.words is not None:
        searched(study, role, left)
    if found is None:
        return review_views.Next(view=None, left=0)
    view = open_exchange(study, commands.OpenExchange(exchange=found, claim=True), role)
    return review_views.Next(view=view, left=left)


def left_for(study: Study) -> int:
    """How many exchanges this person could be given now."""
    return _look(study, views.QueueFilter(), 0)[1]


def _look(study: Study, asked: views.QueueFilter, after: int) -> tuple[int | None, int]:
    if asked.state not in (None, "waiting", "disputed"):
        return None, 0
    actor = study.actor
    asking = Asking(
        person=actor.name,
        sitting=study.sitting,
        senior=Role.SENIOR in actor.roles,
        away=claims.away(study),
        two_persons=study.policy.review.two_persons,
        disputed=asked.state == "disputed",
    )
    # Which exchanges wait for whom is asked already; who decided a text that waits is nobody, or hidden.
    if asked.reviewer is not None:
        return None, 0
    wanted = replace(wanted_by(study, asked), state=None)
    return next_exchange(study.db, asking, wanted, after)
