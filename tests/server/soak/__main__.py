"""`python -m tests.server.soak STUDY`: sixteen clients and a review screen at one server, with kills; then the checks.

STUDY is a study whose key is that of the tests, under `soak_policy`; one that is not there yet is made, with as many
exchanges as --exchanges says.  Ends with 1 where anything is not as it must be.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.large_study import make_study
from tests.conftest import SECRET
from tests.server.soak.run import Plan, Soak, soak_policy


def main() -> int:
    """The exit code."""
    given = _given()
    if not given.study.exists():
        make_study(given.study, given.exchanges, SECRET, soak_policy())
    seconds = 60 * given.minutes
    plan = Plan(
        seconds=seconds,
        clients=given.clients,
        think=(given.think[0], given.think[1]),
        clients_killed_every=given.kill_every,
        screen_killed_at=0.4 * seconds,
        server_killed_at=0.5 * seconds,
        seed=given.seed,
    )
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    print(f"the journals lie in {folder}, and stay there if anything is not as it must be", flush=True)
    outcome = Soak(given.study, folder, plan).run()
    print(outcome.report())
    if outcome.faults:
        return 1
    shutil.rmtree(folder)
    return 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.server.soak", description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--exchanges", type=int, default=100_000, help="of a study that is not there yet")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--think", type=float, nargs=2, default=(1.0, 3.0), metavar="SECONDS", help="least and most")
    parser.add_argument("--kill-every", type=float, default=15, metavar="SECONDS", help="a client, at random")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
