"""Breaks a study at random points, over and over, and compares what it acknowledged with what it recorded.

A script, run as `python -m tests.study.kill_points STUDY POINTS SEED`: it opens no store itself, so that each point is
a process forked from one that has everything loaded.  Each point works on a copy of STUDY: one process decides in a
loop until it is broken, another opens the study afterwards.  Prints one JSON object a point.
"""

import json
import os
import random
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from audit.errors import AuditError
from policies import Face, UserError, Verdict
from tests.command import KEY
from workbench.desk.commands import Decide, ListQueue, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.study.folder import Folder
from workbench.study.keys import Secret
from workbench.study.opening import open_study

KINDS = ("killed", "no more room", "mirror not writable", "killed while opening", "killed while closing")


@lru_cache
def _derived(value: bytes, salt: bytes) -> str:
    return Secret("environment", value).database_key(salt)


@dataclass(frozen=True)
class KnownSecret(Secret):
    """A secret that is put through scrypt once and not a thousand times."""

    def database_key(self, salt: bytes) -> str:
        return _derived(self.value, salt)


SECRET = KnownSecret("environment", KEY.encode())


def decide(desk: LocalDesk, number: int) -> None:
    """Decide otherwise than it is decided: the same decision once more would be no decision."""
    row = desk.execute(ListQueue()).rows[number % 2]
    verdict, reason = (Verdict.REJECT, "other") if row.state == "approved" else (Verdict.APPROVE, None)
    desk.execute(Decide(exchange=row.exchange, version=1, verdict=verdict, reason=reason))  # type: ignore[arg-type]


def die_after(seconds: float) -> None:
    """The kernel ends this process then, wherever it is, and nothing of ours runs any more."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-4))


def work(folder: Path, kind: str, chance: random.Random, acknowledge: Callable[[], None]) -> None:
    """Decide until it breaks."""
    if kind == "killed while opening":
        die_after(chance.uniform(0, 0.25))
    desk = LocalDesk(open_study(folder, SECRET, Face.CLI))
    if kind == "killed":
        die_after(chance.uniform(0, 0.2))
    if kind == "no more room":
        # At some size a file grows no more: the store's log of writes, or the mirror.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = chance.randrange(60_000)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    breaks = chance.randrange(12)
    for number in range(200 if kind == "killed" else 60):
        if kind == "mirror not writable" and number == breaks:
            (segment,) = (folder / "mirror").glob("events-*.jsonl")
            segment.rename(segment.with_suffix(".aside"))
            segment.symlink_to("/nonexistent/file")
        if kind.startswith("killed while") and number == breaks:
            break
        try:
            decide(desk, number)
        except (UserError, AuditError):
            if chance.random() < 0.3:
                break
        else:
            acknowledge()
    if kind == "killed while closing":
        die_after(chance.uniform(0, 0.02))
    if chance.random() < 0.7:
        desk.close()


def look(folder: Path) -> dict[str, Any]:
    """Open the study again; what it holds."""
    desk = LocalDesk(open_study(folder, SECRET, Face.CLI))
    fault = desk.execute(VerifyAudit()).fault
    rows = int(desk._study.db.value("SELECT count(*) FROM decisions"))
    desk.close()
    lines = [line for path in (folder / "mirror").glob("events-*.jsonl") for line in path.read_text().splitlines()]
    events = sum('"action":"exchange.approved"' in line or '"action":"exchange.rejected"' in line for line in lines)
    return {"fault": fault, "rows": rows, "events": events}


def forked(job: Callable[[int], None]) -> tuple[bytes, int]:
    """Run a job in a process of its own, with a pipe to write to; what it wrote, and how it ended."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        try:
            job(writer)
        except BaseException:
            os.write(2, traceback.format_exc().encode())
            os._exit(1)
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        written = pipe.read()
    return written, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def point(study: Path, copy: Path, seed: int) -> dict[str, Any]:
    """One break: its kind, how the process ended, what it acknowledged, and what is there afterwards."""
    chance = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    shutil.copytree(study, copy)
    acknowledged, code = forked(lambda pipe: work(copy, kind, chance, lambda: os.write(pipe, b".") and None))
    for aside in (copy / "mirror").glob("events-*.aside"):
        aside.replace(aside.with_suffix(".jsonl"))
    found, looked = forked(lambda pipe: os.write(pipe, json.dumps(look(copy)).encode()) and None)
    shutil.rmtree(copy)
    after = json.loads(found) if looked == 0 else {"fault": "it does not open", "rows": -1, "events": -1}
    return {"seed": seed, "kind": kind, "code": code, "acknowledged": len(acknowledged), **after}


if __name__ == "__main__":
    base, points, first = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    SECRET.database_key(Folder(base).read_identity().salt_bytes)
    for number in range(points):
        print(json.dumps(point(base, base.with_name("point"), first + number)), flush=True)
