"""How long a release takes, each figure beside its limit: `make bench`.

`WORKBENCH_BENCH_RELEASE` sets the exchanges of the large study, `WORKBENCH_BENCH_RELEASE_STUDY` names a folder in which
it is kept between runs.
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from policies import Face
from tests.bench.large_study import make_study
from tests.conftest import SECRET
from workbench.desk.local import LocalDesk
from workbench.desk.releasing import RescanRows
from workbench.release.gate import plan, texts
from workbench.study.opening import open_study

SMALL = 16_000
LARGE = int(os.environ.get("WORKBENCH_BENCH_RELEASE", "100000"))
ROWS = int(os.environ.get("WORKBENCH_BENCH_ROWS", "200"))
"""Rows that are scanned again, and for comparison scanned barely."""


@contextmanager
def opened(exchanges: int, kept: Path | None = None) -> Iterator[LocalDesk]:
    """A study of so many exchanges, of which about four in ten may go."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        study = kept or Path(folder) / "study"
        if not study.exists():
            began = time.perf_counter()
            make_study(study, exchanges, SECRET)
            print(f"\nrelease: a study of {exchanges:,} exchanges made in {time.perf_counter() - began:.0f} s")
        desk = LocalDesk(open_study(study, SECRET, Face.CLI))
        try:
            yield desk
        finally:
            desk.close()


@pytest.fixture(scope="module")
def small() -> Iterator[LocalDesk]:
    with opened(SMALL) as desk:
        yield desk


def test_a_plan_of_16_000_takes_two_seconds(small: LocalDesk) -> None:
    began = time.perf_counter()
    planned = plan(small._study)
    took = time.perf_counter() - began
    print(f"\nplan of {SMALL:,}: {took:.2f} s ({len(planned.rows):,} rows; limit 2 s)")
    assert took <= 2


def test_the_last_scan_is_nine_tenths_as_fast_as_a_bare_one(small: LocalDesk) -> None:
    study, batch = small._study, ROWS // 8
    small.execute(RescanRows(rows=1))  # the detector loads, and what waits is looked up, once for all the rows
    rows = plan(study).unscanned[:ROWS]
    spent = {"bare": 0.0, "again": 0.0}

    def bare(some: list[tuple[str, str]]) -> None:
        for question, answer in some:
            study.scanner.scan(question)
            study.scanner.scan(answer)

    def again() -> None:
        assert small.execute(RescanRows(rows=batch)).scanned == batch

    for turn in range(8):
        some = [(question, answer) for _, question, answer in texts(study, rows[turn * batch : (turn + 1) * batch])]
        # Taken in turns, each first as often: a machine that becomes busier is to blame for neither.
        both = [("bare", lambda some=some: bare(some)), ("again", again)]
        for name, work in both if turn % 2 else both[::-1]:
            began = time.perf_counter()
            work()
            spent[name] += time.perf_counter() - began
    share = spent["bare"] / spent["again"]
    print(f"\nlast scan: {8 * batch / spent['again']:.1f} rows/s, {share:.2f} of a bare scan (limit 0.9)")
    assert share >= 0.9


def test_a_large_plan_is_quick_and_small() -> None:
    kept = os.environ.get("WORKBENCH_BENCH_RELEASE_STUDY")
    with opened(LARGE, Path(kept) if kept else None) as desk:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        planned = plan(desk._study)
        took = time.perf_counter() - began
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        began = time.perf_counter()
        read = sum(1 for _ in texts(desk._study, planned.rows))
        reading = time.perf_counter() - began
    limit = 5 * max(1.0, LARGE / 100_000)
    print(
        f"\nplan of {LARGE:,}: {took:.1f} s, {more:.0f} MB more (limit {limit:.0f} s); {read:,} texts {reading:.1f} s"
    )
    assert took <= limit
    assert more <= 300 + LARGE / 2_500
