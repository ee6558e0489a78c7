"""Whatever breaks, and wherever: no change is without its event, and nothing acknowledged is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.desk.commands import Status
from workbench.desk.local import LocalDesk

POINTS = 1_000 if os.environ.get("WORKBENCH_PROVE") else 15


@pytest.mark.timeout(7200)
def test_at_random_kill_points_no_change_is_ever_without_its_event(small_desk: LocalDesk, study_folder: Path) -> None:
    assert small_desk.execute(Status()).exchanges == 2
    small_desk.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.study.kill_points", str(study_folder), str(POINTS), "100"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    points = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(points) == POINTS
    for point in points:
        assert point["fault"] is None, (point, done.stderr[-2000:])
        assert point["rows"] == point["events"], point
        assert point["rows"] >= point["acknowledged"], point
    # They did break where work was going on, and not only before or after it.
    assert sum(point["code"] == -14 for point in points) >= POINTS // 4
    assert sum(point["acknowledged"] for point in points) > POINTS
