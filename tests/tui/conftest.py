"""A sitting at the review screen over a real study on invented text."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from policies import Face, LoadedPolicy
from redaction.scanner import Scanner
from tests.conftest import detector
from tests.review.conftest import studies, ward, ward_under  # noqa: F401
from workbench.desk.commands import (
    ClaimPages,
    EditExchange,
    IngestFile,
    ListQueue,
    OpenExchange,
    StartRun,
    SubmitGeneration,
)
from workbench.desk.desk import Desk
from workbench.desk.local import LocalDesk
from workbench.desk.views import ExchangeView, QueueRow
from workbench.ingest import read_file
from workbench.study.keys import Secret
from workbench.study.opening import create_study, open_study
from workbench.tui import queue
from workbench.tui.app import ReviewApp
from workbench.tui.look import Look
from workbench.tui.screen import ReviewScreen

REST = 0.002
"""Seconds that the cursor rests before an exchange is opened, in tests."""

SECRET = Secret("environment", b"a secret of the tests")
TEXTS = Path(__file__).parent / "texts"
MODEL = {"backend": "llama-cpp", "model_digest": "0" * 64, "prompt_digest": None}


class Sitting:
    """A reviewer at the screen: presses keys, waits until everything is answered, and reads."""

    def __init__(self, app: ReviewApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def review(self) -> ReviewScreen:
        """The review screen, whatever stands in front of it."""
        return self.app._review

    async def press(self, *keys: str) -> None:
        """Press keys, each after the answer to the one before."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a text without waiting between its letters."""
        await self.pilot.press(*text)
        await self.settle()

    async def settle(self) -> None:
        """Wait until the cursor rests and the desk has answered."""
        quiet = 0
        while quiet < 2:
            await self.pilot.pause(REST + 0.005)
            quiet += 1
            while not all(worker.is_finished for worker in self.app.workers):
                quiet = 0
                await self.pilot.pause(0.01)
        await self.pilot.pause()
        if self.review.is_mounted:
            # What stands in view now counts as shown, however slow the machine is.
            for _ in range(2):
                self.review._look()
        await self.pilot.pause()

    def read(self, pane: str) -> str:
        """The text of a pane, whether scrolled into view or not."""
        return str(self.review.query_one(f"#{pane} Static", Static).visual)

    @property
    def said(self) -> list[str]:
        """The notifications on screen."""
        return [notification.message for notification in self.app._notifications]

    @property
    def exchange(self) -> int | None:
        """The exchange on screen."""
        return None if self.review.shown is None else self.review.shown.row.exchange


Sit = Callable[..., AbstractAsyncContextManager[Sitting]]


@pytest.fixture(scope="session")
def scanner() -> Scanner:
    """One detector for all studies of these tests; it takes a second to build."""
    return detector()


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory, policy_once: LoadedPolicy, scanner: Scanner) -> Path:
    """A closed study with three pages and three exchanges: one with flags, one clean, one with square brackets."""
    folder = tmp_path_factory.mktemp("invented") / "study"
    create_study(folder, policy_once, SECRET, "tester")
    study = open_study(folder, SECRET, Face.CLI)
    study.scanner = scanner
    desk = LocalDesk(study)
    read = read_file(TEXTS / "session.txt", policy_once.policy)
    desk.execute(IngestFile(name="a", kind="txt", size=read.size, sha256=read.sha256, transcripts=read.transcripts))
    run = desk.execute(StartRun(**MODEL)).run
    texts = (TEXTS / "exchanges.txt").read_text(encoding="utf-8").split("---page---")
    for job, raw in zip(desk.execute(ClaimPages()).jobs, texts, strict=True):
        desk.execute(SubmitGeneration(run=run, page=job.page, raw=raw, parameters={}, seed=1, **MODEL))
    desk.close()
    return folder


@pytest.fixture
def desk(invented: Path, tmp_path: Path, scanner: Scanner) -> Iterator[LocalDesk]:
    """A copy of the invented study, opened as the review screen opens it."""
    shutil.copytree(invented, tmp_path / "study")
    study = open_study(tmp_path / "study", SECRET, Face.TUI)
    study.scanner = scanner
    desk = LocalDesk(study)
    yield desk
    desk.close()


@pytest.fixture
def sit(monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Opens the review screen on a desk, at a size in columns and rows; most tests do not wait for a glance, and what
    is in view counts as shown once everything is answered.
    """
    monkeypatch.setattr(queue, "REST", REST)

    @asynccontextmanager
    async def sitting(
        desk: LocalDesk,
        columns: int = 140,
        rows: int = 40,
        glance: float = 0.0,
        dwell: float = 3600,
        look: Look | None = None,
    ) -> AsyncIterator[Sitting]:
        app = ReviewApp(desk, look)
        app._review.glance = glance
        app._review.dwell = dwell
        async with app.run_test(size=(columns, rows), notifications=True) as pilot:
            sitting = Sitting(app, pilot)
            await sitting.settle()
            yield sitting

    return sitting


@pytest.fixture
def row(desk: LocalDesk) -> Callable[[int], QueueRow]:
    """Looks an exchange up in the study itself."""

    def look(exchange: int) -> QueueRow:
        return next(row for row in desk.execute(ListQueue()).rows if row.exchange == exchange)

    return look


@pytest.fixture
def view(desk: LocalDesk) -> Callable[[int], ExchangeView]:
    """Looks an exchange up with its text and history."""
    return lambda exchange: desk.execute(OpenExchange(exchange=exchange))


@pytest.fixture
def leaking(desk: LocalDesk, view: Callable[[int], ExchangeView]) -> LocalDesk:
    """The same study after an edit has put a date of the page into exchange 1: one finding is open."""
    shown = view(1)
    answer = f"{shown.answer} You have carried this alone since 14 March."
    desk.execute(EditExchange(exchange=1, version=shown.row.version, question=shown.question, answer=answer))
    return desk


@pytest.fixture
def row_of() -> Callable[[Desk, int], QueueRow]:
    """Looks an exchange up at somebody's desk."""
    return lambda desk, exchange: next(r for r in desk.execute(ListQueue()).rows if r.exchange == exchange)
