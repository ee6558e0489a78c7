"""How long a reviewer waits: showing an exchange, and a decision with its event on disk and mirrored: `make bench`."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from policies import Face, LoadedPolicy, Verdict
from tests.conftest import SESSION, add_text
from workbench.desk.commands import Decide, ListQueue, OpenExchange
from workbench.desk.local import LocalDesk
from workbench.paraphrase.extractive import Extractive
from workbench.paraphrase.run import paraphrase

SESSIONS = 150


def test_decisions_one_by_one(desk_over: Callable[..., LocalDesk], tmp_path: Path, policy: LoadedPolicy) -> None:
    desk = desk_over()
    for number in range(SESSIONS):
        add_text(desk, tmp_path, SESSION.replace("twice", f"{number + 2} times"), f"{number}.txt")
    paraphrase(desk, Extractive(policy.policy), 42, lambda run, tally: None)
    desk = desk_over(Face.TUI)
    rows = [row for offset in (0, 200) for row in desk.execute(ListQueue(offset=offset)).rows]
    opened, decided = [], []
    for row in rows:
        began = time.perf_counter()
        desk.execute(OpenExchange(exchange=row.exchange))
        between = time.perf_counter()
        desk.execute(Decide(exchange=row.exchange, version=row.version, verdict=Verdict.REJECT, reason="off_topic"))
        opened.append(1000 * (between - began))
        decided.append(1000 * (time.perf_counter() - between))
    for name, spent in (("shown", opened), ("decided", decided)):
        middle, slow = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
        print(f"\nexchange {name}: median {middle:.1f} ms, p95 {slow:.1f} ms, {1000 / statistics.mean(spent):.0f}/s")
