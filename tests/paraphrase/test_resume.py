"""A run that is killed or interrupted goes on where it was: no page lost, none done twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import KEY, Run
from tests.conftest import SESSION

KILLS = 20 if os.environ.get("WORKBENCH_PROVE") else 3
SESSIONS = 20


@pytest.fixture
def ingested(tmp_path: Path, run: Run) -> str:
    """A study with 40 pages that wait."""
    transcripts = tmp_path / "transcripts"
    transcripts.mkdir()
    for number in range(SESSIONS):
        (transcripts / f"{number}.txt").write_text(SESSION.replace("twice", f"{number + 2} times"))
    study = str(tmp_path / "study")
    assert run("init", study).returncode == 0
    assert run("ingest", str(transcripts), "--study", study).returncode == 0
    return study


def start(study: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", "paraphrase", "--study", study],
        env={**os.environ, "WORKBENCH_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def created(study: str, run: Run) -> list[str]:
    """Pages of the exchanges in the log, in order."""
    log = run("audit", "query", "--action", "exchange.created", "--format", "json", "--study", study, key=None)
    return [json.loads(line)["details"]["page"] for line in log.stdout.splitlines()]


def wait_for_page(study: str, run: Run, known: int, process: "subprocess.Popen[str]") -> None:
    """Until the mirror shows more exchanges than `known`, or the process has ended."""
    mirror = Path(study) / "mirror"
    while process.poll() is None:
        if sum(path.read_text().count("exchange.created") for path in mirror.glob("events-*")) > known:
            return
        time.sleep(0.02)


def test_killed_at_any_moment_every_page_has_exactly_one_exchange_in_the_end(ingested: str, run: Run) -> None:
    chance = random.Random(5)
    for _ in range(KILLS):
        process = start(ingested)
        wait_for_page(ingested, run, len(created(ingested, run)), process)
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = run("paraphrase", "--study", ingested)
    assert done.returncode == 0, done.stderr
    assert sorted(created(ingested, run), key=int) == [str(page) for page in range(1, 2 * SESSIONS + 1)]
    counts = json.loads(run("status", "--json", "--study", ingested).stdout)
    assert (counts["pages"], counts["exchanges"], counts["waiting"]) == (40, 40, 40)
    assert run("audit", "verify", "--study", ingested).returncode == 0


def test_an_interrupt_ends_kindly_is_recorded_and_the_next_run_goes_on(ingested: str, run: Run) -> None:
    process = start(ingested)
    wait_for_page(ingested, run, 0, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Interrupted" in out
    assert "Traceback" not in err
    log = run("audit", "query", "--action", "run.finished", "--format", "json", "--study", ingested, key=None)
    (finished,) = [json.loads(line) for line in log.stdout.splitlines()]
    assert finished["details"]["interrupted"] is True
    assert finished["details"]["pages"] == len(created(ingested, run)) < 40
    assert run("paraphrase", "--study", ingested).returncode == 0
    assert len(created(ingested, run)) == 40
