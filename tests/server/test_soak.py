"""Many people at one server, while clients, the review screen and the server are killed: nothing acknowledged is lost.

`WORKBENCH_PROVE=1` runs it as it is meant, for ten minutes with sixteen clients over 100,000 exchanges.  How long
people wait meanwhile is printed and not asked here: other tests run beside it.  `python -m tests.server.soak` measures.
"""

import os
from pathlib import Path

import pytest

from tests.bench.large_study import make_study
from tests.conftest import SECRET
from tests.server.soak.report import Outcome
from tests.server.soak.run import Plan, Soak, soak_policy

unclosed = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def soak(folder: Path, exchanges: int, plan: Plan) -> Outcome:
    """Over a new study of so many exchanges; the report is printed."""
    folder.mkdir()
    make_study(folder / "study", exchanges, SECRET, soak_policy())
    outcome = Soak(folder / "study", folder, plan).run()
    print(outcome.report())
    assert outcome.faults == []
    assert outcome.on_screen > 0
    return outcome


@unclosed
def test_people_work_on_through_kills_and_nothing_is_lost_or_decided_twice(folder: Path) -> None:
    plan = Plan(
        seconds=20, clients=4, think=(0.05, 0.3), clients_killed_every=6, screen_killed_at=7, server_killed_at=11
    )
    outcome = soak(folder / "short", 200, plan)
    assert outcome.killed["screen"] == outcome.killed["server"] == 1
    assert {"begin", "next", "approve"} <= {*outcome.milliseconds()}


@pytest.mark.skipif("WORKBENCH_PROVE" not in os.environ, reason="takes a quarter of an hour; WORKBENCH_PROVE=1")
@pytest.mark.timeout(3600)
@unclosed
def test_sixteen_people_work_for_ten_minutes_on_a_hundred_thousand_exchanges(folder: Path) -> None:
    outcome = soak(folder / "long", 100_000, Plan())
    assert outcome.killed["clients"] > 20
    assert outcome.events["claim.returned expired"] > 0, "what was abandoned comes back"
    assert outcome.events["exchange.plant_revealed"] > 0
