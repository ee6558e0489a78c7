"""Logs of random but plausible events for the tests of the audit room."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from audit.checkpoint import SigningKey
from audit.decisions import VERDICTS
from audit.details import (
    Details,
    ExchangeApproved,
    ExchangeCreated,
    ExchangeRejected,
    ExchangeScreened,
    ExchangeSentBack,
    ExchangeWithdrawn,
    FileIngested,
    PersonAdded,
    ReleaseBuilt,
)
from audit.events import Context, Event, EventDraft
from audit.log import Log
from audit.verify import Decision

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class History:
    """A log as it was written, and the decisions that the store would hold."""

    log: Log
    events: list[Event]
    lines: list[bytes]
    decisions: list[Decision]


def draft(rng: random.Random) -> EventDraft:
    """One random deed."""
    digest = f"{rng.getrandbits(256):064x}"
    exchange = f"x{rng.randrange(1000)}"
    choices: list[Details] = [
        PersonAdded(roles=("reviewer", "steward"), uid=rng.randrange(5000)),
        FileIngested(number=rng.randrange(9), digest=digest, kind="docx", sessions=1, pages=rng.randrange(40), words=9),
        ExchangeCreated(
            page="p1", run="r1", attempt=1, backend="extractive", model_digest=digest, prompt_digest=digest, seed=42,
            malformed=rng.random() < 0.5,
        ),
        ExchangeScreened(findings={"NAME": rng.randrange(5), "DATE": 1}, flags={"leak": rng.randrange(3)}),
        ExchangeApproved(findings=0, flags={}, milliseconds=rng.randrange(90_000)),
        ExchangeRejected(findings=1, flags={"leak": 1}),
        ExchangeSentBack(page="p1", findings=1, flags={"leak": 1}),
        ExchangeWithdrawn(decision=rng.randrange(100)),
        ReleaseBuilt(rows=3, excluded={"length": rng.randrange(9)}, manifest_digest=digest),
    ]  # fmt: skip
    return EventDraft(
        details=rng.choice(choices), object_id=exchange, object_version=rng.randrange(3), digest_after=digest
    )


def make_history(size: int, seed: int = 0, *, clock_steps: bool = False) -> History:
    """A log of `size` random events; with `clock_steps` the clock is sometimes put back."""
    rng = random.Random(seed)
    log, now = Log(), NOON
    history = History(log, [], [], [])
    for _ in range(size):
        now += timedelta(microseconds=rng.randrange(1, 10**9))
        if clock_steps and rng.random() < 0.2:
            now -= timedelta(hours=1)
        event, line = log.add(draft(rng), make_context(rng.choice(["anna", "ben"])), now)
        history.events.append(event)
        history.lines.append(line)
        verdict = VERDICTS.get(event.action.encode())
        if verdict:
            version = event.object_version or 0
            history.decisions.append(Decision(event.object_id, version, verdict, event.sequence))
    return history


def make_context(actor: str = "anna") -> Context:
    """Someone at work."""
    return Context(
        actor=actor, role="reviewer", authenticated="os-uid", sitting="s1", host="h1", version="0.1.0",
        policy_digest="ab" * 32, face="tui",
    )  # fmt: skip


@pytest.fixture(scope="session")
def history() -> Callable[..., History]:
    return make_history


@pytest.fixture(scope="session")
def context() -> Context:
    return make_context()


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate("study/test")
