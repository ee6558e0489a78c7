"""The process of a sitting can do what it needs, and the kernel refuses the rest."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.browser import confine
from workbench.browser.service import environment

TRY = """
import ctypes, json, os, resource, socket, subprocess, sys
from pathlib import Path
from workbench.browser.confine import confine

study, outside, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
confine(study if study.name != "none" else None)

def can(deed):
    try:
        deed()
    except OSError:
        return False
    return True

def listen():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))

print(json.dumps({
    "write in the study": can(lambda: (study / "a").write_text("a")),
    "replace in the study": can(lambda: os.replace(study / "a", study / "b")),
    "make a folder in the study": can(lambda: (study / "c").mkdir()),
    "read outside": can(lambda: (outside / "there").read_text()),
    "write outside": can(lambda: (outside / "new").write_text("a")),
    "change outside": can(lambda: (outside / "there").write_text("b")),
    "delete outside": can(lambda: (outside / "there").unlink()),
    "link from the study": can(lambda: (study / "d").symlink_to(outside)),
    "run a program": can(lambda: subprocess.run(["/bin/true"], stdout=subprocess.DEVNULL)),
    "write outside through a program": subprocess.run(
        ["/bin/sh", "-c", 'echo b > "$0/new"', outside], stderr=subprocess.DEVNULL
    ).returncode == 0,
    "connect": can(lambda: socket.create_connection(("127.0.0.1", port)).close()),
    "listen": can(listen),
    "dump core": resource.getrlimit(resource.RLIMIT_CORE) != (0, 0),
    "be looked into": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) != 0,
    "gain rights": ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) != 1,
}))
"""
ALWAYS = {"read outside", "run a program"}
IN_THE_STUDY = {"write in the study", "replace in the study", "make a folder in the study"}


def try_all(study: Path, outside: Path) -> set[str]:
    """What a confined process could do."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        run = subprocess.run(
            [sys.executable, "-c", TRY, study, outside, str(listening.getsockname()[1])],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    return {deed for deed, done in json.loads(run.stdout).items() if done}


@pytest.mark.skipif(confine.landlock_version() < 4, reason="the kernel has no Landlock, or one without networks")
@pytest.mark.parametrize("name", ["study", "none"])
def test_a_sitting_writes_in_its_study_alone_and_opens_no_connection(tmp_path, name):
    study, outside = tmp_path / name, tmp_path / "outside"
    study.mkdir()
    outside.mkdir()
    (outside / "there").write_text("a")
    assert try_all(study, outside) == ALWAYS | (IN_THE_STUDY if name == "study" else set())
    assert (outside / "there").read_text() == "a"


def test_a_sitting_finds_next_to_nothing_in_its_environment():
    given = {"WORKBENCH_KEY": "a secret", "LD_PRELOAD": "/tmp/x.so", "TEXTUAL_LOG": "/tmp/log", "HOME": "/home/anna"}
    found = environment(given, 120, 40)
    assert set(found) == {"HOME", "LC_ALL", "TERM", "TEXTUAL_COLOR_SYSTEM", "COLUMNS", "ROWS"}
    assert found["HOME"] == "/home/anna"
