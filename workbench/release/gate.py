"""What may leave: only an exchange whose latest text was approved as it stands, under the policy in force."""

import json
from collections import Counter
from dataclasses import dataclass

from policies import Policy
from workbench.errors import Refused
from workbench.screening.length import long_enough
from workbench.store import exchanges, releases
from workbench.store.exchanges import Latest
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
    rows: list[Latest] = []
    excluded: Counter[str] = Counter()
    for latest in exchanges.all_latest(study.db):
        reason = _reason_to_stay(latest, study.policy, study.loaded_policy.digest, consents[latest.session])
        if reason is None:
            _is_what_was_approved(study, latest)
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


def _reason_to_stay(latest: Latest, policy: Policy, policy_digest: str, consent: str | None) -> str | None:
    """The first reason why an exchange may not be released, or None."""
    if latest.verdict is None:
        return "not_decided"
    if latest.verdict != "approve":
        return "rejected"
    if latest.decided_under != policy_digest:
        return "approved_under_another_policy"
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


def _is_what_was_approved(study: Study, latest: Latest) -> None:
    """The text in the store must have exactly the digest that the approval names."""
    digest = study.body_digest(latest.exchange, latest.version, latest.question, latest.answer)
    if not digest == latest.digest == latest.decided_digest:
        raise Refused(
            f"The text of exchange {latest.exchange} is not the text that was approved; run: workbench audit verify"
        )
