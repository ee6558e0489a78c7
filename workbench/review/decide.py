"""Deciding an exchange."""

from collections import Counter

from audit.details import ExchangeApproved, ExchangeRejected, ExchangeSentBack
from audit.events import format_time
from policies import FlagKind, Risk, Role, Verdict
from workbench.desk import commands, review_views, reviewing
from workbench.errors import NotAllowed, Refused
from workbench.many import many
from workbench.review import claims, drafts, plants, signing
from workbench.review.queue import queue_row
from workbench.review.reading import check_reading, words_on_screen
from workbench.review.second import round_to_decide
from workbench.review.show import face_allowed, shown, standing_of
from workbench.review.standing import counting, settle
from workbench.review.steps import record_step
from workbench.store import exchanges, history
from workbench.store.exchanges import DecisionRow, Latest
from workbench.store.standings import Standing
from workbench.store.steps import Step
from workbench.study.study import Study

DETAILS = {
    Verdict.APPROVE: ExchangeApproved,
    Verdict.REJECT: ExchangeRejected,
    Verdict.SEND_BACK: ExchangeSentBack,
}


def decide(study: Study, command: commands.Decide, role: Role, again: Step | None = None) -> review_views.Decided:
    """Approve or reject the version that was shown; where it was an invented one, that is said at once.

    Raises Stale when the text has changed since, Claimed when somebody else has it, Refused while a finding is open, a
    side is empty, something has not been read or is not this person's to decide, Locked before an authentication that
    the policy wants, NotAllowed where the policy forbids this face or this person.  `again` is the step that is done
    again, if it is one.

    Whoever has decided just so is answered once more and nothing is stored: their first answer may have been lost.
    """
    face_allowed(study)
    latest = shown(study, command.exchange, command.version)
    claims.check(study, latest.exchange)
    standing = standing_of(study, latest.exchange)
    if again is None and standing.reviewer == study.actor.name and _is_given(study, latest, command):
        revealed = plants.revealed(study, latest, command.reason)
        return review_views.Decided(row=queue_row(study, standing), revealed=revealed)
    return give(study, command, role, latest, standing, round_to_decide(study, latest, standing), again)


def give(
    study: Study,
    command: commands.Decide | reviewing.Adjudicate | reviewing.SendBack,
    role: Role,
    latest: Latest,
    standing: Standing,
    review_round: review_views.ReviewRound,
    again: Step | None = None,
) -> review_views.Decided:
    """Store a decision that is this person's to give, after the rules that all decisions share."""
    verdict = Verdict.SEND_BACK if isinstance(command, reviewing.SendBack) else command.verdict
    flags = Counter(flag.kind for flag in exchanges.flags(study.db, latest.exchange, latest.version))
    if verdict is Verdict.APPROVE:
        _approvable(latest)
    elif command.reason is None:
        raise Refused(f"Rejecting exchange {latest.exchange} needs a reason; give one with --reason.")
    if flags[FlagKind.CRISIS] and Role.SENIOR not in study.actor.roles:
        raise NotAllowed(
            f"Exchange {latest.exchange} speaks of a crisis, so a senior reviewer decides it; an operator names one "
            "with: workbench people add NAME --role senior --uid N"
        )
    if verdict is Verdict.APPROVE:
        check_reading(study, latest.exchange, Risk(standing.risk), command.reading)
        _of_two_persons(study, latest)
        signing.check(study)
    reading, words_read = command.reading, words_on_screen(command.reading)
    page = {"page": str(latest.page)} if verdict is Verdict.SEND_BACK else {}
    with study.change(role) as change:
        event = change.record(
            DETAILS[verdict](
                findings=len(exchanges.findings(study.db, latest.exchange, latest.version)),
                flags=dict(flags),
                milliseconds=reading.milliseconds if reading else None,
                source_words=reading.source_words if reading else None,
                exchange_words=reading.exchange_words if reading else None,
                review_round=review_round,
                risk=standing.risk,
                signed=signing.has_signed(study),
                judged_again=again.after["decision"] if again else None,
                **page,
            ),
            latest.exchange,
            version=latest.version,
            reason=command.reason,
            after=latest.digest,
        )
        exchanges.add_decision(
            study.db,
            DecisionRow(
                latest.exchange, latest.version, verdict.value, command.reason, latest.digest,
                study.loaded_policy.digest, study.actor.name, study.actor.face.value, format_time(change.time),
                review_round, reading.milliseconds if reading else None, words_read, event.sequence,
            ),
        )  # fmt: skip
        claims.settled(study, latest.exchange, event.sequence)
        drafts.drop(study, change, latest.exchange, "decided")
        after = settle(study, latest.exchange, event.sequence, latest)
        revealed = plants.reveal(study, change, latest, verdict, command.reason)
        # Whoever was told that an exchange was invented has nothing to take back.
        if revealed is None:
            record_step(
                study,
                change,
                "sending_back" if verdict is Verdict.SEND_BACK else "decision",
                latest.exchange,
                event.sequence,
                {latest.exchange: (latest.version, latest.version)},
                again,
                decision=event.sequence,
                verdict=verdict.value,
                reason=command.reason,
                review_round=review_round,
                reading=reading.model_dump() if reading else None,
            )
    return review_views.Decided(row=queue_row(study, after), revealed=revealed)


def _is_given(study: Study, latest: Latest, command: commands.Decide) -> bool:
    """Whether the last decision that counts is this one, by this person, under this policy."""
    last = counting(exchanges.decisions(study.db, latest.exchange), latest)[-1]
    given = study.actor.name, command.verdict, command.reason, study.loaded_policy.digest
    return (last.person, last.verdict, last.reason, last.policy_digest) == given


def _approvable(latest: Latest) -> None:
    if not latest.question.strip() or not latest.answer.strip():
        raise Refused(f"Exchange {latest.exchange} lacks one side; edit it or reject it.")
    if latest.open:
        raise Refused(
            f"Exchange {latest.exchange} has {many(latest.open, 'open finding')}; "
            "edit the text or dismiss each with a reason before approving."
        )


def _of_two_persons(study: Study, latest: Latest) -> None:
    """Raises NotAllowed where the policy wants two persons and the words are as this person has left them."""
    if study.policy.review.two_persons and last_editor(study, latest.exchange) == study.actor.name:
        raise NotAllowed(
            f"The words of exchange {latest.exchange} are your own edit, and the study's policy wants two persons: "
            "another reviewer approves it."
        )


def last_editor(study: Study, exchange: int) -> str | None:
    """Who changed the words last, or None; a version with the same words (a dismissal, a roster) is no edit."""
    versions = history.bodies(study.db, exchange)
    for before, body in zip(reversed(versions[:-1]), reversed(versions), strict=False):
        if (before.question, before.answer) != (body.question, body.answer):
            return body.person if body.kind == "edited" else None
    return None
