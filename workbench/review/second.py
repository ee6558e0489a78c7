"""Second reviews: which decision an exchange waits for, and what the second person must not see.

The second decision is given blind: to whoever may give it, an exchange that was decided once looks like one that waits
for its first decision, without reviewer, earlier decisions, notes, or who wrote which version.  An edit, by whomever,
makes a new text, which begins again with a first decision.
"""

from dataclasses import replace

from policies import FlagKind, Role
from workbench.desk import views
from workbench.desk.review_views import ReviewRound
from workbench.errors import NotAllowed, Refused
from workbench.review.claims import REVIEWERS
from workbench.review.standing import counting
from workbench.store import exchanges, standings
from workbench.store.exchanges import Latest
from workbench.store.standings import Standing
from workbench.study.study import Study


def is_blind(study: Study, standing: Standing) -> bool:
    """Whether this person must not know that, how and by whom an exchange was decided first."""
    actor = study.actor
    return standing.state == "second" and standing.reviewer != actor.name and bool(actor.roles & REVIEWERS)


def not_blind(study: Study, exchange: int) -> None:
    """Raises Refused where this person must not see the history of an exchange."""
    standing = standings.standing(study.db, exchange)
    if standing is not None and is_blind(study, standing):
        raise Refused(
            f"Exchange {exchange} waits for a decision that is given without its history; replay it once it is decided."
        )


def blind(study: Study, standing: Standing) -> Standing:
    """How an exchange stands as this person may see it."""
    return replace(standing, state="waiting", reviewer=None) if is_blind(study, standing) else standing


def blind_view(study: Study, view: views.ExchangeView, standing: Standing) -> views.ExchangeView:
    """An exchange as this person may see it, with the decision that they would give."""
    wanted = round_for(study, standing) or "first"
    if not is_blind(study, standing):
        return view.model_copy(update={"review_round": wanted})
    row = view.row.model_copy(update={"notes": 0})
    return view.model_copy(update={"review_round": wanted, "row": row, "decisions": (), "notes": ()})


def round_for(study: Study, standing: Standing) -> ReviewRound | None:
    """Which decision of this person an exchange waits for, if any."""
    actor = study.actor
    if FlagKind.CRISIS in standing.flags.split() and Role.SENIOR not in actor.roles:
        return None
    if standing.state == "waiting":
        return "first"
    if standing.state == "second":
        return "second" if standing.reviewer != actor.name else None
    if standing.state == "disputed":
        return "adjudication" if Role.SENIOR in actor.roles and actor.name not in deciders(study, standing) else None
    return None


def round_to_decide(study: Study, latest: Latest, standing: Standing) -> ReviewRound:
    """Which decision this person gives by deciding now.  Raises Refused where theirs is not wanted."""
    number, me = latest.exchange, study.actor.name
    if standing.state == "waiting":
        return "first"
    if standing.state == "second":
        if standing.reviewer == me:
            raise Refused(
                f"You decided exchange {number}, and it waits for a second person; to change your mind, undo it first."
            )
        return "second"
    if standing.state == "disputed":
        raise Refused(
            f"Two reviewers disagree about exchange {number}; a senior who is neither settles it with: "
            f"workbench adjudicate {number}"
        )
    if standing.state == "sent_back":
        raise Refused(f"Exchange {number} was sent back for another paraphrase; withdraw that before you decide it.")
    counted = counting(exchanges.decisions(study.db, number), latest)
    others = [decision.person for decision in counted if decision.person != me]
    if others:
        raise Refused(f"Exchange {number} was decided by {others[-1]}; only a withdrawal lets it be decided anew.")
    return "first"


def deciders(study: Study, standing: Standing) -> list[str]:
    """Who gave the decisions that count for an exchange, in order."""
    latest = exchanges.latest(study.db, standing.exchange)
    assert latest is not None
    return [decision.person for decision in counting(exchanges.decisions(study.db, standing.exchange), latest)]


def neither_of_them(study: Study, standing: Standing) -> None:
    """Raises NotAllowed where this person is one of the two who disagree, Refused where nobody disagrees."""
    if standing.state != "disputed":
        raise Refused(f"Nobody disagrees about exchange {standing.exchange}; see: workbench queue --state disputed")
    if study.actor.name in deciders(study, standing):
        raise NotAllowed(
            f"You decided exchange {standing.exchange} yourself; a senior who is neither of the two settles it."
        )
