"""A study that may be shown in a browser, `workbench browser` in a terminal, and Chromium where there is one."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policies import Face, LoadedPolicy, load_policy, parse_policy
from tests.browser.chromium import PROGRAM, Chromium
from tests.conftest import SECRET, SESSION, add_text, open_tested
from workbench.desk.local import LocalDesk
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.study.opening import create_study

PATIENCE = 60.0


class Served:
    """`workbench browser` in a terminal of its own, as an operator starts it."""

    def __init__(self, *arguments: str) -> None:
        self._terminal, inner = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "browser", "--port", "0", *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=environment | {"WORKBENCH_KEY": SECRET.value.decode()},
            start_new_session=True,
        )
        os.close(inner)
        self.printed = ""

    @property
    def origin(self) -> str:
        """Where the page is."""
        return self.read(r"Open (http://[0-9.:]+)/ in")

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.origin.rpartition(":")[2])

    def read(self, pattern: str) -> str:
        """Wait until the terminal shows something, and give the last group of it that was shown."""
        until = time.monotonic() + PATIENCE
        while not (found := re.findall(pattern, self.printed)):
            alive = time.monotonic() < until and self.process.poll() is None
            self._take(0.05)
            assert alive or re.search(pattern, self.printed), f"no {pattern}, but: {self.printed}"
        return str(found[-1])

    def code(self, number: int = 1) -> str:
        """The code that was printed as first, second, ..., once it is there."""
        return self.read(rf"(?si)(?:code[^:\n]*: \S{{4}}-\S{{4}}.*?){{{number - 1}}}code[^:\n]*: (\S{{4}}-\S{{4}})")

    def session(self) -> int:
        """The process of the sitting, once it is there."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        until = time.monotonic() + PATIENCE
        while not (found := children.read_text().split()):
            assert time.monotonic() < until, "no process was started"
            time.sleep(0.05)
        return int(found[0])

    def end(self) -> int:
        """Ctrl-C, and the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._take(0.1)
        return code

    def close(self) -> None:
        """Ctrl-C, and the terminal goes away."""
        self.end()
        os.close(self._terminal)

    def _take(self, seconds: float) -> None:
        while select.select([self._terminal], [], [], seconds)[0]:
            try:
                data = os.read(self._terminal, 1 << 12)
            except OSError:  # the other end is closed
                return
            self.printed += data.decode().replace("\r", "")
            seconds = 0


@pytest.fixture(scope="session")
def browsable() -> LoadedPolicy:
    """The policy of most tests, with the browser allowed."""
    body = load_policy("mentalchat16k").body
    return parse_policy(body.replace("review:\n", "review:\n  browser: true\n"), "The policy")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, browsable: LoadedPolicy) -> Path:
    """A closed study with two exchanges that wait."""
    folder = tmp_path_factory.mktemp("filled")
    create_study(folder / "study", browsable, SECRET, "tester")
    desk = LocalDesk(open_tested(folder / "study", Face.CLI))
    add_text(desk, folder, SESSION)
    paraphrase(desk, Extractive(browsable.policy), 42, lambda run, tally: None)
    desk.close()
    return folder / "study"


@pytest.fixture
def study(filled: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(filled, tmp_path / "study"))


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Starts `workbench browser` with options, and ends it with the test."""
    started: list[Served] = []

    def start(*arguments: str | Path) -> Served:
        started.append(Served(*map(str, arguments)))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def served(serve: Callable[..., Served], study: Path) -> Served:
    """The study, offered to a browser."""
    return serve("--study", study)


@pytest.fixture
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser with a new profile."""
    if PROGRAM is None:
        pytest.skip("there is no Chromium on this machine, so the browser's screen was not looked at")
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()
