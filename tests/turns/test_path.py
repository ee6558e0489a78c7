"""From a transcript to a bundle with both kinds of records, by the command line; and killed on the way."""

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

from audit.bundle import verify_bundle
from audit.errors import BundleError
from finetune.rows import read_rows
from policies import Verdict
from tests.command import KEY, run_workbench
from tests.conftest import SESSION, add_text, opened
from workbench.desk.commands import BuildRelease, Decide, ListQueue, Status, VerifyAudit

SESSIONS = 40 if os.environ.get("WORKBENCH_PROVE") else 6
KILLS = 10 if os.environ.get("WORKBENCH_PROVE") else 2
LOAD = """
import json, sys, datasets
both = [datasets.load_dataset(sys.argv[1], *name, split="train") for name in (["multi_turn"], ["interview"], [])]
print(json.dumps([rows.to_list() for rows in both]))
"""


def done(*arguments: str) -> str:
    """What a command printed that must succeed."""
    finished = run_workbench(*arguments)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study made, filled and decided by commands: one exchange and two multi-turn records are approved."""
    folder = tmp_path_factory.mktemp("path")
    (folder / "session.txt").write_text(SESSION)
    place = ("--study", str(folder / "study"))
    done("init", str(folder / "study"), "--policy", "mentalchat16k")
    done("ingest", str(folder / "session.txt"), *place)
    printed = done("turns", *place)
    assert "0 of 2 coach turns (0%) have fewer than 8 words." in printed
    assert "│ records             │     2 │" in printed
    done("paraphrase", "--limit", "1", *place)
    rows = [json.loads(line) for line in done("queue", "--json", *place).splitlines()]
    assert [(row["kind"], row["open"]) for row in rows] == [("multi_turn", 0), ("multi_turn", 0), ("exchange", 0)]
    assert "Exchange 1, version 1: approved." in done("decide", "1", "approve", *place)
    with opened(folder / "study") as desk:
        for row in rows[1:]:
            desk.execute(Decide(exchange=row["exchange"], version=row["version"], verdict=Verdict.APPROVE))
    assert "│ released │         3 │" in done("release", "build", "r1", *place)
    return folder / "study"


def test_a_release_holds_a_data_set_for_each_kind(study: Path, tmp_path: Path) -> None:
    folder = study / "releases" / "r1"
    bundle = verify_bundle(folder)
    assert bundle.configs == ["interview", "multi_turn"]
    assert bundle.manifest.rows == 3
    assert {model.backend for model in bundle.manifest.models} == {"extractive", "turns"}
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, str(folder)],
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    turns, interview, usual = json.loads(loaded.stdout or "[]") or pytest.fail(loaded.stderr)
    assert (len(turns), len(interview)) == (2, 1)
    assert usual == interview, "who names no data set gets the interview"
    for row in turns:
        assert row["input"].startswith("Caregiver: ")
        assert len(row["output"].split()) >= 50
    assert not [name for name in ("Rosalind", "Thackeray", "Henrietta", "Wolverton") if name in loaded.stdout]


def test_the_card_tells_of_both_data_sets(study: Path) -> None:
    card = (study / "releases" / "r1" / "README.md").read_text()
    assert "| multi_turn | output (coach) | 2 |" in card
    assert "| interview | input (caregiver) | 1 |" in card
    assert "without a language model (turns)" in card


def test_training_takes_the_interview_unless_the_turns_are_asked_for(study: Path) -> None:
    bundle = verify_bundle(study / "releases" / "r1")
    assert [len(read_rows(bundle, configs)) for configs in (["interview"], ["multi_turn"], bundle.configs)] == [1, 2, 3]


def test_a_release_without_exchanges_has_no_interview(study: Path, tmp_path: Path) -> None:
    with opened(Path(shutil.copytree(study, tmp_path / "study"))) as desk:
        desk.execute(Decide(exchange=3, version=1, verdict=Verdict.REJECT, reason="other"))
        desk.execute(BuildRelease(name="turns-only"))
    bundle = verify_bundle(tmp_path / "study" / "releases" / "turns-only")
    assert bundle.configs == ["multi_turn"]
    assert {model.backend for model in bundle.manifest.models} == {"turns"}
    with pytest.raises(BundleError, match="no data called interview; it has multi_turn"):
        bundle.data_files("interview")


def test_killed_or_interrupted_at_any_moment_every_session_is_cut_exactly_once(
    study_folder: Path, tmp_path: Path
) -> None:
    with opened(study_folder) as desk:
        for number in range(SESSIONS):
            add_text(desk, tmp_path, SESSION.replace("twice", f"{number + 2} times"), f"{number}.txt")
    chance = random.Random(3)
    for kill in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "turns", "--study", str(study_folder)],
            env={**os.environ, "WORKBENCH_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        known = len(cuts(study_folder))
        while process.poll() is None and len(cuts(study_folder)) == known:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
        process.send_signal(signal.SIGINT if kill % 2 else signal.SIGKILL)
        out, err = process.communicate(timeout=60)
        if kill % 2:
            assert (process.returncode, err) == (130, "")
            assert "Interrupted.  Run the same command again to go on." in out
    assert 0 < len(cuts(study_folder)) < SESSIONS, "nothing was shown"
    done("turns", "--study", str(study_folder))
    assert sorted(int(event["session"]) for event in cuts(study_folder)) == list(range(1, SESSIONS + 1))
    with opened(study_folder) as desk:
        rows = desk.execute(ListQueue()).rows
        pages = [(session, page) for session in range(1, SESSIONS + 1) for page in (1, 2)]
        assert sorted((row.session, row.page) for row in rows) == pages
        assert desk.execute(Status()).multi_turn == 2 * SESSIONS
        assert desk.execute(VerifyAudit()).fault is None


def cuts(study: Path) -> list[dict[str, Any]]:
    """Details of the events that a session was cut, from the log's mirror."""
    lines = [
        line for path in (study / "mirror").glob("events-*") for line in path.read_text().splitlines(keepends=True)
    ]
    # The running process may be half-way through a line.
    events = [json.loads(line) for line in lines if line.endswith("\n")]
    return [event["details"] for event in events if event["action"] == "turns.extracted"]
