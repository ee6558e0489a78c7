"""How long reviewers wait when 100,000 exchanges are in the queue, each figure beside its limit: `make bench`.

`WORKBENCH_BENCH_EXCHANGES` sets another size; `WORKBENCH_BENCH_STUDY` names a folder in which the study is kept between
runs (each run works on a copy).
"""

import json
import os
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from math import inf
from pathlib import Path

import pytest

from policies import Face, FlagKind, Risk, Verdict
from tests.bench.large_study import RARE, make_study
from tests.bench.terminal import Terminal
from tests.command import KEY
from tests.conftest import SECRET
from tests.server.soak.run import Plan, Soak, soak_policy
from workbench.desk.commands import Decide, EditExchange, ListQueue, OpenExchange, PlanRelease, Reading, Status
from workbench.desk.local import LocalDesk
from workbench.desk.reviewing import BeginSitting, NextExchange, ShowQuality, Undo
from workbench.desk.views import ExchangeView, QueueFilter
from workbench.study.opening import open_study

EXCHANGES = int(os.environ.get("WORKBENCH_BENCH_EXCHANGES", "100000"))
READ = Reading(milliseconds=60_000, source_words=330, exchange_words=250, whole_source=True, whole_exchange=True)
SIZES = ((80, 24), (160, 48))
READ_ALL = "All of it has been on screen"
APPROVALS = 20


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The study, closed."""
    kept = os.environ.get("WORKBENCH_BENCH_STUDY")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        study = Path(kept) if kept else Path(folder) / "study"
        if not study.exists():
            began = time.perf_counter()
            make_study(study, EXCHANGES, SECRET, soak_policy())
            print(f"\nreview: a study of {EXCHANGES:,} exchanges made in {time.perf_counter() - began:.0f} s")
        yield study


@pytest.fixture
def large(made: Path) -> Iterator[Path]:
    """A copy of it, to work in; the load of the machine is told, for it slows everything."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        print(f"\nreview: the machine's load is {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        yield shutil.copytree(made, Path(folder) / "study")


class Working:
    """Milliseconds of processor that a process has used so far, all of its threads together."""

    def __init__(self, process: int | str = "self") -> None:
        self._tasks = Path(f"/proc/{process}/task")

    def __call__(self) -> float:
        used = 0.0
        for task in self._tasks.iterdir():
            with suppress(OSError):  # a thread that has just ended
                used += int((task / "schedstat").read_text().split()[0]) / 1e6
        return used


def tell(name: str, spent: list[float], limit: float, used: list[float] | None = None) -> None:
    """Print how long something took, in milliseconds, and how much of its limit the slowest twentieth is.

    `used` is the processor's part of it, which is what there is to wait for on a machine that does nothing else.
    """
    slow = _slow(spent)
    times = f"p50 {statistics.median(spent):6.1f}  p95 {slow:6.1f} ms = {slow / limit:4.2f} x {limit:.0f}"
    processor = f"   processor: p50 {statistics.median(used):.1f}, p95 {_slow(used):.1f}" if used else ""
    print(f"review: {name:<48} {times}{processor}")


def _slow(spent: list[float]) -> float:
    return sorted(spent)[min(len(spent) - 1, int(0.95 * len(spent)))]


def timed(name: str, limit: float, work: Callable[[int], object], times: int = 20) -> None:
    """Do something so often, and tell."""
    working = Working()
    spent, used = [], []
    for number in range(times):
        before, began = working(), time.perf_counter()
        work(number)
        spent.append(1000 * (time.perf_counter() - began))
        used.append(working() - before)
    tell(name, spent, limit, used)


# -- the desk alone ----------------------------------------------------------------------------------------------------


