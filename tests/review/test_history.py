"""Whatever is done to a study and in whatever order: only what the rules allow is released, and the log is sound.

The rules are written down a second time here, in the plainest way, and compared with what the workbench does.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies import Face, Verdict
from tests.conftest import SECRET, SESSION, add_text, open_tested
from workbench.desk.commands import (
    BuildRelease,
    Decide,
    DismissFinding,
    EditExchange,
    ListQueue,
    OpenExchange,
    VerifyAudit,
)
from workbench.desk.local import LocalDesk
from workbench.desk.rescan import rescan
from workbench.errors import NotThere, Refused, Stale
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase
from workbench.study.opening import create_study

CLEAN = "I feel tired and I worry about the nights, and I would like to sleep again. " * 4
SHORT = "I feel tired."
LEAKING = CLEAN + "Please call me at 212-555-0147."

STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 2]),
        st.sampled_from(["approve", "reject", "clean", "short", "leaking", "dismiss", "stale", "release"]),
    ),
    max_size=14,
)


@dataclass
class Expected:
    """What the rules say of one exchange."""

    kind: str = "clean"
    dismissed: bool = False
    approved: bool = False

    @property
    def open(self) -> bool:
        return self.kind == "leaking" and not self.dismissed

    @property
    def released(self) -> bool:
        return self.approved and not self.open and self.kind != "short"


@dataclass
class History:
    """A study under random steps, and the expectations that follow them."""

    desk: LocalDesk
    folder: Path
    expected: dict[int, Expected] = field(default_factory=lambda: {1: Expected(), 2: Expected()})
    releases: int = 0

    def step(self, exchange: int, what: str) -> None:
        view = self.desk.execute(OpenExchange(exchange=exchange))
        mine, version = self.expected[exchange], view.row.version
        if what in ("clean", "short", "leaking"):
            text = {"clean": CLEAN, "short": SHORT, "leaking": LEAKING}[what]
            self.desk.execute(EditExchange(exchange=exchange, version=version, question=text, answer=CLEAN))
            mine.kind, mine.approved = what, False
        elif what == "approve" and mine.open:
            with pytest.raises(Refused):
                self.desk.execute(Decide(exchange=exchange, version=version, verdict=Verdict.APPROVE))
        elif what in ("approve", "reject"):
            reason = None if what == "approve" else "other"
            self.desk.execute(Decide(exchange=exchange, version=version, verdict=Verdict(what), reason=reason))
            mine.approved = what == "approve"
        elif what == "dismiss":
            found = [finding.ordinal for finding in view.findings if finding.state == "open"]
            assert bool(found) == mine.open
            for ordinal in found:
                self.desk.execute(
                    DismissFinding(exchange=exchange, version=version, ordinal=ordinal, reason="not_identifying")
                )
                mine.dismissed, mine.approved = True, False
            if not found:
                with pytest.raises(NotThere):
                    self.desk.execute(DismissFinding(exchange=exchange, version=version, ordinal=99, reason="other"))
        elif what == "stale":
            with pytest.raises(Stale):
                self.desk.execute(Decide(exchange=exchange, version=version - 1, verdict=Verdict.APPROVE))
        else:
            self.release()

    def release(self) -> None:
        wanted = sorted(self.text(number) for number, mine in self.expected.items() if mine.released)
        self.releases += 1
        rescan(self.desk)
        command = BuildRelease(name=f"r{self.releases}", folder=str(self.folder))
        if not wanted:
            with pytest.raises(Refused):
                self.desk.execute(command)
            assert [path for path in self.folder.iterdir() if command.name in path.name] == []
            return
        built = self.desk.execute(command)
        rows = [row for data in Path(built.path, "data").rglob("*.parquet") for row in pq.read_table(data).to_pylist()]
        assert sorted((row["input"], row["output"]) for row in rows) == wanted

    def text(self, exchange: int) -> tuple[str, str]:
        view = self.desk.execute(OpenExchange(exchange=exchange))
        return view.question, view.answer


@pytest.fixture(scope="module")
def history_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], History]:
    """A fresh history: each begins with two clean exchanges of a study that is shared (it only grows)."""
    from policies import load_policy

    folder = tmp_path_factory.mktemp("histories")
    create_study(folder / "study", load_policy("mentalchat16k"), SECRET, "tester")
    desk = LocalDesk(open_tested(folder / "study", Face.CLI))
    add_text(desk, folder, SESSION)
    paraphrase(desk, Extractive(load_policy("mentalchat16k").policy), 42, lambda run, tally: None)
    made = 0

    def fresh() -> History:
        nonlocal made
        made += 1
        (folder / str(made)).mkdir()
        history = History(desk, folder / str(made))
        history.releases = 1000 * made
        for exchange, mine in history.expected.items():
            history.step(exchange, "clean")
            view = desk.execute(OpenExchange(exchange=exchange))
            # Dismissals last for the life of an exchange, so what an earlier history dismissed stays so.
            mine.dismissed = exchange in dismissed
            assert view.row.open == 0
        return history

    dismissed: set[int] = set()
    fresh.dismissed = dismissed  # type: ignore[attr-defined]
    return fresh


@settings(
    max_examples=200 if os.environ.get("WORKBENCH_PROVE") else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_a_release_holds_exactly_what_the_rules_allow(
    history_of: Callable[[], History], steps: list[tuple[int, str]]
) -> None:
    history = history_of()
    for exchange, what in steps:
        history.step(exchange, what)
    history.release()
    for exchange, mine in history.expected.items():
        if mine.dismissed:
            history_of.dismissed.add(exchange)  # type: ignore[attr-defined]
    for row in history.desk.execute(ListQueue()).rows:
        assert (row.state == "approved") == history.expected[row.exchange].approved
    report = history.desk.execute(VerifyAudit())
    assert report.fault is None, report.fault
