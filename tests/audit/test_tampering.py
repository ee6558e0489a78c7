"""Over thousands of random tamperings each one that a witness covers is found and named, and no sound log is accused.

How many there were, and what became of those that lie after the last witness, is printed (`pytest -s`).
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from audit.checkpoint import SigningKey
from audit.mirror import MirrorReader
from audit.verify import Report, verify_log
from tests.audit.conftest import make_history
from tests.audit.sound import Copies, Sound, lay_out, make_sound
from tests.audit.tampering import TAMPERINGS, Tampering

PROVE = bool(os.environ.get("WORKBENCH_PROVE"))
EACH = 700 if PROVE else 120
"""Covered tamperings of each sort."""
SOUND = 1_500 if PROVE else 200
"""Untouched logs."""
LOGS = 60
"""Logs that are tampered with, again and again."""

Tamper = Callable[[random.Random, Sound], Tampering | None]


def verified(copies: Copies, key: SigningKey, folder: Path, *, store: bool) -> Report:
    copies.write(folder)
    return verify_log(
        MirrorReader(folder),
        public_key=key.public,
        witnessed=copies.witnessed,
        store_lines=copies.store if store else None,
        decisions=copies.decisions,
    )


@pytest.fixture(scope="module")
def logs() -> list[Sound]:
    rng = random.Random(2026)
    key = SigningKey.generate("study/test")
    return [make_sound(rng, make_history, key) for _ in range(LOGS)]


def tamperings(tamper: Tamper, logs: list[Sound]) -> Iterator[tuple[int, Sound, Tampering]]:
    """Random tamperings of one sort, without end, each with its seed."""
    for seed in count():
        rng = random.Random(f"{tamper.__name__} {seed}")
        sound = rng.choice(logs)
        if (found := tamper(rng, sound)) is not None:
            yield seed, sound, found


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_whatever_a_witness_covers_is_found_and_named(tamper: Tamper, logs: list[Sound], tmp_path: Path) -> None:
    covered: Counter[str] = Counter()
    later: Counter[str] = Counter()
    for seed, sound, found in tamperings(tamper, logs):
        report = verified(found.copies, sound.key, tmp_path, store=found.store)
        kind = report.fault.kind if report.fault else "not found"
        if found.point is not None and found.point >= sound.witnessed[-1]:
            later[kind] += 1
            # The report is honest: what was not found lies where no checkpoint of the log reaches.
            assert report.fault or found.stolen or report.anchored <= found.point, seed
        else:
            covered[kind] += 1
            assert kind in found.kinds, (seed, kind, found.kinds)
            assert names_the_event(report, sound, found), (seed, report.fault, found.point)
            if touches_the_mirror(sound, found):
                assert by_hashes_alone(found.copies, sound.key, tmp_path).fault, seed
        if covered.total() >= EACH or (not covered and later.total() >= EACH):
            break
    print(f"\n{tamper.__name__}: {covered.total()} found ({listed(covered)});", end=" ")
    print(f"after the last witness {later.total()} ({listed(later)})")


def by_hashes_alone(copies: Copies, key: SigningKey, folder: Path) -> Report:
    copies.write(folder)
    return verify_log(MirrorReader(folder), public_key=key.public, witnessed=copies.witnessed, hash_only=True)


def touches_the_mirror(sound: Sound, found: Tampering) -> bool:
    """Whether something else than the store was tampered with."""
    untouched = replace(sound.copies, store=found.copies.store, decisions=found.copies.decisions)
    return found.copies != untouched


def names_the_event(report: Report, sound: Sound, found: Tampering) -> bool:
    """Whether the fault names the first event that is not as it was written, as exactly as can be told."""
    assert report.fault
    named = report.fault.sequence
    if found.point is None:
        return True
    if named is None:
        return False
    if found.rewritten or report.fault.kind == "root":
        return named >= found.point
    if report.fault.kind == "chain" and found.point >= len(sound.lines) - 2:
        # Where the last two events do not fit together, either may be the changed one.
        return named in (found.point - 1, found.point)
    return named == found.point


def listed(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in kinds.most_common()) or "none"


def test_no_untouched_log_is_accused(tmp_path: Path) -> None:
    """Of any shape that work leaves behind: empty, one event, events after the checkpoint, a line being written."""
    key = SigningKey.generate("study/test")
    for seed in range(SOUND):
        rng = random.Random(seed)
        size = rng.choice([0, 1, 2, rng.randint(3, 40)])
        made = make_history(size, seed, clock_steps=rng.random() < 0.5)
        signed = sorted(rng.choices(range(size + 1), k=rng.randint(1, 4)))
        witnessed = tuple(rng.choices(range(size + 1), k=rng.randint(0, 3)))
        lines, decisions = tuple(made.lines), tuple(made.decisions)
        sound = Sound(lines, decisions, key, rng.randint(1, 12), tuple(signed), witnessed)
        files = lay_out(lines, sound.segment)
        if rng.random() < 0.3:
            # The next event is being written at this moment.
            last = max(files, default=0)
            files[last] = files.get(last, b"") + b'{"action":"exchange.app'
        copies = Copies(files, sound.copies.note, lines, decisions, sound.copies.witnessed)
        report = verified(copies, key, tmp_path, store=rng.random() < 0.5)
        assert report.ok, (seed, report.fault)
        assert by_hashes_alone(copies, key, tmp_path).ok, seed
        assert report.anchored == max(signed[-1], *witnessed, 0)
        assert (report.size, report.root, report.signed) == (size, made.log.root.hex(), True)
    print(f"\n{SOUND} untouched logs, no alarm")
