"""How long a release takes to build, and how much memory: 16,000 rows within 20 seconds, a million within a minute and
1 GB (without the last scan, which is measured on its own): `make bench`.

`WORKBENCH_BENCH_ROWS` sets other sizes, separated by commas; `WORKBENCH_BENCH_RELEASE` names a folder in which the
studies are kept between runs (each run works on a copy).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from audit.bundle import verify_bundle
from policies import Face, load_policy
from tests.bench import large_study
from tests.conftest import SECRET
from workbench.desk.commands import BuildRelease
from workbench.desk.local import LocalDesk
from workbench.release import gate
from workbench.screening.detector import detector_digest
from workbench.study.opening import open_study

SIZES = [int(size) for size in os.environ.get("WORKBENCH_BENCH_ROWS", "16000,1000000").split(",")]
MEMORY = 1024
"""MiB."""


def limit(rows: int) -> float:
    """Seconds."""
    return 20 if rows <= 16_000 else 60


def make_study(folder: Path, rows: int) -> None:
    """A closed study with about so many rows that may go, and all of them scanned."""
    scripts, large_study.SCRIPTS = large_study.SCRIPTS, ("a",)
    try:
        # Some are too short or have an open finding.
        large_study.make_study(folder, round(rows * 1.052), SECRET)
    finally:
        large_study.SCRIPTS = scripts
    study = open_study(folder, SECRET, Face.CLI)
    detector = detector_digest(load_policy("mentalchat16k").policy.redaction)
    study.db.execute(
        "INSERT INTO rescans SELECT exchange, version, ?, '[]', 0 FROM current_standings WHERE state = 'approved'",
        [detector],
    )
    study.close()


def build(folder: Path) -> dict[str, float]:
    """Build a release in this process, and tell: rows, seconds of plan and build, memory at most, in MiB."""
    study = open_study(folder, SECRET, Face.CLI)
    began = time.perf_counter()
    rows = len(gate.plan(study).rows)
    planned = time.perf_counter()
    study.scanner.scan("Its process has started before the clock.")
    ready = time.perf_counter()
    LocalDesk(study).execute(BuildRelease(name="large"))
    done = time.perf_counter()
    peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
    study.close()
    return {"rows": rows, "plan": planned - began, "build": done - ready, "peak": peak}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("rows", SIZES)
def test_the_build_of_a_release(rows: int) -> None:
    kept = os.environ.get("WORKBENCH_BENCH_RELEASE")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = Path(kept or folder) / f"study-{rows}"
        if not made.exists():
            began = time.perf_counter()
            make_study(made, rows)
            print(f"\nrelease: a study of {rows:,} rows made in {time.perf_counter() - began:.0f} s")
        study = Path(shutil.copytree(made, Path(folder) / "study"))
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.bench_release_build", str(study)],
            capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        began = time.perf_counter()
        bundle = verify_bundle(study / "releases" / "large")
        verified = time.perf_counter() - began
        print(
            f"release: {found['rows']:,} rows planned in {found['plan']:.1f} s, built in {found['build']:.1f} s = "
            f"{found['build'] / limit(rows):.2f} x {limit(rows):.0f}, verified in {verified:.1f} s; "
            f"memory {found['peak']} MiB = {found['peak'] / MEMORY:.2f} x {MEMORY}"
        )
        assert bundle.manifest.rows == found["rows"]
        for path in (study / "releases" / "large").rglob("*"):
            path.chmod(0o700)


if __name__ == "__main__":
    print(json.dumps(build(Path(sys.argv[1]))))
