"""The library that runs the model would report its use to its maker; here it must not even prepare to."""

import os
import subprocess
import sys
from pathlib import Path

SCAN = (
    "from policies.schema import Redaction\n"
    "from redaction.scanner import Scanner\n"
    "assert Scanner(Redaction()).scan('My sister Anna called.')"
)


def test_scanning_numbers_no_machine_and_queues_no_report(tmp_path: Path) -> None:
    # The library keeps quiet by itself where it takes the place for a test machine, and keeps its files in the home.
    told = ("ORT_", "CI", "TF_BUILD", "GITHUB_", "XDG_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(told)}
    environment |= {"HOME": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"}
    subprocess.run([sys.executable, "-c", SCAN], env=environment, check=True, timeout=60)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
