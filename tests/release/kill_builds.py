"""Builds a release over and over, each time killed at another touch of a file, and then builds it once more.

A script, run as `python -m tests.release.kill_builds STUDY POINTS`: each build is a process forked from one that has
everything loaded and no store open.  Prints one JSON object a point.  Its detector finds nothing and needs no process
of its own: the words of the card are not what is tried here.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from audit.bundle import verify_bundle
from audit.checkpoint import PublicKey
from policies import Face
from redaction.finding import Finding
from tests.study.kill_points import SECRET, forked
from workbench.desk.commands import BuildRelease, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.store import releases
from workbench.study.folder import Folder
from workbench.study.opening import open_study

TOUCHES = frozenset({"open", "os.mkdir", "os.rename", "os.chmod", "os.remove", "os.rmdir", "shutil.rmtree"})
NAME = "winter"


class Nothing:
    """Finds nothing."""

    def scan(self, text: str) -> list[Finding]:
        return []

    def close(self) -> None:
        pass


def opened(study: Path) -> LocalDesk:
    desk = LocalDesk(open_study(study, SECRET, Face.CLI))
    desk._study.scanner = Nothing()  # type: ignore[assignment]
    return desk


def build(study: Path, out: Path, touched: Callable[[], None]) -> None:
    """Build; `touched` is called at each touch of a file from the first one of the build on."""
    desk = opened(study)
    begun = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal begun
        begun = begun or (event == "os.mkdir" and ".building" in str(arguments[0]))
        if begun and event in TOUCHES:
            touched()

    sys.addaudithook(hook)
    desk.execute(BuildRelease(name=NAME, folder=str(out)))


def look(study: Path, out: Path) -> dict[str, Any]:
    """Build once more, as whoever found nothing would; what is there then."""
    before = sorted(path.name for path in out.iterdir())
    desk = opened(study)
    recorded = releases.exists(desk._study.db, NAME)
    if NAME not in before:
        desk.execute(BuildRelease(name=NAME, folder=str(out)))
    rows = int(desk._study.db.value("SELECT count(*) FROM release_rows WHERE name = ?", [NAME]))
    fault = desk.execute(VerifyAudit()).fault
    release = releases.named(desk._study.db, NAME)
    desk.close()
    assert release is not None
    key = PublicKey.load(Folder(study).log_public_key)
    bundle = verify_bundle(out / NAME, expected_digest=release.manifest_digest, key=key)
    lines = [line for path in (study / "mirror").glob("events-*.jsonl") for line in path.read_text().splitlines()]
    return {
        "before": before,
        "recorded": recorded,
        "left": sorted(path.name for path in out.iterdir()),
        "rows": [bundle.manifest.rows, rows],
        "built": sum('"action":"release.built"' in line for line in lines),
        "fault": fault,
    }


def point(base: Path, work: Path, number: int) -> dict[str, Any]:
    """One build, killed at the touch of this number, and what came of it."""
    shutil.copytree(base, work / "study")
    (work / "out").mkdir()
    left = number

    def touched() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    _, code = forked(lambda _: build(work / "study", work / "out", touched))
    seen = partial(look, work / "study", work / "out")
    found, looked = forked(lambda pipe: os.write(pipe, json.dumps(seen()).encode()) and None)
    shutil.rmtree(work / "study")
    for path in (work / "out").rglob("*"):
        path.chmod(0o700)
    (work / "out" / NAME).chmod(0o700)
    shutil.rmtree(work / "out")
    return {"touch": number, "code": code, "looked": looked, **(json.loads(found) if looked == 0 else {})}


def touches(base: Path, work: Path) -> int:
    """How many touches a whole build makes."""
    shutil.copytree(base, work / "study")
    (work / "out").mkdir()
    counted, _ = forked(lambda pipe: build(work / "study", work / "out", lambda: os.write(pipe, b".") and None))
    shutil.rmtree(work / "study")
    shutil.rmtree(work / "out")
    return len(counted)


if __name__ == "__main__":
    study, points = Path(sys.argv[1]), int(sys.argv[2])
    SECRET.database_key(Folder(study).read_identity().salt_bytes)
    # Loaded once, and not in each process.
    import pyarrow.parquet  # noqa: F401

    place = study.with_name("point")
    place.mkdir()
    whole = touches(study, place)
    # The end is where the order matters: event, proof, name, read-only.
    chosen = {1 + whole * number // points for number in range(points)} | {whole - 1, whole - 2, whole}
    for number in sorted(chosen):
        print(json.dumps({"of": whole, **point(study, place, number)}), flush=True)
