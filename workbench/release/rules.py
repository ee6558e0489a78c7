"""The rules of the gate, without a study: what is known of one exchange goes in, a reason to keep it back comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policies import Policy, Verdict
from workbench.review.standing import counting

STAYS = {
    "rejected": "rejected",
    "sent_back": "sent_back",
    "second": "awaits_second_review",
    "disputed": "disputed",
}
"""States of an exchange that is decided, but not let out, and the reasons that they are."""
UNKNOWN = "unknown"
"""The licence of a model file that nobody has told the licence of; a policy can forbid it like any other."""


class Going(NamedTuple):
    """A row that may go, without its text."""

    exchange: int
    version: int
    digest: str
    """Keyed digest of the text, under which it was approved."""
    config: str
    """The data set of the release that it goes into: `interview`, `synthetic` or `multi_turn`."""
    session: int
    subject: str | None
    """The manifest's pseudonym, PHI; None without a manifest."""
    page: int
    number: int
    """Of the page in its session."""


class Made(NamedTuple):
    """One decision, as far as the rules look at it."""

    version: int
    verdict: str
    reason: str | None
    digest: str
    policy_digest: str
    person: str
    review_round: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What the subject of a session consents to now."""

    scopes: frozenset[str]
    withdrawn: bool


@dataclass(slots=True)
class Candidate:
    """All that the rules ask of an exchange; `digest` is that of its latest version's text."""

    origin: str
    state: str
    version: int
    digest: str
    made: Sequence[Made]
    """Every decision that was ever made about it, in order."""
    open: int
    """Findings of the latest version that are neither treated nor dismissed."""
    missing_side: bool
    short: bool
    consent: Consent | None
    """None: no consent is on record."""
    protection: frozenset[str]
    licence: str | None
    """Of the model that wrote it; None where none did."""
    found_again: bool = False
    """A fresh scan found an identifier in it."""
    leak_in_sample: bool = False
    """A second look at this version has found a leak in it."""
    revoked: bool = False
    """This version went into a release and was revoked there, because it identifies somebody."""
    _counted: Sequence[Made] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def counted(self) -> Sequence[Made]:
        """The decisions that count for the latest text, in order."""
        if self._counted is None:
            self._counted = counting(self.made, self)
        return self._counted


@dataclass(frozen=True, slots=True)
class Rules:
    """What a policy asks of a row, and who builds the release."""

    policy_digest: str
    scope: str
    unstated: bool
    """Whether rows without consent on record may go."""
    protection: frozenset[str]
    """Special protections with which rows may go."""
    forbidden_licences: frozenset[str]
    steward: str | None
    """Rows that this person alone has reviewed stay; None: the policy does not ask for that."""

    @classmethod
    def of(cls, policy: Policy, digest: str, person: str) -> "Rules":
        """The rules of a policy for a release that this person builds."""
        release = policy.release
        return cls(
            policy_digest=digest,
            scope=release.scope.value,
            unstated=release.unstated_consent == "allow",
            protection=frozenset(protection.value for protection in release.allowed_protection),
            forbidden_licences=frozenset(release.forbidden_licences),
            steward=person if release.separate_steward else None,
        )


def reason_to_stay(candidate: Candidate, rules: Rules) -> str | None:
    """The first reason why an exchange may not be released, or None."""
    if candidate.origin == "planted":
        return "planted"
    if candidate.state != "approved":
        return STAYS.get(candidate.state, "not_decided")
    return _undecided(candidate, rules) or _withheld(candidate, rules)


def _undecided(candidate: Candidate, rules: Rules) -> str | None:
    """Whether the decisions that count let out this very text under this very policy."""
    counted = candidate.counted
    # The state says it already; what goes out does not hang on that alone.
    if not counted or counted[-1].verdict != Verdict.APPROVE:
        return "not_decided"
    last = counted[-1]
    if last.review_round == "second" and (len(counted) < 2 or counted[-2].verdict != Verdict.APPROVE):
        return "disputed"
    if last.digest != candidate.digest or last.version != candidate.version:
        return "not_decided"
    needed = counted[-2:] if last.review_round == "second" else counted[-1:]
    if any(decision.policy_digest != rules.policy_digest for decision in needed):
        return "approved_under_another_policy"
    if rules.steward is not None and {decision.person for decision in counted} == {rules.steward}:
        return "reviewed_by_steward_alone"
    return None


def _withheld(candidate: Candidate, rules: Rules) -> str | None:
    """Whether its text, its subject's consent or what made it keeps an approved exchange back."""
    if candidate.open:
        return "open_finding"
    if candidate.missing_side:
        return "missing_side"
    if candidate.short:
        return "too_short"
    if not _consented(candidate.consent, rules):
        return "no_consent"
    if not candidate.protection <= rules.protection:
        return "special_protection"
    if candidate.licence is not None and candidate.licence in rules.forbidden_licences:
        return "forbidden_licence"
    if candidate.leak_in_sample:
        return "leak_in_sample"
    if candidate.revoked:
        return "revoked"
    return "found_by_rescan" if candidate.found_again else None


def _consented(consent: Consent | None, rules: Rules) -> bool:
    if consent is None:
        return rules.unstated
    return rules.scope in consent.scopes and not consent.withdrawn
