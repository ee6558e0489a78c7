"""Where an exchange stands, from its latest text and what was decided about exactly that text."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from policies import Entity, FlagKind, Risk, Verdict
from workbench.desk import views
from workbench.screening.length import long_enough, words
from workbench.store import exchanges, standings
from workbench.store.exchanges import DecisionRow, Latest
from workbench.store.standings import Standing
from workbench.study.study import Study

UNDO = "undo"
"""Reason of a withdrawal that takes back one decision; any other takes back all of them."""
RISKY = frozenset({FlagKind.LEAK, FlagKind.CRISIS})

_DECIDED: dict[str, views.State] = {"approve": "approved", "reject": "rejected"}


def settle(study: Study, exchange: int, sequence: int, latest: Latest | None = None) -> Standing:
    """Store how an exchange stands from now on.  Call it inside the change, after all rows of the exchange.

    `latest` spares reading its text again where this command has read it and does not change it.
    """
    latest = latest or exchanges.latest(study.db, exchange)
    assert latest is not None
    counted = counting(exchanges.decisions(study.db, exchange), latest)
    standing = Standing(
        exchange=exchange,
        kind=latest.record_kind,
        origin=latest.origin,
        page=latest.page,
        session=latest.session,
        number=latest.number,
        version=latest.version,
        state=_state(study, latest, counted),
        flags=latest.flags,
        open=latest.open,
        words=words(latest.question) + words(latest.answer),
        short=not long_enough(latest.record_kind, latest.question, latest.answer, study.policy),
        risk=risk_of(study, latest).value,
        reviewer=counted[-1].person if counted else None,
        sequence=sequence,
    )
    standings.add(study.db, [standing])
    return standing


class Text(Protocol):
    """A version of an exchange's text, or what was decided about it."""

    @property
    def version(self) -> int:
        """Of the exchange."""

    @property
    def digest(self) -> str:
        """Of the text."""


class Judgement(Text, Protocol):
    """A decision on a text."""

    @property
    def verdict(self) -> str:
        """What was decided."""

    @property
    def reason(self) -> str | None:
        """Why."""

    @property
    def review_round(self) -> str:
        """`first`, `second` or `adjudication`."""


Decided = TypeVar("Decided", bound=Judgement)


def counting(decisions: Sequence[Decided], latest: Text) -> list[Decided]:
    """The decisions that count for the latest text, in order: those that were not withdrawn since.

    One that sent the exchange back counts until it is withdrawn, whatever the text has become.
    """
    if len(decisions) == 1 and decisions[0].verdict != Verdict.WITHDRAW:
        # As below, for the most frequent case by far.
        only = decisions[0]
        stands = only.digest == latest.digest if only.version == latest.version else only.verdict == Verdict.SEND_BACK
        return [only] if stands else []
    counted: dict[int, list[Decided]] = {latest.version: []}
    for decision in decisions:
        of_version = counted.setdefault(decision.version, [])
        if decision.version == latest.version and decision.digest != latest.digest:
            continue
        if decision.verdict != Verdict.WITHDRAW:
            of_version.append(decision)
        elif decision.reason == UNDO:
            del of_version[-1:]
        else:
            of_version.clear()
    sent_back = [rows for rows in counted.values() if rows and rows[-1].verdict == Verdict.SEND_BACK]
    return sent_back[-1] if sent_back else counted[latest.version]


def risk_of(study: Study, latest: Latest) -> Risk:
    """How much can go wrong with this text, from what screening says of it."""
    flags = set(latest.flags.split())
    found = exchanges.findings(study.db, latest.exchange, latest.version)
    if flags & RISKY or latest.open or any(finding.entity == Entity.INDIRECT for finding in found):
        return Risk.HIGH
    return Risk.STANDARD if flags or found else Risk.LOW


def _state(study: Study, latest: Latest, counted: Sequence[DecisionRow]) -> views.State:
    # Whether there is a second review is asked only of what was decided once.
    return state_of(counted, len(counted) > 0 and counted[-1].review_round == "first" and needs_second(study, latest))


def state_of(counted: Sequence[Judgement], second: bool) -> views.State:
    """What the decisions that count make of an exchange; `second`: one decision is not enough for it."""
    if not counted:
        return "waiting"
    last = counted[-1]
    if last.verdict == Verdict.SEND_BACK:
        return "sent_back"
    if last.review_round == "first" and second:
        return "second"
    if last.review_round == "second" and last.verdict != counted[-2].verdict:
        return "disputed"
    return _DECIDED[last.verdict]


def needs_second(study: Study, latest: Latest) -> bool:
    """Whether a second person decides this exchange once more: always for the flags that the policy names, else drawn.

    The draw hangs on a key of the study and the exchange's number alone, so that nobody can foresee or change it.
    """
    rules = study.policy.review.second
    if not rules.wanted or latest.origin == "planted":
        return False
    reasons = set(latest.flags.split())
    if "leak_dismissed" in rules.forced_by and _leak_dismissed(study, latest):
        reasons.add("leak_dismissed")
    drawn = int(study.keyed_digest(f"second:{latest.exchange}", "")[:13], 16) / 16**13
    return bool(reasons.intersection(rules.forced_by)) or drawn < rules.share


def _leak_dismissed(study: Study, latest: Latest) -> bool:
    """Whether words that repeat an identifier of the source were dismissed, whatever they were called by then."""
    found = exchanges.findings(study.db, latest.exchange, latest.version)
    leaks = [f for f in exchanges.flags(study.db, latest.exchange, latest.version) if f.kind == FlagKind.LEAK]
    return any(
        finding.side == leak.side and finding.start < (leak.stop or 0) and (leak.start or 0) < finding.stop
        for finding in found
        if finding.state == "dismissed"
        for leak in leaks
    )
