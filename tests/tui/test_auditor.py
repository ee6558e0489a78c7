"""What an auditor sees and does at their screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from audit.checkpoint import PublicKey
from audit.mirror import MirrorReader
from policies import Verdict
from workbench.desk.commands import Decide, ListQueue, OpenExchange
from workbench.desk.local import LocalDesk
from workbench.tui.audit_screen import AuditScreen
from workbench.tui.auditor import AuditApp
from workbench.tui.timeline import View, window


class Auditing:
    """An auditor at the screen."""

    def __init__(self, app: AuditApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> AuditScreen:
        return self.app._audit

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    def heading(self) -> str:
        return str(self.screen.query_one("#heading").render())

    def detail(self) -> str:
        return str(self.screen.query_one("#event Static").render())

    def actions(self) -> list[str]:
        return [event.action.value for event in self.screen.events]


@pytest.fixture
def decided(desk: LocalDesk) -> LocalDesk:
    """The invented study with one exchange looked at and rejected."""
    row = desk.execute(ListQueue()).rows[0]
    desk.execute(OpenExchange(exchange=row.exchange))
    desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.REJECT, reason="off_topic"))
    desk._study.sign()
    return desk


@asynccontextmanager
async def looking(folder: Path, columns: int = 140) -> AsyncIterator[Auditing]:
    app = AuditApp(MirrorReader(folder / "mirror"), PublicKey.load(next(folder.rglob("*.pub*"))))
    async with app.run_test(size=(columns, 30)) as pilot:
        auditing = Auditing(app, pilot)
        await auditing.settle()
        yield auditing


async def test_the_newest_events_stand_on_top_and_the_badge_says_that_the_log_is_sound(
    decided: LocalDesk, tmp_path: Path
) -> None:
    async with looking(tmp_path / "study") as auditing:
        assert auditing.actions()[-1] == "exchange.rejected"
        assert auditing.screen.timeline.get_row_at(0)[3] == "exchange.rejected"
        assert "✓ sound" in auditing.heading()
        assert "signed" in auditing.heading()
        assert "off_topic" in auditing.detail()


async def test_one_objects_history_tells_who_made_saw_and_decided_it(decided: LocalDesk, tmp_path: Path) -> None:
    async with looking(tmp_path / "study") as auditing:
        before = auditing.actions()
        await auditing.press("h")
        assert auditing.actions() == [
            "exchange.created", "exchange.screened", "exchange.viewed", "exchange.rejected"
        ]  # fmt: skip
        assert {event.object_id for event in auditing.screen.events} == {"1"}
        await auditing.press("h")
        assert auditing.actions() == before


async def test_filters_show_one_kind_of_events_and_one_persons(decided: LocalDesk, tmp_path: Path) -> None:
    async with looking(tmp_path / "study") as auditing:
        await auditing.press("f")
        assert auditing.screen.view.group == "decisions"
        assert set(auditing.actions()) == {"exchange.rejected"}
        await auditing.press("w")
        assert auditing.screen.view.actor is not None
        assert {event.actor for event in auditing.screen.events} == {auditing.screen.view.actor}


async def test_a_changed_log_is_called_broken_with_the_event(decided: LocalDesk, tmp_path: Path) -> None:
    (segment,) = (tmp_path / "study" / "mirror").glob("events-*.jsonl")
    lines = segment.read_bytes().split(b"\n")
    lines[3] = lines[3].replace(b'"outcome":"ok"', b'"outcome":"failed"')
    segment.write_bytes(b"\n".join(lines))
    async with looking(tmp_path / "study") as auditing:
        assert "BROKEN" in auditing.heading()
        assert "event 3" in auditing.heading()


async def test_the_screen_reads_on_while_somebody_works_and_changes_nothing(decided: LocalDesk, tmp_path: Path) -> None:
    async with looking(tmp_path / "study", columns=80) as auditing:
        before = {path: path.read_bytes() for path in (tmp_path / "study" / "mirror").rglob("*") if path.is_file()}
        seen = len(auditing.screen.events)
        await auditing.press("b", "f", "w", "h", "v")
        assert before == {
            path: path.read_bytes() for path in (tmp_path / "study" / "mirror").rglob("*") if path.is_file()
        }
        decided.execute(OpenExchange(exchange=2))
        auditing.screen.load(View())
        await auditing.settle()
        assert len(auditing.screen.events) == seen + 1
        assert auditing.actions()[-1] == "exchange.viewed"


def test_windows_follow_each_other_without_a_gap_whatever_is_shown(
    decided: LocalDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.tui.timeline.WINDOW", 3)
    mirror = MirrorReader(tmp_path / "study" / "mirror")
    everything = window(mirror, View())
    while everything[0].sequence:
        everything = [*window(mirror, View(), everything[0]), *everything]
    assert [event.sequence for event in everything] == list(range(mirror.size))
    for view in (View(group="texts"), View(actor=everything[0].actor), View(thing=("exchange", "1"))):
        found = window(mirror, view)
        while earlier := window(mirror, view, found[0]):
            found = [*earlier, *found]
        expected = [
            event.sequence
            for event in everything
            if view.shows(event)
            and view.actor in (None, event.actor)
            and view.thing in (None, (event.object_type, event.object_id))
        ]
        assert [event.sequence for event in found] == expected
