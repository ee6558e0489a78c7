"""Speed of the audit log's checks and proofs, each beside the bare work it cannot do without: `make bench`.

`WORKBENCH_BENCH_EVENTS` sets the size of the log that proofs are made from (default one million).
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from audit.checkpoint import SigningKey, open_checkpoint
from audit.events import NO_LEAF, parse_line
from audit.merkle import Frontier, leaf_hash
from audit.mirror import Mirror, MirrorReader
from audit.proof import prove_consistency, prove_inclusion
from audit.verify import verify_log
from tests.audit.conftest import make_history

EVENTS = 300_000
PROVED = int(os.environ.get("WORKBENCH_BENCH_EVENTS", "1000000"))
KEY = SigningKey.generate("bench")


def events(count: int) -> Iterator[bytes]:
    """A log of plausible events, made by putting new numbers and links into a few hundred real lines."""
    pattern = make_history(500).lines
    parts = []
    for line in pattern:
        head, _, rest = line.partition(b'"previous":"')
        middle = rest[64 + len(b'","previous_time":') :]
        middle = middle[middle.index(b",") :]
        between, _, tail = middle.partition(b'"sequence":')
        parts.append((head, between, tail[tail.index(b",") :], parse_line(line).time))
    previous, previous_time = NO_LEAF.encode(), b"null"
    for number in range(count):
        head, between, tail, _ = parts[number % len(parts)]
        line = b'%b"previous":"%b","previous_time":%b%b"sequence":%d%b' % (
            head, previous, previous_time, between, number, tail,
        )  # fmt: skip
        yield line
        previous = leaf_hash(line).hex().encode()
        at = line.rindex(b'"time":') + 7
        previous_time = line[at : at + 29]


def write(path: Path, lines: Iterator[bytes]) -> tuple[MirrorReader, float]:
    """A mirror of these lines with its checkpoint, and the seconds that writing took."""
    mirror, tree, spent = Mirror(path), Frontier(), 0.0
    while batch := list(islice(lines, 50_000)):
        began = time.perf_counter()
        mirror.append(batch, first=mirror.size)
        spent += time.perf_counter() - began
        tree.extend([leaf_hash(line) for line in batch])
    mirror.write_checkpoint(KEY.sign(tree.size, tree.root()))
    return MirrorReader(path), spent


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor, the better of two runs."""
    runs = []
    for _ in range(2):
        clock, processor = time.perf_counter(), time.process_time()
        work()
        runs.append((time.perf_counter() - clock, time.process_time() - processor))
    return min(runs)


def test_verification_against_bare_hashing(tmp_path: Path) -> None:
    mirror, spent = write(tmp_path / "mirror", events(EVENTS))
    size = sum(path.stat().st_size for _, path in mirror.segments())
    print(f"\naudit: {EVENTS:,} events of {size / EVENTS:,.0f} bytes, mirrored in bulk at {EVENTS / spent:,.0f}/s")

    def bare() -> None:
        tree = Frontier()
        for batch in mirror.batches():
            for line in batch:
                tree.append(sha256(b"\x00" + line).digest())

    base, _ = timed(bare)
    for name, hash_only in (("hash-only", True), ("in full", False)):

        def check(hash_only: bool = hash_only) -> None:
            assert verify_log(mirror, public_key=KEY.public, hash_only=hash_only).ok

        clock, processor = timed(check)
        print(
            f"audit: verified {name} at {EVENTS / clock:,.0f}/s ({EVENTS / processor:,.0f}/s of processor time), "
            f"{clock / base:.2f} x hashing one by one"
        )
    sample = list(islice(mirror.lines(), 3000))
    clock, _ = timed(lambda: [parse_line(line) for line in sample])
    print(f"audit: parsed with the models at {len(sample) / clock:,.0f}/s")


def test_a_single_append_with_and_without_tiles(tmp_path: Path) -> None:
    lines = list(events(4000))
    rates = {}
    for name in ("without tiles", "with tiles"):
        mirror = Mirror(tmp_path / name.replace(" ", "-"))
        if name == "without tiles":
            (mirror.path / "tile").write_text("in the way")
        taken = []
        for number, line in enumerate(lines):
            began = time.perf_counter()
            mirror.append([line], first=number)
            taken.append(time.perf_counter() - began)
        rates[name] = statistics.median(taken)
        print(f"\naudit: one event mirrored {name} in {rates[name] * 1e3:.3f} ms (median), "
              f"p95 {statistics.quantiles(taken, n=20)[-1] * 1e3:.3f} ms", end="")  # fmt: skip
    print(f"; {rates['with tiles'] / rates['without tiles']:.2f} x")


def test_proofs_from_stored_tiles(tmp_path: Path) -> None:
    began = time.perf_counter()
    lines = (b'{"filler":"%0600d","sequence":%d}' % (number, number) for number in range(PROVED))
    if PROVED > 1_000_000:
        lines = (b'{"sequence":%d}' % number for number in range(PROVED))
    mirror, _ = write(tmp_path / "mirror", lines)
    print(f"\naudit: a log of {PROVED:,} events made in {time.perf_counter() - began:.0f} s")
    chance = random.Random(1)
    taken, processor = [], []
    for _ in range(300):
        index = chance.randrange(PROVED)
        clock, spent = time.perf_counter(), time.process_time()
        _, mending = prove_inclusion(mirror, index, KEY.public)
        taken.append(time.perf_counter() - clock)
        processor.append(time.process_time() - spent)
        assert not mending.wrong
    print(
        f"audit: inclusion proved and checked in {statistics.median(taken) * 1e3:.2f} ms (median), "
        f"p95 {statistics.quantiles(taken, n=20)[-1] * 1e3:.2f} ms, {statistics.mean(processor) * 1e3:.2f} ms of "
        "processor time"
    )
    new = open_checkpoint(mirror.checkpoint() or "", KEY.public)
    old_size = PROVED // 3
    tree = Frontier()
    for batch in mirror.batches():
        tree.extend([leaf_hash(line) for line in batch[: old_size - tree.size]])
    old = open_checkpoint(KEY.sign(old_size, tree.root()), KEY.public)
    clock, _ = timed(lambda: prove_consistency(mirror, old, new))
    whole, _ = timed(lambda: verify_log(mirror, public_key=KEY.public, hash_only=True))
    print(f"audit: consistency proved and checked in {clock * 1e3:.2f} ms; reading all events takes {whole:.1f} s")
