"""The same rows, size of the log and time give the same bundle, to the byte; and rows stand where a seed puts them."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from audit.bundle import verify_bundle
from audit.bundle_data import APPROVALS
from policies import Face
from policies.bases import user_turn
from policies.schema import Determination
from tests.bench.large_study import make_study
from tests.conftest import SECRET, open_tested
from workbench.release import gate
from workbench.release import rows as places
from workbench.release.bundle import Making, make
from workbench.release.rows import lay_out, subject_of
from workbench.release.spool import Spool
from workbench.study.study import Study

EXCHANGES = 1200
WHEN = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A study of sixty sessions, with some hundred rows that may go."""
    folder = tmp_path_factory.mktemp("large") / "study"
    make_study(folder, EXCHANGES, SECRET)
    study = open_tested(folder, Face.CLI)
    yield study
    study.close()


def making(study: Study, name: str = "winter") -> Making:
    return Making(name, "1.0.0", WHEN, study.log.size, study.log.root)


def built(study: Study, folder: Path, name: str = "winter") -> dict[str, bytes]:
    """Every file of a bundle."""
    folder.mkdir()
    make(study, folder, making(study, name), gate.plan(study))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def files(study: Study, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return built(study, tmp_path_factory.mktemp("made") / "one")


def test_a_bundle_built_twice_is_the_same_to_the_byte(
    study: Study, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Read in other parts, for the second time.
    monkeypatch.setattr(gate, "TEXTS_AT_ONCE", 7)
    again = built(study, tmp_path / "again")
    assert again.keys() == files.keys()
    assert [name for name in files if files[name] != again[name]] == []


def test_another_name_makes_other_ids_and_another_order(study: Study, files: dict[str, bytes], tmp_path: Path) -> None:
    built(study, tmp_path / "other", "summer")
    (tmp_path / "winter").mkdir()
    for name, data in files.items():
        (tmp_path / "winter" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "winter" / name).write_bytes(data)
    one, other = verify_bundle(tmp_path / "winter"), verify_bundle(tmp_path / "other")
    outputs = [
        [row for file in bundle.data_files("interview") for row in pq.read_table(file).to_pylist()]
        for bundle in (one, other)
    ]
    assert {row["id"] for row in outputs[0]}.isdisjoint(row["id"] for row in outputs[1])
    first, second = ([row["output"] for row in rows] for rows in outputs)
    assert Counter(first) == Counter(second)
    assert first != second
    assert one.manifest.shuffle != other.manifest.shuffle


def test_rows_are_the_approved_texts_each_in_the_split_of_its_subject(study: Study, files: dict[str, bytes]) -> None:
    planned = gate.plan(study).rows
    layout = lay_out(study, "winter", planned)
    texts = {row.exchange: (question, answer) for row, question, answer in gate.texts(study, planned)}
    ids = {row_id.hex(): row for row_id, row in zip(layout.ids, planned, strict=True)}
    seen: dict[str, set[str]] = {}
    for file in layout.files:
        for row in _read(files[file.path]):
            going = ids.pop(row["id"])
            assert (row["input"], row["output"]) == texts[going.exchange]
            assert row["messages"] == [
                {"role": "user", "content": user_turn(row["instruction"], row["input"])},
                {"role": "assistant", "content": row["output"]},
            ]
            seen.setdefault(subject_of(going), set()).add(file.split)
    assert not ids, "every row that may go has gone"
    assert all(len(splits) == 1 for splits in seen.values())
    rows = Counter({split: sum(f.rows for f in layout.files if f.split == split) for split in ("train", "test")})
    assert rows["train"] > 0.8 * len(planned)
    assert rows["test"] > 0


def test_the_order_tells_nothing_of_the_study_and_follows_from_the_committed_seed(study: Study) -> None:
    planned = gate.plan(study).rows
    layout = lay_out(study, "winter", planned)
    assert layout.shuffle == hashlib.sha256(study.record_key("shuffle:winter")).hexdigest()
    train = [number for number, row in enumerate(planned) if layout.split(row) == "train"]
    order = sorted(train, key=lambda number: (layout.group[number], layout.place[number]))
    assert sorted(order) == train != order
    neighbours = sum(abs(one - other) == 1 for one, other in pairwise(order))
    assert neighbours < len(order) / 20


def test_each_row_has_the_key_that_links_it_to_its_approval(study: Study, files: dict[str, bytes]) -> None:
    planned = gate.plan(study).rows
    layout = lay_out(study, "winter", planned)
    keys = {row["id"]: row["key"] for row in _read(files[APPROVALS])}
    assert list(keys) == sorted(keys)
    for row_id, row in zip(layout.ids, planned, strict=True):
        assert keys[row_id.hex()] == study.record_key(f"body:{row.exchange}:{row.version}").hex()


def test_rows_are_linked_only_where_the_policy_keeps_that(
    study: Study, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = ["id", "instruction", "input", "output", "messages"]
    data = [name for name in files if name.startswith("data/")]
    assert [pq.read_schema(_opened(files[name])).names for name in data] == [columns] * len(data)
    release = study.policy.release.model_copy(update={"keep_links": True})
    monkeypatch.setattr(study, "policy", study.policy.model_copy(update={"release": release}))
    linked = built(study, tmp_path / "linked", "linked")
    verify_bundle(tmp_path / "linked")
    planned = gate.plan(study).rows
    layout = lay_out(study, "linked", planned)
    by_id = {row_id.hex(): row for row_id, row in zip(layout.ids, planned, strict=True)}
    rows = [row for name in data for row in _read(linked[name])]
    subjects = {(row["subject"], subject_of(by_id[row["id"]])) for row in rows}
    assert len(subjects) == len({one for one, _ in subjects}) == len({other for _, other in subjects})
    for subject, _ in subjects:
        mine = sorted((row["position"], by_id[row["id"]]) for row in rows if row["subject"] == subject)
        assert [position for position, _ in mine] == list(range(1, len(mine) + 1))
        assert [row.exchange for _, row in mine] == sorted(row.exchange for _, row in mine)


def test_the_manifest_says_when_the_expert_s_determination_ends(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    determination = Determination(digest="0" * 64, expires=date(2030, 1, 31), conditions="Keep it in the house.")
    told = {"basis": "expert_determination", "determination": determination}
    monkeypatch.setattr(study, "policy", study.policy.model_copy(update=told))
    built(study, tmp_path / "expert")
    assert verify_bundle(tmp_path / "expert").manifest.policy.expires == date(2030, 1, 31)


def test_many_rows_make_several_files_and_row_groups(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROWS_PER_FILE", 50)
    monkeypatch.setattr(places, "ROWS_PER_GROUP", 20)
    built(study, tmp_path / "parts", "parts")
    bundle = verify_bundle(tmp_path / "parts")
    train = bundle.data_files("interview", "train")
    assert len(train) > 2
    assert [pq.ParquetFile(file).metadata.num_row_groups for file in train[:-1]] == [3] * (len(train) - 1)


def test_nothing_of_the_rows_can_be_read_from_what_waits_on_disk(study: Study, tmp_path: Path) -> None:
    import pyarrow as pa

    with open(tmp_path / "waiting", "w+b") as file:
        rows = Spool(file, 2)
        for first in range(0, 400, 50):
            numbers = range(first, first + 50)
            texts = pa.table({"text": [f"Rosalind {number} " * 200 for number in numbers]})
            rows.add(np.array(numbers) % 2, np.array(numbers) // 2, texts)
        file.flush()
        waiting = (tmp_path / "waiting").read_bytes()
        assert len(waiting) > 1000
        assert b"Rosalind" not in waiting
        assert [text.split()[1] for text in rows.take(1).column("text").to_pylist()] == [
            str(number) for number in range(1, 400, 2)
        ]


def test_a_changed_time_or_log_changes_the_manifest_and_no_data(
    study: Study, files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "later").mkdir()
    later = replace(making(study), created=WHEN.replace(year=2027), log_size=study.log.size + 1)
    make(study, tmp_path / "later", later, gate.plan(study))
    assert (tmp_path / "later/MANIFEST.json").read_bytes() != files["MANIFEST.json"]
    for name in [name for name in files if name.endswith(".parquet")]:
        assert (tmp_path / "later" / name).read_bytes() == files[name]


def _opened(data: bytes) -> object:
    import pyarrow as pa

    return pa.BufferReader(data)


def _read(data: bytes) -> list[dict[str, object]]:
    return list(pq.read_table(_opened(data)).to_pylist())
