"""A release bundle and a tiny base for these tests."""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.bundle import Manifest, sums_bytes
from policies.bases import OFFLINE

os.environ.update(OFFLINE)
os.environ.setdefault("OMP_NUM_THREADS", "1")  # a tiny model gains nothing from threads, and loses on a busy machine

INSTRUCTION = "Answer the caregiver as a coach would."
STATEMENT = "I have been caring for my mother for two years and number {} of my worries is that I cannot sleep. "
ANSWER = "It makes sense that you are worn out. Number {} on our list could be one evening a week that is yours. "

MakeRelease = Callable[[int, int], Path]


def write_bundle(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    """A bundle of format curation-bundle/1 with these (instruction, input, output) rows."""
    name = "data/interview/train-00000-of-00001.parquet"
    (folder / name).parent.mkdir(parents=True)
    columns = {
        "id": [hashlib.sha256(str(i).encode()).hexdigest()[:16] for i in range(len(rows))],
        "instruction": [row[0] for row in rows],
        "input": [row[1] for row in rows],
        "output": [row[2] for row in rows],
    }
    schema = pa.schema([(column, pa.string()) for column in columns])
    pq.write_table(pa.table(columns, schema=schema), folder / name)
    data = (folder / name).read_bytes()
    manifest = Manifest.model_validate(
        {
            "format": "curation-bundle/1",
            "name": "pilot",
            "created": datetime(2026, 1, 2, tzinfo=UTC),
            "rows": len(rows),
            "files": [
                {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "rows": len(rows)}
            ],
            "columns": list(columns),
            "policy": {"name": "mentalchat16k", "version": 1, "digest": "0" * 64},
            "prompts": [],
            "models": [],
            "application": {"name": "workbench", "version": "0.1.0"},
            "excluded": {},
            "log": {"size": 1, "root": "0" * 64},
        }
    )
    (folder / "MANIFEST.json").write_bytes(manifest.to_bytes())
    (folder / "SHA256SUMS").write_bytes(sums_bytes(manifest))
    return folder


@pytest.fixture
def make_release(tmp_path: Path) -> MakeRelease:
    """Makes a release of so many rows, each side so many sentences long."""

    def make(rows: int, sentences: int) -> Path:
        texts = [(INSTRUCTION, STATEMENT.format(i) * sentences, ANSWER.format(i) * sentences) for i in range(rows)]
        return write_bundle(tmp_path / "release", texts)

    return make


@pytest.fixture
def release(make_release: MakeRelease) -> Path:
    """A small release of 16 rows."""
    return make_release(16, 2)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny base that the room's own command writes."""
    pytest.importorskip("bitsandbytes")
    from finetune.tiny import tiny_base

    folder = tmp_path_factory.mktemp("bases") / "tiny"
    tiny_base(folder)
    return folder
