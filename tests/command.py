"""Running the command line as a user does: a process of its own."""

import multiprocessing
import os
import runpy
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

KEY = "a secret of the tests"
LIBRARIES = ("workbench.cli.main", "redaction.scanner", "pyarrow.parquet")
SET_BY_LIBRARIES = {"ORT_DISABLE_TELEMETRY"}
"""Variables that are set as the libraries are loaded."""
PATIENCE = 120.0
"""Seconds until a command counts as stuck."""

# To load the libraries takes a second, and there are hundreds of commands: so each is forked from a process that has
# loaded them and does nothing else.  Tests that kill commands or type to them start theirs from nothing.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([*LIBRARIES])


class Run(Protocol):
    """Runs `workbench` with these arguments; `key` None takes the key away, `given` is standard input."""

    def __call__(
        self, *arguments: str | Path, key: str | None = KEY, given: str = ""
    ) -> "subprocess.CompletedProcess[str]": ...


def run_workbench(*arguments: str | Path, key: str | None = KEY, given: str = "") -> "subprocess.CompletedProcess[str]":
    """One command, to its end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    if key is not None:
        environment["WORKBENCH_KEY"] = key
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("in", "out", "err")]
        for file in files:
            file.write_text("" if file.name != "in" else given, encoding="utf-8")
        process = _forks.Process(target=_become, args=([*map(str, arguments)], environment, os.getcwd(), files))
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired([*map(str, arguments)], PATIENCE)
        told = [file.read_text(encoding="utf-8") for file in files[1:]]
        return subprocess.CompletedProcess([*map(str, arguments)], process.exitcode, *told)


def _become(arguments: list[str], environment: dict[str, str], place: str, files: list[Path]) -> None:
    """Be `python -m workbench` with these arguments."""
    for number, file in enumerate(files):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND if number else os.O_RDONLY), number)
    sys.stdin = os.fdopen(0)
    for name in os.environ.keys() - environment.keys() - SET_BY_LIBRARIES:
        del os.environ[name]
    os.environ.update(environment)
    os.chdir(place)
    sys.argv = ["workbench", *arguments]
    runpy.run_module("workbench", run_name="__main__", alter_sys=True)
