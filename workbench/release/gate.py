"""What may leave: only an exchange whose latest text was approved as it stands, under the policy in force."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from policies import Policy, Verdict
from workbench.errors import Refused
from workbench.review.standing import counting
from workbench.screening.length import long_enough
from workbench.store import exchanges, releases
from workbench.store.exchanges import DecisionRow, Latest
from workbench.study.study import Study
from workbench.turns.lint import of_targets


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows that may go, and how many stay, by reason."""

    rows: list[Latest]
    excluded: dict[str, int]
    warnings: tuple[str, ...]
    """Sentences on what would be learned from these rows."""
    unstated: int
    """How many of the rows have no consent on record; they go because the policy says so."""


def plan(study: Study) -> Plan:
    """Sort every exchange of the study into what may go and what stays."""
    consents = releases.consents(study.db)
    made: dict[int, list[DecisionRow]] = {}
    for decision in exchanges.all_decisions(study.db):
        made.setdefault(decision.exchange, []).append(decision)
    rows: list[Latest] = []
    excluded: Counter[str] = Counter()
    for latest in exchanges.all_latest(study.db):
        decisions = counting(made.get(latest.exchange, []), latest)
        reason = _reason_to_stay(study, latest, decisions, consents[latest.session])
        if reason is None:
            _is_what_was_approved(study, latest, decisions[-1])
            rows.append(latest)
        else:
            excluded[reason] += 1
    unstated = sum(consents[latest.session] is None for latest in rows)
    return Plan(rows, dict(sorted(excluded.items())), _warnings(rows, study.policy), unstated)


def config_of(latest: Latest) -> str:
    """The data set of a release that a record goes into."""
    return "multi_turn" if latest.record_kind == "multi_turn" else latest.origin


def _warnings(rows: list[Latest], policy: Policy) -> tuple[str, ...]:
    targets: dict[str, list[str]] = {}
    for latest in rows:
        targets.setdefault(config_of(latest), []).append(latest.answer)
    found = [of_targets(config, texts, policy.multi_turn.short_words) for config, texts in sorted(targets.items())]
    return tuple(sentence for sentence in found if sentence)


_STAYS = {
    "rejected": "rejected",
    "sent_back": "sent_back",
    "second": "awaits_second_review",
    "disputed": "disputed",
}


def _reason_to_stay(study: Study, latest: Latest, decisions: Sequence[DecisionRow], consent: str | None) -> str | None:
    """The first reason why an exchange may not be released, or None; `decisions` are those that count."""
    policy = study.policy
    if latest.origin == "planted":
        return "planted"
    if latest.state != "approved" or not decisions or decisions[-1].verdict != Verdict.APPROVE:
        return _STAYS.get(latest.state, "not_decided")
    if decisions[-1].policy_digest != study.loaded_policy.digest:
        return "approved_under_another_policy"
    if policy.release.separate_steward and {decision.person for decision in decisions} == {study.actor.name}:
        return "reviewed_by_steward_alone"
    if latest.open:
        return "open_finding"
    if not latest.question.strip() or not latest.answer.strip():
        return "missing_side"
    if not long_enough(latest.record_kind, latest.question, latest.answer, policy):
        return "too_short"
    if not _consented(consent, policy):
        return "no_consent"
    return None


def _consented(consent: str | None, policy: Policy) -> bool:
    if consent is None:
        return policy.release.unstated_consent == "allow"
    given = json.loads(consent)
    return policy.release.scope.value in given["scopes"] and not given["withdrawn"]


def _is_what_was_approved(study: Study, latest: Latest, approval: DecisionRow) -> None:
    """The text in the store must have exactly the digest that the approval names."""
    digest = study.body_digest(latest.exchange, latest.version, latest.question, latest.answer)
    if not digest == latest.digest == approval.digest:
        raise Refused(
            f"The text of exchange {latest.exchange} is not the text that was approved; run: workbench audit verify"
        )
