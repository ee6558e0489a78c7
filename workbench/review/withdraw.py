"""Withdrawing decisions: by undo the last one, by `withdraw` all of them, with a reason."""

from collections.abc import Sequence

from audit.details import ExchangeWithdrawn
from audit.events import format_time
from policies import Role, Verdict
from workbench.desk import reviewing, views
from workbench.errors import NotAllowed, Refused
from workbench.review.queue import queue_row
from workbench.review.show import face_allowed, shown
from workbench.review.standing import counting, settle
from workbench.store import exchanges, steps
from workbench.store.exchanges import DecisionRow
from workbench.store.standings import Standing
from workbench.study.study import Change, Study


def withdraw(study: Study, command: reviewing.Withdraw, role: Role) -> views.QueueRow:
    """Take back everything that was decided about the latest text; the exchange waits again.

    A release that it went into stands.  Raises Refused where nothing is decided or a new exchange took its place,
    NotAllowed for somebody who neither decided it nor is a senior reviewer or a steward.
    """
    face_allowed(study)
    latest = shown(study, command.exchange, command.version)
    counted = counting(exchanges.decisions(study.db, latest.exchange), latest)
    if not counted:
        raise Refused(f"Nothing is decided about exchange {latest.exchange}, so that there is nothing to withdraw.")
    me, roles = study.actor.name, study.actor.roles
    if me not in {decision.person for decision in counted} and not roles & {Role.SENIOR, Role.STEWARD}:
        raise NotAllowed(
            f"Only who decided exchange {latest.exchange}, a senior reviewer or a steward can withdraw that; ask one."
        )
    not_replaced(study, counted[-1])
    with study.change(role) as change:
        standing = take_back(study, change, counted[-1], command.reason)
        _beyond_undo(study, counted, standing.sequence)
    return queue_row(study, standing)


def take_back(study: Study, change: Change, decision: DecisionRow, reason: str) -> Standing:
    """Store that a decision counts no more, and with any reason but `undo` none before it either."""
    event = change.record(
        ExchangeWithdrawn(decision=decision.sequence),
        decision.exchange,
        version=decision.version,
        reason=reason,
        after=decision.digest,
    )
    exchanges.add_decision(
        study.db,
        DecisionRow(
            decision.exchange, decision.version, Verdict.WITHDRAW.value, reason, decision.digest,
            study.loaded_policy.digest, study.actor.name, study.actor.face.value, format_time(change.time),
            decision.review_round, None, None, event.sequence,
        ),
    )  # fmt: skip
    return settle(study, decision.exchange, event.sequence)


def not_replaced(study: Study, decision: DecisionRow) -> None:
    """Raises Refused where a decision sent an exchange back and its page has another one by now."""
    successor = exchanges.successor(study.db, decision.exchange)
    if decision.verdict == Verdict.SEND_BACK and successor is not None:
        raise Refused(
            f"The page of exchange {decision.exchange} has been paraphrased again; decide exchange {successor} instead."
        )


def _beyond_undo(study: Study, counted: Sequence[DecisionRow], sequence: int) -> None:
    """Steps whose decisions were withdrawn are neither undone nor done again."""
    withdrawn = {decision.sequence for decision in counted}
    last = {step.step: step for step in steps.of_exchange(study.db, counted[-1].exchange)}
    for step in last.values():
        if step.state in steps.STANDING and step.after.get("decision") in withdrawn:
            steps.add(study.db, steps.became(step, "withdrawn", study.sitting, sequence))
