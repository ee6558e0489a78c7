"""A run that is killed or interrupted goes on where it was: no page lost, none done twice."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from policies import LoadedPolicy
from tests.command import KEY, run_workbench
from tests.conftest import SECRET, SESSION, add_text, opened
from workbench.desk.commands import Status
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.study.opening import create_study

KILLS = 20 if os.environ.get("WORKBENCH_PROVE") else 3
SESSIONS = 250 if os.environ.get("WORKBENCH_PROVE") else 10
PAGES = 2 * SESSIONS


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """A study whose pages, two a session, all wait."""
    folder = tmp_path_factory.mktemp("resume")
    create_study(folder / "study", policy, SECRET, "tester")
    with opened(folder / "study") as desk:
        for number in range(SESSIONS):
            add_text(desk, folder, SESSION.replace("twice", f"{number + 2} times"), f"{number}.txt")
    return folder / "study"


@pytest.fixture
def study(waiting: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(waiting, tmp_path / "study"))


def start(study: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", "paraphrase", "--study", str(study)],
        env={**os.environ, "WORKBENCH_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def events(study: Path, action: str) -> list[dict[str, Any]]:
    """Details of the events of one kind in the log's mirror, in order."""
    paths = sorted((study / "mirror").glob("events-*"))
    lines = [line for path in paths for line in path.read_text().splitlines(keepends=True)]
    # The running process may be half-way through a line.
    whole = [json.loads(line) for line in lines if line.endswith("\n")]
    return [event["details"] for event in whole if event["action"] == action]


def wait_for_page(study: Path, process: "subprocess.Popen[str]") -> None:
    """Until the run has stored a page, or has ended."""
    known = len(events(study, "exchange.created"))
    while process.poll() is None and len(events(study, "exchange.created")) == known:
        time.sleep(0.01)


def counts(study: Path) -> dict[str, Any]:
    """The status, without the number of events, which tells how often a run was begun."""
    with opened(study) as desk:
        return desk.execute(Status()).model_dump(exclude={"events"})


@pytest.mark.timeout(3600 if os.environ.get("WORKBENCH_PROVE") else 300)
def test_killed_at_any_moment_every_page_has_exactly_one_exchange_in_the_end(
    study: Path, waiting: Path, tmp_path: Path, policy: LoadedPolicy
) -> None:
    chance = random.Random(5)
    for _ in range(KILLS):
        process = start(study)
        wait_for_page(study, process)
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.communicate()
    stored = len(events(study, "exchange.created"))
    done = run_workbench("paraphrase", "--study", str(study))
    assert done.returncode == 0, done.stderr
    pages = [int(created["page"]) for created in events(study, "exchange.created")]
    assert sorted(pages) == list(range(1, PAGES + 1))
    assert stored < PAGES, "every run ended before it was killed, so nothing was shown"
    uninterrupted = Path(shutil.copytree(waiting, tmp_path / "uninterrupted"))
    with opened(uninterrupted) as desk:
        paraphrase(desk, Extractive(policy.policy), policy.policy.paraphrase.seed, lambda run, tally: None)
    assert counts(study) == counts(uninterrupted)
    assert run_workbench("audit", "verify", "--study", str(study)).returncode == 0


def test_an_interrupt_ends_kindly_is_recorded_and_the_next_run_goes_on(study: Path) -> None:
    process = start(study)
    wait_for_page(study, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Interrupted.  Run the same command again to go on." in out
    assert err == ""
    (finished,) = events(study, "run.finished")
    assert finished["interrupted"] is True
    assert finished["pages"] == len(events(study, "exchange.created")) < PAGES
    assert run_workbench("paraphrase", "--study", str(study)).returncode == 0
    assert len(events(study, "exchange.created")) == PAGES
