"""Running the command line as a user does: a process of its own."""

import os
import subprocess
import sys
from typing import Protocol

KEY = "a secret of the tests"


class Run(Protocol):
    """Runs `workbench` with these arguments; `key` None takes the key away, `given` is standard input."""

    def __call__(
        self, *arguments: str, key: str | None = KEY, given: str = ""
    ) -> "subprocess.CompletedProcess[str]": ...


def run_workbench(*arguments: str, key: str | None = KEY, given: str = "") -> "subprocess.CompletedProcess[str]":
    """One command, to its end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    if key is not None:
        environment["WORKBENCH_KEY"] = key
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
