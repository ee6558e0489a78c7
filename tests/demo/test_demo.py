"""The demo as a new user runs it: the whole path, and nothing of anybody outside the store and the inputs."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from workbench.samples import identifiers


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own in which the demo has run; its output stands in output.txt."""
    home = tmp_path_factory.mktemp("home")
    temporary = home / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(temporary), "XDG_CACHE_HOME": str(home / "cache")}
    # Of another study, on which somebody is at work.
    environment |= {"WORKBENCH_KEY": "the key of another study", "WORKBENCH_STUDY": str(home / "another")}
    environment |= {"WORKBENCH_KEY_FILE": str(home / "another.key"), "WORKBENCH_SERVER": str(home / "another.sock")}
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "demo", str(home / "demo")],
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
    )
    (home / "output.txt").write_bytes(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr
    return home


def test_the_demo_prints_a_table_a_stage_and_says_who_decided_and_what_paraphrased(home: Path) -> None:
    output = (home / "output.txt").read_text()
    stages = ["Import", "Paraphrase by extractive", "Detection and screening", "Decisions by"]
    stages += ["Release", "Verification"]
    assert [output.index(stage) for stage in stages] == sorted(output.index(stage) for stage in stages)
    assert output.count("a script, not a person") == 2, "who decided, and who signed"
    assert "workbench review --study" in output


def test_the_demo_has_a_key_of_its_own_and_its_next_command_leaves_the_environments_out(home: Path) -> None:
    others = "env -u WORKBENCH_KEY -u WORKBENCH_KEY_FILE -u WORKBENCH_SERVER workbench review --study"
    assert others in (home / "output.txt").read_text()
    assert (home / "demo/study.key").is_file()


def test_no_identifier_of_the_samples_stands_in_any_byte_outside_the_store(home: Path) -> None:
    searched = [path for path in home.rglob("*") if path.is_file() and not path.name.startswith("store.duckdb")]
    assert len(searched) > 8
    for path in searched:
        content = path.read_bytes()
        found = [number for number, word in enumerate(identifiers()) if word.encode() in content]
        assert found == [], f"{path.relative_to(home)} holds identifiers number {found}"


def test_no_identifier_of_the_samples_can_be_read_from_the_store_without_its_key(home: Path) -> None:
    stores = list(home.rglob("store.duckdb*"))
    assert stores
    for path in stores:
        content = path.read_bytes()
        # Short ones can come up by chance in a megabyte of cipher text.
        assert [word for word in identifiers() if len(word) > 5 and word.encode() in content] == []


def test_no_released_row_holds_an_identifier_of_the_samples(home: Path) -> None:
    rows = [row for data in home.rglob("data/interview/*.parquet") for row in pq.read_table(data).to_pylist()]
    assert len(rows) >= 10
    for row in rows:
        text = " ".join(map(str, row.values())).casefold()
        assert [word for word in identifiers() if word.casefold() in text] == []


def test_the_demo_can_be_run_again_but_replaces_nothing_else(home: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "mine"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("keep me")
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "demo", str(foreign)], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert (foreign / "letter.txt").read_text() == "keep me"
