"""A release bundle is taken only if it is, to the byte, what was built."""

import hashlib
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.bundle import (
    MANIFEST,
    SUMS,
    ApplicationRef,
    BundleFile,
    LogRef,
    Manifest,
    ModelRef,
    PolicyRef,
    PromptRef,
    SignersRef,
    file_digest,
    sums_bytes,
    verify_bundle,
)
from audit.bundle_data import APPROVALS, LINKS, messages
from audit.errors import BundleError
from policies.bases import user_turn

COLUMNS = ("id", "instruction", "input", "output", "messages")
DATA = "data/interview/train-00000-of-00001.parquet"


def table(rows: int = 3, **changed: pa.Array) -> pa.Table:
    columns = {name: pa.array([f"{name} {row}" for row in range(rows)], pa.string()) for name in COLUMNS[:4]}
    chat = messages(columns["instruction"], columns["input"], columns["output"])
    return pa.table({**columns, "messages": chat, **changed})


def keys(rows: int = 3) -> pa.Table:
    """The approvals, in another order than the rows."""
    ids = [f"id {row}" for row in reversed(range(rows))]
    return pa.table({"id": ids, "key": [hashlib.sha256(name.encode()).hexdigest() for name in ids]})


def seal(path: Path, **changed: object) -> Manifest:
    """Write manifest and sums for what stands in the folder."""
    files = []
    for file in sorted(entry for entry in path.rglob("*") if entry.is_file()):
        name = file.relative_to(path).as_posix()
        if name in (MANIFEST, SUMS):
            continue
        rows = 3 if name.startswith("data/") else None
        files.append(BundleFile(path=name, bytes=file.stat().st_size, sha256=file_digest(file), rows=rows))
    manifest = Manifest(
        name="pilot-1", created=datetime(2026, 5, 1, tzinfo=UTC), rows=3, files=tuple(files), columns=COLUMNS,
        version="1.0.0", approvers=2, shuffle="e" * 64, signers=SignersRef(needed=0, keys=()),
        policy=PolicyRef(
            name="mentalchat16k", version=1, digest="a" * 64, scope="training", basis="safe_harbor", licence="other"
        ),
        prompts=(PromptRef(name="exchange", digest="b" * 64),),
        models=(ModelRef(backend="extractive", digest="c" * 64),),
        application=ApplicationRef(name="curation-workbench", version="0.1.0"), excluded={"length": 2},
        log=LogRef(size=9, root="d" * 64),
    ).model_copy(update=changed)  # fmt: skip
    (path / MANIFEST).write_bytes(manifest.to_bytes())
    (path / SUMS).write_bytes(sums_bytes(manifest))
    return manifest


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "pilot-1"
    (path / "data/interview").mkdir(parents=True)
    pq.write_table(table(), path / DATA)
    pq.write_table(keys(), path / APPROVALS)
    (path / "README.md").write_text("---\nlicense: other\n---\n# A release\n")
    seal(path)
    return path


def test_an_untouched_bundle_is_accepted(bundle: Path) -> None:
    checked = verify_bundle(bundle)
    assert checked.manifest.rows == 3
    assert checked.manifest.excluded == {"length": 2}
    assert checked.configs == ["interview"]
    assert checked.splits("interview") == ["train"]
    assert checked.data_files("interview") == checked.data_files("interview", "train") == [bundle / DATA]
    assert checked.digest == hashlib.sha256((bundle / MANIFEST).read_bytes()).hexdigest()
    assert verify_bundle(bundle, expected_digest=checked.digest) == checked
    with pytest.raises(BundleError, match="it has interview"):
        checked.data_files("synthetic")
    with pytest.raises(BundleError, match="no test in interview; it has train"):
        checked.data_files("interview", "test")


def test_the_sums_can_be_checked_without_this_program(bundle: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("needs sha256sum")
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=bundle, check=True)


@pytest.mark.parametrize("name", [DATA, "README.md", MANIFEST, SUMS])
def test_no_byte_can_be_changed(bundle: Path, name: str) -> None:
    path = bundle / name
    data = path.read_bytes()
    rng = random.Random(1)
    for position in sorted({*rng.sample(range(len(data)), min(60, len(data))), 0, len(data) - 1}):
        changed = bytearray(data)
        changed[position] ^= rng.randrange(1, 256)
        path.write_bytes(changed)
        with pytest.raises(BundleError, match=str(bundle)):
            verify_bundle(bundle)
    path.write_bytes(data)
    verify_bundle(bundle)


@pytest.mark.parametrize("name", [DATA, "README.md", MANIFEST, SUMS])
@pytest.mark.parametrize("change", [lambda data: data + b"\n", lambda data: data[:-1], lambda data: b""])
def test_no_file_can_grow_or_shrink(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    path = bundle / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BundleError):
        verify_bundle(bundle)


@pytest.mark.parametrize("name", [DATA, "README.md", MANIFEST, SUMS])
def test_a_missing_file_is_named(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=name.split("/")[-1]):
        verify_bundle(bundle)


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "data/interview/train-00001-of-00002.parquet", "x/y/z"])
def test_an_extra_file_is_named(bundle: Path, name: str) -> None:
    (bundle / name).parent.mkdir(parents=True, exist_ok=True)
    (bundle / name).touch()
    with pytest.raises(BundleError, match=f"{name.split('/')[-1]} does not belong"):
        verify_bundle(bundle)


