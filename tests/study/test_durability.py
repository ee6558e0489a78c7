"""No change without its event, nothing acknowledged is lost: whatever fails, and whenever the process is killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.details import PersonAdded
from audit.errors import AuditError
from policies import Role, Verdict
from tests.command import KEY, Run
from tests.conftest import READ, SECRET
from workbench.desk.commands import Decide, ListQueue, OpenExchange, Status, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.study.study import Study

KILLS = 40 if os.environ.get("WORKBENCH_PROVE") else 4

# Decides in a loop, each time otherwise than it is decided, and says so after each acknowledgement.
DECIDER = """
import sys
from pathlib import Path
from policies import Face, Verdict
from workbench.desk.commands import Decide, ListQueue
from workbench.desk.local import LocalDesk
from workbench.study.keys import Secret
from workbench.study.opening import open_study
desk = LocalDesk(open_study(Path(sys.argv[1]), Secret("environment", sys.argv[2].encode()), Face.CLI))
print("open", flush=True)
approved = {row.exchange: row.state == "approved" for row in desk.execute(ListQueue()).rows}
for number in range(10_000):
    exchange = 1 + number % 2
    verdict, reason = (Verdict.REJECT, "other") if approved[exchange] else (Verdict.APPROVE, None)
    desk.execute(Decide(exchange=exchange, version=1, verdict=verdict, reason=reason))
    approved[exchange] = not approved[exchange]
    print("decided", flush=True)
"""


def recorded(study: Path) -> int:
    """Decisions in the mirror."""
    lines = [line for path in (study / "mirror").glob("events-*") for line in path.read_text().splitlines()]
    return sum('"action":"exchange.approved"' in line or '"action":"exchange.rejected"' in line for line in lines)


def test_killed_at_any_moment_no_acknowledged_decision_is_lost(
    small_desk: LocalDesk, study_folder: Path, run: Run
) -> None:
    small_desk.close()
    chance = random.Random(11)
    acknowledged = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", DECIDER, str(study_folder), SECRET.value.decode()], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0.02, 0.3))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        acknowledged += out.count("decided\n")
        verified = run("audit", "verify", "--study", str(study_folder))
        assert verified.returncode == 0, verified.stderr
        assert recorded(study_folder) >= acknowledged
    assert acknowledged > KILLS


def test_a_mirror_that_cannot_be_written_stops_the_next_change_and_is_completed_later(
    small_desk: LocalDesk, study_folder: Path, desk_over: Callable[..., LocalDesk]
) -> None:
    (segment,) = (study_folder / "mirror").glob("events-*")
    aside = segment.rename(segment.with_suffix(".aside"))
    segment.symlink_to("/nonexistent/full")
    events = small_desk.execute(Status()).events
    with pytest.raises(AuditError):
        small_desk.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE, reading=READ))
    # That decision is stored with its event; nothing more is taken until the mirror holds it.
    for _ in range(2):
        with pytest.raises(AuditError):
            small_desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    assert small_desk.execute(Status()).events == events + 1
    assert [row.state for row in small_desk.execute(ListQueue()).rows] == ["approved", "waiting"]
    segment.unlink()
    aside.rename(segment)
    small_desk.execute(Decide(exchange=2, version=1, verdict=Verdict.APPROVE, reading=READ))
    assert recorded(study_folder) == 2
    assert desk_over().execute(VerifyAudit()).fault is None


def _half_a_change(study: Study) -> None:
    """A row and an event, and then something breaks."""
    with study.change(Role.OPERATOR) as change:
        study.db.insert("placeholders", [("NAME", "somebody", 1)])
        change.record(PersonAdded(roles=("auditor",)), "somebody")
        raise ZeroDivisionError


def test_a_change_that_fails_leaves_neither_row_nor_event(small_desk: LocalDesk) -> None:
    before = small_desk.execute(Status())
    study = small_desk._study
    with pytest.raises(ZeroDivisionError):
        _half_a_change(study)
    assert study.db.rows("SELECT * FROM placeholders") == []
    assert small_desk.execute(Status()).events == before.events
    small_desk.execute(OpenExchange(exchange=1))
    assert small_desk.execute(VerifyAudit()).fault is None


def test_every_decision_says_from_which_face_it_was_made(small_desk: LocalDesk, study_folder: Path, run: Run) -> None:
    small_desk.execute(Decide(exchange=1, version=1, verdict=Verdict.APPROVE, reading=READ))
    small_desk.close()
    done = run("decide", "2", "reject", "--reason", "off_topic", "--study", str(study_folder))
    assert done.returncode == 0, done.stderr
    log = run("audit", "query", "--object", "exchange", "--format", "json", "--study", str(study_folder), key=None)
    events = [json.loads(line) for line in log.stdout.splitlines()]
    faces = [event["face"] for event in events if event["action"] in ("exchange.approved", "exchange.rejected")]
    assert faces == ["tui", "cli"]


def test_a_policy_can_forbid_decisions_by_scripts(tmp_path: Path, run: Run) -> None:
    from policies import load_policy

    body = load_policy("mentalchat16k").body.replace("faces: [tui, cli, server, demo]", "faces: [tui, server]")
    (tmp_path / "strict.yaml").write_text(body)
    (tmp_path / "session.txt").write_text("Caregiver: I am tired of the nights.\nCoach: I hear how tired you are.\n")
    study = str(tmp_path / "study")
    for command in (
        ("init", study, "--policy", str(tmp_path / "strict.yaml")),
        ("ingest", str(tmp_path / "session.txt"), "--study", study),
        ("paraphrase", "--study", study),
    ):
        assert run(*command).returncode == 0
    done = run("decide", "1", "approve", "--study", study)
    assert done.returncode == 2
    assert "review screen" in done.stderr
    assert KEY not in done.stderr
