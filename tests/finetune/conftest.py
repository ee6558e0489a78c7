"""A release bundle and a tiny base for these tests."""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.bundle import BundleFile, Manifest, sums_bytes
from audit.bundle_data import APPROVALS, KEYS, ROWS, data_path, messages
from policies.bases import OFFLINE

os.environ.update(OFFLINE)
os.environ.setdefault("OMP_NUM_THREADS", "1")  # a tiny model gains nothing from threads, and loses on a busy machine

INSTRUCTION = "Answer the caregiver as a coach would."
STATEMENT = "I have been caring for my mother for two years and number {} of my worries is that I cannot sleep. "
ANSWER = "It makes sense that you are worn out. Number {} on our list could be one evening a week that is yours. "

MakeRelease = Callable[[int, int], Path]
Texts = list[tuple[str, str, str]]


def write_bundle(folder: Path, rows: Texts, validation: Texts | None = None) -> Path:
    """A bundle of format curation-bundle/2 with these (instruction, input, output) rows in its splits."""
    splits = {"train": rows, "validation": validation or []}
    splits = {split: texts for split, texts in splits.items() if texts}
    names = {split: data_path("interview", split, 0, 1) for split in splits}
    every: list[str] = []
    (folder / "data/interview").mkdir(parents=True)
    for split, texts in splits.items():
        ids = [hashlib.sha256(f"{split} {number}".encode()).hexdigest()[:16] for number in range(len(texts))]
        instruction, question, answer = (pa.array(side, pa.string()) for side in zip(*texts, strict=True))
        columns = [ids, instruction, question, answer, messages(instruction, question, answer)]
        pq.write_table(pa.table(columns, schema=ROWS), folder / names[split])
        every += ids
    pq.write_table(pa.table([every, ["0" * 64] * len(every)], schema=KEYS), folder / APPROVALS)
    files = [_file(folder, APPROVALS, None), *(_file(folder, names[split], len(splits[split])) for split in splits)]
    manifest = Manifest.model_validate(
        {
            "format": "curation-bundle/2",
            "name": "pilot",
            "created": datetime(2026, 1, 2, tzinfo=UTC),
            "rows": len(every),
            "files": files,
            "columns": ROWS.names,
            "version": "1.0.0",
            "policy": {
                "name": "mentalchat16k",
                "version": 1,
                "digest": "0" * 64,
                "scope": "training",
                "basis": "safe_harbor",
                "licence": "other",
            },
            "approvers": 1,
            "shuffle": "0" * 64,
            "signers": {"needed": 0, "keys": []},
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


def _file(folder: Path, name: str, rows: int | None) -> BundleFile:
    data = (folder / name).read_bytes()
    return BundleFile(path=name, bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), rows=rows)


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
