"""Claims: no exchange is ever with two people.

A claim is a row of the store, written with the event of what it came with.  How long it lasts is not stored: whoever
gives no sign of life for a lease (the policy's `lease_minutes`) loses it to the next who asks.
"""

from audit.details import ClaimReturned
from policies import Role
from workbench.desk import reviewing, views
from workbench.errors import Claimed, NotAllowed, NotThere
from workbench.store import claims as store
from workbench.store import standings
from workbench.store.claims import Claim
from workbench.study.study import Change, Study

REVIEWERS = frozenset({Role.REVIEWER, Role.SENIOR})


def check(study: Study, exchange: int) -> None:
    """Whether this person may change this exchange now; every step that changes one asks this first, outside a change.

    Raises Claimed while somebody else has it and gives signs of life, and NotAllowed where this person knows whose
    session it is.  A claim that has run out comes back, which is recorded.
    """
    keep_away(study, exchange)
    claim = store.current(study.db, exchange)
    if claim is None or claim.person == study.actor.name:
        return
    if _lasts(study, claim):
        raise Claimed(f"Exchange {exchange} is with {claim.person} now; take another one, or come back to it later.")
    with study.change(study.actor.role_for(REVIEWERS)) as change:
        _return(study, change, claim, "expired")


def keep_away(study: Study, exchange: int) -> None:
    """Raises NotAllowed where this person said that they know whose session it is; then they do not read it either."""
    if not store.knows_anybody(study.db, study.actor.name):
        return
    standing = standings.standing(study.db, exchange)
    if standing is not None and store.knows(study.db, study.actor.name, standing.session):
        raise NotAllowed(
            f"Exchange {exchange} is of somebody whom you know, as you said; it is left to the other reviewers."
        )


def holder(study: Study, exchange: int) -> str | None:
    """Who has an exchange now, or None."""
    claim = store.current(study.db, exchange)
    return claim.person if claim is not None and _lasts(study, claim) else None


def holders(study: Study) -> dict[int, str]:
    """Every exchange that somebody has now, with who it is."""
    return {claim.exchange: claim.person for claim in store.held(study.db) if _lasts(study, claim)}


def away(study: Study) -> list[str]:
    """People who hold claims that have run out: anybody may be given what they have."""
    people = {claim.person for claim in store.held(study.db)}
    return sorted(person for person in people if not _is_here(study, person))


def take(study: Study, exchange: int, sequence: int) -> None:
    """This person has an exchange from now on, by event `sequence`; call it inside the change, after `check`."""
    claim = store.current(study.db, exchange)
    if claim is None or claim.person != study.actor.name:
        store.add(study.db, [Claim(exchange, study.actor.name, study.sitting, True, None, sequence)])


def settled(study: Study, exchange: int, sequence: int) -> None:
    """The exchange was decided by event `sequence`, so that nobody needs it any more; call it inside the change."""
    claim = store.current(study.db, exchange)
    if claim is not None:
        store.add(study.db, [Claim(exchange, claim.person, claim.sitting, False, "decided", sequence)])


def give_all_back(study: Study, change: Change) -> int:
    """Return everything that this person has to the queue; how many it was."""
    mine = [claim for claim in store.held(study.db) if claim.person == study.actor.name]
    for claim in mine:
        _return(study, change, claim, "ended")
    return len(mine)


def skip(study: Study, command: reviewing.SkipExchange, role: Role) -> views.Done:
    """Give an exchange back undecided; who knows the person keeps away from all that is of that person."""
    if standings.standing(study.db, command.exchange) is None:
        raise NotThere(f"There is no exchange {command.exchange} in this study; list them with: workbench queue")
    check(study, command.exchange)
    with study.change(role) as change:
        mine = Claim(command.exchange, study.actor.name, study.sitting, False, None, 0)
        _return(study, change, mine, command.reason)
    return views.Done()


def keep(study: Study, command: reviewing.KeepClaims, role: Role) -> views.Done:
    """A sign of life; the desk notes one with every command."""
    return views.Done()


def _return(study: Study, change: Change, claim: Claim, reason: str) -> None:
    event = change.record(ClaimReturned(holder=claim.person), claim.exchange, reason=reason)
    store.add(study.db, [Claim(claim.exchange, claim.person, study.sitting, False, reason, event.sequence)])


def _lasts(study: Study, claim: Claim) -> bool:
    return _is_here(study, claim.person)


def _is_here(study: Study, person: str) -> bool:
    return study.presence.is_here(person, study.policy.review.lease_minutes)
