"""What a policy must do to call itself by its basis."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from policies.names import Entity, Scope, Treatment

if TYPE_CHECKING:
    from policies.schema import Policy

HIGHEST_THRESHOLD = 0.5
"""A policy that promises to remove every identifier may not look away from more than this."""
UNSIGNED = "DUA-0000"
"""The agreement of the shipped example; it lets the policy be tried, and no release be built."""
LIMITED_KEEPS = frozenset({Entity.DATE, Entity.AGE, Entity.LOCATION, Entity.INDIRECT})
"""What a limited data set may hold: dates, ages, town, state and ZIP (45 CFR 164.514(e)(2)).  LOCATION counts here only
generalised, because a finding of it can be a street address."""


def fault_of(policy: "Policy") -> str | None:
    """Why the policy is not what its basis says, as one clause with the remedy; None where it is."""
    return _RULES[policy.basis](policy)


def _safe_harbor(policy: "Policy") -> str | None:
    """45 CFR 164.514(b)(2): all eighteen kinds of identifiers are removed."""
    rules = policy.redaction
    for entity in Entity:
        treatment = rules.treatment(entity)
        if treatment is Treatment.SHIFT:
            return f"safe_harbor allows no shifted dates; generalise {entity} or give it a placeholder"
        if treatment is Treatment.KEEP and entity is not Entity.INDIRECT:
            return f"safe_harbor does not allow {entity} to be kept; choose another treatment"
    if not rules.implied_ages:
        return "safe_harbor must find implied ages over 89; set redaction.implied_ages to true"
    return _threshold(policy)


def _limited(policy: "Policy") -> str | None:
    """45 CFR 164.514(e): direct identifiers go, and the recipient signs a data use agreement."""
    if not (policy.agreement or "").strip():
        return "limited_data_set needs the data use agreement; name it under agreement"
    for entity in Entity:
        treatment = policy.redaction.treatment(entity)
        if treatment is Treatment.KEEP and entity not in LIMITED_KEEPS - {Entity.LOCATION}:
            return f"limited_data_set does not allow {entity} to be kept; choose another treatment"
    if policy.release.scope is Scope.PUBLIC:
        return "limited_data_set is never public; set release.scope to internal or controlled"
    return _threshold(policy)


def _internal(policy: "Policy") -> str | None:
    if policy.release.scope is not Scope.INTERNAL:
        return "a policy with basis internal releases inside the house only; set release.scope to internal"
    return None


def _expert(policy: "Policy") -> str | None:
    return None


def _threshold(policy: "Policy") -> str | None:
    if policy.redaction.threshold > HIGHEST_THRESHOLD:
        return f"{policy.basis} needs redaction.threshold at {HIGHEST_THRESHOLD} or below"
    return None


_RULES: dict[str, Callable[["Policy"], str | None]] = {
    "safe_harbor": _safe_harbor,
    "limited_data_set": _limited,
    "expert_determination": _expert,
    "internal": _internal,
}
