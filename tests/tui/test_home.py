"""The walk through the whole path at the home screen, over a real study."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DirectoryTree, Input, Static

from policies import Face
from tests.conftest import SESSION
from workbench.desk.commands import Decide, ListQueue, Status
from workbench.desk.local import LocalDesk
from workbench.tui.farewell import Farewell
from workbench.tui.help import HelpScreen
from workbench.tui.home import HomeScreen
from workbench.tui.home_app import HomeApp
from workbench.tui.importing import ImportScreen
from workbench.tui.lock import Curtain
from workbench.tui.quality import QualityScreen
from workbench.tui.releasing import ReleaseScreen
from workbench.tui.screen import ReviewScreen

Desks = Callable[..., LocalDesk]


@asynccontextmanager
async def at_home(desk: LocalDesk, root: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """The application with its home on screen."""
    app = HomeApp(desk, root=root)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen.counts is not None)
        yield pilot


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(600):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("it did not become so")


def read(pilot: Pilot[None], widget: str) -> str:
    """The text of a widget on screen."""
    return str(pilot.app.screen.query_one(f"#{widget}", Static).visual)


@pytest.fixture
def transcripts(tmp_path: Path) -> Path:
    folder = tmp_path / "transcripts"
    folder.mkdir()
    (folder / "first.txt").write_text(SESSION)
    return folder


async def test_the_whole_path_is_walked_without_the_command_line(desk_over: Desks, transcripts: Path) -> None:
    desk = desk_over(Face.TUI)
    async with at_home(desk, transcripts) as pilot:
        app = pilot.app
        assert "Import transcripts." in read(pilot, "next")

        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, ImportScreen))
        tree = app.screen.query_one(DirectoryTree)
        await until(pilot, lambda: len(tree.root.children) > 0)
        await pilot.press("down", "space", "ctrl+s")
        await until(pilot, lambda: app.job is None and "1 of 1 file imported" in read(pilot, "job"))

        await until(pilot, lambda: "Paraphrase 2 pages." in read(pilot, "next"))
        await pilot.press("p")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: app.job is None and "2 pages paraphrased" in read(pilot, "job"))
        assert desk.execute(Status()).exchanges == 2

        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen))
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))

        for row in desk.execute(ListQueue()).rows:
            assert row.state == "waiting"


async def test_a_release_is_planned_and_built_with_the_gates_findings_on_screen(
    small_desk: LocalDesk, desk_over: Desks, tmp_path: Path
) -> None:
    desk = desk_over()
    for row in desk.execute(ListQueue()).rows:
        desk.execute(Decide(exchange=row.exchange, version=row.version, verdict="approve"))
    desk = desk_over(Face.TUI)
    async with at_home(desk, tmp_path) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReleaseScreen) and pilot.app.screen.plan is not None)
        assert "would go" in read(pilot, "plan-text")
        pilot.app.screen.query_one(Input).value = "spring-2026"
        await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, HomeScreen) and "Release spring-2026" in read(pilot, "job")
        )
    assert desk.execute(Status()).releases == 1


async def test_a_release_with_an_impossible_name_or_without_rows_is_not_begun(
    small_desk: LocalDesk, tmp_path: Path
) -> None:
    async with at_home(small_desk, tmp_path) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReleaseScreen) and pilot.app.screen.plan is not None)
        for name in ("../out", "spring"):
            pilot.app.screen.query_one(Input).value = name
            await pilot.press("enter")
            await pilot.pause()
        assert isinstance(pilot.app.screen, ReleaseScreen)
        assert pilot.app.job is None
    assert small_desk.execute(Status()).releases == 0


async def test_nothing_of_a_text_is_on_screen_behind_the_curtain(small_desk: LocalDesk, tmp_path: Path) -> None:
    async with at_home(small_desk, tmp_path) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.shown is not None)
        before = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert "exhausted" in before
        await pilot.press("f9")
        assert isinstance(pilot.app.screen, Curtain)
        behind = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert behind.split() == "Covered. Any key shows the screen again.".split()
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
    assert small_desk.execute(Status()).approved == 0


async def test_after_idle_time_the_screen_hides_itself(small_desk: LocalDesk, tmp_path: Path) -> None:
    async with at_home(small_desk, tmp_path) as pilot:
        pilot.app.touched -= 3600
        pilot.app._watch()
        await pilot.pause()
        assert pilot.app.is_covered


async def test_the_quality_of_decisions_is_shown(small_desk: LocalDesk, tmp_path: Path) -> None:
    async with at_home(small_desk, tmp_path) as pilot:
        await pilot.press("k")
        await until(
            pilot,
            lambda: isinstance(pilot.app.screen, QualityScreen) and "Two readers" in read(pilot, "quality-text"),
        )


async def test_a_sitting_ends_with_its_summary(small_desk: LocalDesk, tmp_path: Path) -> None:
    async with at_home(small_desk, tmp_path) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.shown is not None)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Farewell))
        await pilot.press("enter")
    assert pilot.app.return_code == 0


async def test_a_job_in_the_background_can_be_stopped_and_goes_on_later(
    desk_over: Desks, tmp_path: Path, transcripts: Path
) -> None:
    for number in range(2, 30):
        (transcripts / f"{number}.txt").write_text(SESSION.replace("twice", f"{number} times"))
    desk = desk_over(Face.TUI)
    async with at_home(desk, transcripts) as pilot:
        app = pilot.app
        for rounds in range(2):
            await pilot.press("i")
            await until(pilot, lambda: isinstance(app.screen, ImportScreen))
            tree = app.screen.query_one(DirectoryTree)
            await until(pilot, lambda tree=tree: len(tree.root.children) > 0)
            await pilot.press("space", "ctrl+s")
            await until(pilot, lambda: app.job is None or app.job.done > 0)
            if rounds == 0:
                await pilot.press("c")
            await until(pilot, lambda: app.job is None)
            if rounds == 0:
                assert 0 < desk.execute(Status()).files < 29
                assert "import the same again" in read(pilot, "job")
    assert desk.execute(Status()).files == 29


async def test_the_home_tells_its_keys(desk_over: Desks, transcripts: Path) -> None:
    async with at_home(desk_over(Face.TUI), transcripts, (80, 24)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        told = "\n".join(str(line.visual) for line in pilot.app.screen.query(Static))
        assert "plan and build a release" in told
        assert "hide all text" in told
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        footer = "".join(key.description for key in pilot.app.screen.query("FooterKey"))
        assert footer.endswith("HelpQuit")
