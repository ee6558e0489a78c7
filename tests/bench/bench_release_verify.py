"""How long the far side waits: a release of a million rows (about 700 MB) is verified within 20 seconds."""

import base64
import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.bundle import verify_bundle
from audit.bundle_data import APPROVALS, KEYS, ROWS, messages
from audit.checkpoint import save_public_key
from tests.audit.sealed import Sealed, seal_folder

ROWS_WANTED = int(os.environ.get("BENCH_RELEASE_ROWS", 1_000_000))
PER_FILE, AT_ONCE = 250_000, 10_000
LIMIT = 20.0


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """A release of random text, which no compression makes smaller than real text is."""
    path = tmp_path_factory.mktemp("bench") / "large"
    files = range(0, ROWS_WANTED, PER_FILE)
    names = [f"data/interview/train-{at:05}-of-{len(files):05}.parquet" for at in range(len(files))]
    counts = {name: min(PER_FILE, ROWS_WANTED - first) for name, first in zip(names, files, strict=True)}
    with_keys: list[str] = []
    for name, count in counts.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(path / name, ROWS, compression="zstd") as writer:
            for first in range(0, count, AT_ONCE):
                size = min(AT_ONCE, count - first)
                ids = [os.urandom(16).hex() for _ in range(size)]
                sides = [pa.array([_text(100) for _ in range(size)], pa.string()) for _ in range(2)]
                instruction = pa.array(["Answer as a coach would."] * size, pa.string())
                chat = messages(instruction, *sides)
                writer.write_table(pa.table([pa.array(ids), instruction, *sides, chat], schema=ROWS))
                with_keys += ids
    keys = {"id": with_keys, "key": [os.urandom(32).hex() for _ in with_keys]}
    pq.write_table(pa.table(keys, schema=KEYS), path / APPROVALS, compression="zstd")
    from audit import verify_release

    (path / "verify_release.py").write_bytes(Path(verify_release.__file__).read_bytes())
    return seal_folder(path, counts)


def _text(size: int) -> str:
    return base64.b64encode(os.urandom(size * 3 // 2)).decode()


def _megabytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) // 1_000_000


def test_the_script_of_the_far_side(sealed: Sealed, tmp_path: Path) -> None:
    save_public_key(sealed.key, tmp_path / "log.pub")
    start = time.perf_counter()
    command = [sys.executable, "-I", str(sealed.path / "verify_release.py"), "--public-key", str(tmp_path / "log.pub")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - start
    print(f"\nverify_release.py: {ROWS_WANTED:,} rows, {_megabytes(sealed.path)} MB in {took:.1f} s (limit {LIMIT} s)")
    assert took <= LIMIT


def test_the_workbench(sealed: Sealed) -> None:
    start = time.perf_counter()
    assert len(verify_bundle(sealed.path, key=sealed.key, signed=True).signed_by) == 2
    took = time.perf_counter() - start
    print(f"\nrelease verify: {ROWS_WANTED:,} rows in {took:.1f} s (limit {LIMIT} s)")
    assert took <= LIMIT