def test_links_and_special_files_are_refused(bundle: Path, tmp_path: Path) -> None:
    original = bundle / "README.md"
    original.rename(tmp_path / "elsewhere")
    original.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="is a link or special file"):
        verify_bundle(bundle)
    original.unlink()
    (tmp_path / "elsewhere").rename(original)
    verify_bundle(bundle)
    (bundle / "more").symlink_to(tmp_path)
    with pytest.raises(BundleError, match="is a link or special file"):
        verify_bundle(bundle)
    (bundle / "more").unlink()
    os.mkfifo(bundle / "pipe")
    with pytest.raises(BundleError, match="is a link or special file"):
        verify_bundle(bundle)


def test_a_bundle_that_was_sealed_anew_is_not_the_expected_one(bundle: Path) -> None:
    before = verify_bundle(bundle).digest
    (bundle / "README.md").write_text("another card")
    seal(bundle)
    assert verify_bundle(bundle).digest != before
    with pytest.raises(BundleError, match="not the expected release"):
        verify_bundle(bundle, expected_digest=before)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (table(4), "has 4 rows where the manifest says 3"),
        (table().select(["id", "instruction", "output", "input", "messages"]), "does not have the columns"),
        (table().drop_columns("messages"), "does not have the columns"),
        (table().append_column("subject", pa.array(["a"] * 3)), "does not have the columns"),
        (table(output=pa.array([1, 2, 3])), "does not have the columns"),
        (table(messages=pa.array(["a", "b", "c"])), "does not have the columns"),
        (table(id=pa.array(["a", "b", "a"])), "without an id of its own"),
        (table(id=pa.array(["a", None, "b"])), "without an id of its own"),
        (table(id=pa.array(["id 0", "id 1", "id 7"])), "not about exactly the rows"),
    ],
)
def test_data_that_do_not_fit_the_manifest_are_refused(bundle: Path, data: pa.Table, complaint: str) -> None:
    pq.write_table(data, bundle / DATA)
    seal(bundle)
    with pytest.raises(BundleError, match=complaint):
        verify_bundle(bundle)


def test_a_bundle_may_keep_what_links_rows_and_says_so_in_its_columns(bundle: Path) -> None:
    subjects, positions = pa.array(["a", "a", "b"]), pa.array([1, 2, 1], pa.int32())
    data = table().append_column(LINKS[0], subjects).append_column(LINKS[1], positions)
    pq.write_table(data, bundle / DATA)
    seal(bundle, columns=(*COLUMNS, "subject", "position"))
    assert verify_bundle(bundle).manifest.columns[-2:] == ("subject", "position")
    seal(bundle, columns=(*COLUMNS, "subject"))
    with pytest.raises(BundleError, match="columns that no bundle has"):
        verify_bundle(bundle)


@pytest.mark.parametrize("rows", [2, 4])
def test_the_approvals_are_about_exactly_the_rows(bundle: Path, rows: int) -> None:
    pq.write_table(keys(rows), bundle / APPROVALS)
    seal(bundle)
    with pytest.raises(BundleError, match="not about exactly the rows"):
        verify_bundle(bundle)


def test_a_bundle_without_approvals_is_none(bundle: Path) -> None:
    (bundle / APPROVALS).unlink()
    seal(bundle)
    with pytest.raises(BundleError, match=f"has no {APPROVALS}"):
        verify_bundle(bundle)


@pytest.mark.parametrize(
    "name",
    [
        "data/interview/train-00000-of-00002.parquet",
        "data/interview/train-00001-of-00001.parquet",
        "data/interview/train.parquet",
        "data/interview/dev-00000-of-00001.parquet",
        "data/interview/more/train-00000-of-00001.parquet",
    ],
)
def test_data_lie_where_their_split_and_number_say(bundle: Path, name: str) -> None:
    (bundle / name).parent.mkdir(exist_ok=True)
    (bundle / DATA).rename(bundle / name)
    seal(bundle)
    with pytest.raises(BundleError, match=r"keeps its data|does not fit the numbers"):
        verify_bundle(bundle)


def test_a_row_reads_for_a_chat_trainer_as_it_does_in_training() -> None:
    (row,) = messages(pa.array(["Be kind."]), pa.array(["I am tired.\n\nSo tired."]), pa.array(["Rest."])).to_pylist()
    assert row == [
        {"role": "user", "content": user_turn("Be kind.", "I am tired.\n\nSo tired.")},
        {"role": "assistant", "content": "Rest."},
    ]


def test_data_that_are_not_parquet_are_refused(bundle: Path) -> None:
    (bundle / DATA).write_bytes(b"PAR1 nothing PAR1")
    seal(bundle)
    with pytest.raises(BundleError, match="not a Parquet file"):
        verify_bundle(bundle)


def test_a_total_that_does_not_add_up_is_refused(bundle: Path) -> None:
    seal(bundle, rows=4)
    with pytest.raises(BundleError, match="has 3 rows of data where its manifest says 4"):
        verify_bundle(bundle)


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a//b", "a/../b", "", "a b", "C:\\x", "a/.hidden"])
def test_a_manifest_cannot_point_outside(bundle: Path, path: str) -> None:
    fields = json.loads((bundle / MANIFEST).read_bytes())
    fields["files"][0]["path"] = path
    (bundle / MANIFEST).write_text(json.dumps(fields, sort_keys=True, separators=(",", ":")) + "\n")
    with pytest.raises(BundleError, match="not a manifest of format"):
        verify_bundle(bundle)


def test_a_manifest_that_lists_a_file_twice_is_refused(bundle: Path) -> None:
    manifest = verify_bundle(bundle).manifest
    seal(bundle, files=(*manifest.files, manifest.files[0]))
    with pytest.raises(BundleError, match="lists a file twice"):
        verify_bundle(bundle)


def test_what_is_no_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="nowhere is not a folder"):
        verify_bundle(tmp_path / "nowhere")
    with pytest.raises(BundleError, match=r"has no MANIFEST\.json"):
        verify_bundle(tmp_path)