def test_the_desk_in_one_process(large: Path) -> None:
    began = time.perf_counter()
    study = open_study(large, SECRET, Face.TUI)
    print(f"review: opened in {time.perf_counter() - began:.2f} s")
    desk = LocalDesk(study)
    chance = random.Random(1)
    timed("a sitting begins", 300, lambda _: desk.execute(BeginSitting()), 3)
    timed("status", 200, lambda _: desk.execute(Status()), 10)
    for name, place in (("first", 0), ("middle", EXCHANGES // 2), ("last", EXCHANGES - 200)):
        timed(f"the {name} window of the queue", 30, lambda _, place=place: desk.execute(ListQueue(offset=place)))
    around = {"around": EXCHANGES // 3}
    timed("the window around an exchange", 30, lambda _: desk.execute(ListQueue(**around)))
    filters = (
        {"state": "waiting"}, {"flag": FlagKind.LEAK}, {"session": 77}, {"reviewer": "reviewer-03"},
        {"risk": Risk.HIGH}, {"kind": "multi_turn"}, {"mine": True},
    )  # fmt: skip
    for asked in filters:
        listed = ListQueue(filter=QueueFilter(**asked))
        timed(f"the queue by {', '.join(asked)}", 30, lambda _, listed=listed: desk.execute(listed), 10)
    searched = ListQueue(filter=QueueFilter(words=RARE.upper()))
    timed("a search in all texts", 1000, lambda _: desk.execute(searched), 5)

    def some(_: int) -> ExchangeView:
        return desk.execute(OpenExchange(exchange=chance.randrange(1, EXCHANGES)))

    timed("an exchange shown", 30, some, 60)
    # Every tenth exchange waits, untouched.
    untouched = iter(range(10 * (EXCHANGES // 30), EXCHANGES, 10))

    def decide(_: int) -> None:
        number = next(untouched)
        rejected = Decide(exchange=number, version=1, verdict=Verdict.REJECT, reason="off_topic", reading=READ)
        desk.execute(rejected)

    timed("a decision", 30, decide, 60)
    timed("a decision undone", 60, lambda _: desk.execute(Undo()), 20)
    last = [0]

    def go_on(_: int) -> None:
        view = desk.execute(NextExchange(after=last[0])).view
        assert view is not None
        last[0] = view.row.exchange

    timed("the next exchange, claimed and shown", 60, go_on, 40)
    study.scanner.scan("This sentence names nobody.")

    def edit(view: ExchangeView) -> None:
        row = view.row
        answer = f"{view.answer} One more sentence."
        desk.execute(EditExchange(exchange=row.exchange, version=row.version, question=view.question, answer=answer))

    views = [desk.execute(OpenExchange(exchange=next(untouched))) for _ in range(20)]
    timed("an edit, screened again", 400, lambda number: edit(views[number]), 20)
    timed("the quality of decisions", 1000, lambda _: desk.execute(ShowQuality()), 3)
    print(f"review: memory of this process {memory()} MiB, at most {memory('VmHWM')} so far")
    timed("the plan of a release", 10_000, lambda _: desk.execute(PlanRelease()), 1)
    study.close()


def memory(what: str = "VmRSS", process: int | str = "self") -> int:
    """MiB that a process holds, or (VmHWM) the most it ever held."""
    return int(Path(f"/proc/{process}/status").read_text().partition(f"{what}:")[2].split()[0]) // 1024


# -- at a terminal -----------------------------------------------------------------------------------------------------


class Sitting:
    """A reviewer at the review screen in a terminal of its own."""

    def __init__(self, study: Path, columns: int, rows: int, command: str = "review") -> None:
        arguments = [*([command] if command else []), "--study", study]
        self.began = time.perf_counter()
        self.offset = time.time() - self.began
        """What the clock of the log is ahead of that of the frames."""
        self.terminal = Terminal(columns, rows, study.parent, *arguments, given={"WORKBENCH_KEY": KEY})
        self._working = Working(self.terminal.process.pid)

    @property
    def exchange(self) -> int | None:
        """The exchange on screen."""
        found = re.findall(r"Exchange (\d+)[^:\n]{0,12}: (?!approved|rejected)", self.terminal.shown)
        return int(found[-1]) if found else None

    def time(self, key: str, wanted: Callable[[str], bool]) -> tuple[float, float] | None:
        """Milliseconds from a key to the first whole frame that shows what it is for, and the processor's part."""
        self.terminal.rest()
        used = self._working()
        pressed = self.terminal.press(key)
        moment = self.terminal.painted(wanted, pressed, 5)
        return None if moment is None else (1000 * (moment - pressed), self._working() - used)

    def tell(self, name: str, limit: float, keys: list[tuple[str, Callable[[str], bool]]]) -> None:
        """Press keys, one after the other, and tell how long what they are for took."""
        timed_keys = [self.time(key, wanted) for key, wanted in keys]
        seen = [found for found in timed_keys if found is not None]
        assert len(seen) >= 0.8 * len(keys), f"{name}: {len(keys) - len(seen)} keys showed nothing"
        tell(name, [spent for spent, _ in seen], limit, [used for _, used in seen])

    def read(self) -> None:
        """Bring everything on screen that must have been there before a decision."""
        for _ in range(40):
            self.terminal.rest(0.4, 3)
            if self.terminal.painted(lambda text: READ_ALL in text, self.terminal.press(" "), 0.5) is not None:
                return
        raise AssertionError("the whole page and exchange cannot be brought on screen")

    def close(self) -> None:
        """Leave."""
        self.terminal.close()


def opened(study: Path) -> float:
    """When the study was opened last, in seconds since 1970, as its log says."""
    moments = [
        event["time"]
        for path in sorted((study / "mirror").glob("events-*.jsonl"))[-1:]
        for event in map(json.loads, path.read_text().splitlines())
        if event["action"] == "study.opened"
    ]
    return datetime.fromisoformat(moments[-1]).timestamp()


def test_home_is_there_a_second_after_the_study_is_open(large: Path) -> None:
    spent, counted = [], []
    for _ in range(5):
        home = Sitting(large, 160, 48, command="")
        try:
            first = home.terminal.painted(lambda text: len(text) > 200, home.began, 60)
            whole = home.terminal.painted(lambda text: f"{EXCHANGES:,}" in text, home.began, 60)
            assert first is not None
            assert whole is not None
        finally:
            home.close()
        since = opened(large) - home.offset
        spent.append(1000 * (first - since))
        counted.append(1000 * (whole - since))
    tell("home on screen", spent, 1000)
    tell("home with its counts", counted, 1000)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_keys_at_a_terminal(large: Path, columns: int, rows: int) -> None:
    sitting = Sitting(large, columns, rows)
    terminal, size = sitting.terminal, f"at {columns} x {rows}"
    try:
        assert terminal.painted(lambda text: "Exchange " in text, sitting.began, 60) is not None, terminal.last
        terminal.rest(0.5)
        chosen = [("jjk"[number % 3], lambda text: "▸" in text) for number in range(30)]
        sitting.tell(f"another finding chosen {size}", 50, chosen)
        if rows < 40:
            sitting.tell(f"a page of text further {size}", 50, [(" ", lambda text: len(text) > 400)] * 4)
        walked = [("np"[number // 10 % 2], partial(_is_other, sitting.exchange)) for number in range(40)]
        sitting.tell(f"walked to another exchange {size}", 100, walked)
        approved = approvals(sitting)
        tell(f"approved, and the next on screen {size}", [spent for spent, _ in approved], 150 + 100,
             [used for _, used in approved])  # fmt: skip
        terminal.rest(0.6)
        assert terminal.painted(lambda text: "Editing" in text, terminal.press("e")) is not None
        terminal.rest(0.5)
        typed = [(letter, partial(_ends_with, letter)) for letter in "thequickbrownfoxjumpsoverthelazydog"]
        sitting.tell(f"a letter typed {size}", 50, typed)
        print(f"review: memory of the review screen {size}: at most {terminal.memory()} MiB of 300")
    finally:
        sitting.close()


def approvals(sitting: Sitting) -> list[tuple[float, float]]:
    """Read and approve some exchanges; milliseconds from the key to the next one on screen."""
    found: list[tuple[float, float]] = []
    for _ in range(3 * APPROVALS):
        if len(found) == APPROVALS:
            break
        sitting.read()
        here = sitting.exchange
        time.sleep(0.6)  # what was on screen for less than a glance cannot be decided
        taken = sitting.time("a", partial(_is_other, here))
        if taken is None:  # it has an open finding, or is for a senior
            sitting.terminal.press("s")
            sitting.terminal.rest(0.5, 3)
        else:
            found.append(taken)
    assert len(found) == APPROVALS
    return found


def _is_other(here: int | None, text: str) -> bool:
    return any(int(number) != here for number in re.findall(r"Exchange (\d+)[^:\n]{0,12}: ", text))


def _ends_with(letter: str, text: str) -> bool:
    return text.rstrip().endswith(letter) or f"{letter} " in text


# -- through the server ------------------------------------------------------------------------------------------------


def test_sixteen_clients_and_a_screen_through_the_server(large: Path) -> None:
    plan = Plan(seconds=60, clients_killed_every=inf, screen_killed_at=inf, server_killed_at=inf)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        outcome = Soak(large, Path(folder), plan).run()
    print(outcome.report())
    waits = outcome.milliseconds()
    for kind in ("approve", "next"):
        tell(f"{kind}, of 16 clients", waits[kind], 300)
    tell("approved, and the next on screen, beside them", outcome.screen_milliseconds, 300)
    assert not outcome.faults
