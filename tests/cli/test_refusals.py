"""Every mistake at the command line ends in one sentence, exit code 2, no traceback, and nothing written."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policies import load_policy
from tests.command import KEY, Run
from workbench.desk.local import LocalDesk


def snapshot(folder: Path) -> dict[str, str]:
    """Digest of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }


def refused(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    """The command ended in one sentence that says all these words."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def test_a_study_has_the_modes_that_the_design_asks_for(study_folder: Path) -> None:
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in [study_folder, *study_folder.iterdir()]}
    assert modes.pop(study_folder.name) == "0o700"
    assert modes["keys"] == "0o700"
    assert modes["mirror"] == "0o750"
    assert modes["store.duckdb"] == "0o600"
    assert (study_folder / "keys" / "log.key").stat().st_mode & 0o777 == 0o600


def test_init_refuses_a_folder_with_something_in_it(tmp_path: Path, run: Run) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    before = snapshot(tmp_path)
    refused(run("init", str(tmp_path / "full")), "not empty")
    assert snapshot(tmp_path) == before


def test_init_names_the_nearest_policy_and_leaves_nothing(tmp_path: Path, run: Run) -> None:
    refused(run("init", str(tmp_path / "new"), "--policy", "mentalchat"), "mentalchat16k")
    assert not list(tmp_path.iterdir())


def test_init_names_the_nearest_key_of_a_policy(tmp_path: Path, run: Run) -> None:
    body = load_policy("mentalchat16k").body.replace("min_words", "min_wrods")
    (tmp_path / "mine.yaml").write_text(body)
    refused(run("init", str(tmp_path / "new"), "--policy", str(tmp_path / "mine.yaml")), "min_wrods", "'min_words'")


def test_init_refuses_a_short_secret(tmp_path: Path, run: Run) -> None:
    refused(run("init", str(tmp_path / "new"), key="short"), "12 characters")
    assert not list(tmp_path.iterdir())


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, study_folder: Path, run: Run) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o644)
    refused(run("status", "--study", str(study_folder), "--key-file", str(tmp_path / "key")), "chmod 600")


def test_a_wrong_key_is_refused_and_only_the_attempt_is_put_down(study_folder: Path, run: Run) -> None:
    before = snapshot(study_folder)
    refused(run("status", "--study", str(study_folder), key="not the secret of the tests"), "does not open")
    after = snapshot(study_folder)
    del after["pending.jsonl"]
    assert after == before


def test_without_a_key_and_a_terminal_the_remedy_is_named(study_folder: Path, run: Run) -> None:
    refused(run("status", "--study", str(study_folder), key=None), "--key-file", "WORKBENCH_KEY")


def test_a_foreign_folder_is_refused(tmp_path: Path, run: Run) -> None:
    refused(run("status", "--study", str(tmp_path)), "is not a study", "workbench init")


def test_a_newer_study_is_refused(study_folder: Path, run: Run) -> None:
    identity = json.loads((study_folder / "study.json").read_text())
    (study_folder / "study.json").write_text(json.dumps({**identity, "schema_version": 99}))
    before = snapshot(study_folder)
    refused(run("status", "--study", str(study_folder)), "newer workbench")
    assert snapshot(study_folder) == before


def test_a_missing_store_is_refused(study_folder: Path, run: Run) -> None:
    (study_folder / "store.duckdb").unlink()
    refused(run("status", "--study", str(study_folder)), "missing", "backup")


def test_a_damaged_store_is_refused(study_folder: Path, run: Run) -> None:
    (study_folder / "store.duckdb").write_bytes(b"nothing of the kind" * 1000)
    refused(run("status", "--study", str(study_folder)), "backup")


def test_a_missing_encryption_extension_is_named(tmp_path: Path, study_folder: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['duckdb_extension_httpfs'] = None\n")
    before = snapshot(study_folder)
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "status", "--study", str(study_folder)],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "WORKBENCH_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    refused(done, "duckdb-extension-httpfs")
    assert snapshot(study_folder) == before


def test_a_study_that_another_process_holds_is_refused(
    study_folder: Path, desk_over: Callable[..., LocalDesk], run: Run
) -> None:
    desk_over()
    refused(run("status", "--study", str(study_folder)), "Another process")


def test_a_login_that_is_nobody_of_the_study_is_refused(study_folder: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root to act as another login")
    # A helper process, because a uid once given up cannot be taken back; the folder is opened before.
    script = (
        "import os, sys\n"
        "import workbench.study.opening as opening\n"
        "os.getuid = lambda: 4242\n"
        "from workbench.cli.main import main\n"
        f"sys.argv = ['workbench', 'status', '--study', {str(study_folder)!r}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "WORKBENCH_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    refused(done, "4242", "people add")


def test_a_rolled_back_store_is_refused(study_folder: Path, run: Run) -> None:
    old = (study_folder / "store.duckdb").read_bytes()
    assert run("status", "--study", str(study_folder)).returncode == 0
    (study_folder / "store.duckdb").write_bytes(old)
    done = run("status", "--study", str(study_folder))
    assert done.returncode == 1
    assert "rolled back" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_changed_event_of_the_mirror_is_named_by_its_number(study_folder: Path, run: Run) -> None:
    for _ in range(2):
        assert run("status", "--study", str(study_folder)).returncode == 0
    (segment,) = (study_folder / "mirror").glob("events-*.jsonl")
    lines = segment.read_text().splitlines()
    lines[1] = lines[1].replace('"role":"operator"', '"role":"steward"')
    segment.write_text("\n".join(lines) + "\n")
    done = run("audit", "verify", "--study", str(study_folder))
    assert done.returncode == 1
    assert "event 1" in done.stderr


def test_the_log_is_queried_without_a_key_while_another_process_works(
    study_folder: Path, desk_over: Callable[..., LocalDesk], run: Run
) -> None:
    desk_over()
    done = run("audit", "query", "--study", str(study_folder), "--format", "json", "--action", "person.added", key=None)
    (event,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert event["actor"] == "tester"
    since = event["time"][:19]
    by_time = run("audit", "query", "--study", str(study_folder), "--since", since, "--format", "csv", key=None)
    assert len(by_time.stdout.splitlines()) > 2
    table = run("audit", "query", "--study", str(study_folder), "--object", "person", "--actor", "tester", key=None)
    assert "person tester" in table.stdout
    nobody = run("audit", "query", "--study", str(study_folder), "--actor", "nobody", "--format", "json", key=None)
    assert nobody.stdout == ""


def test_a_name_that_could_not_stand_in_the_log_is_refused(study_folder: Path, run: Run) -> None:
    refused(
        run("people", "add", "Ada Lovelace", "--role", "reviewer", "--uid", "7", "--study", str(study_folder)), "name"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("decide", "99", "approve"), ("no exchange 99",)),
        (("decide", "1", "reject"), ("--reason",)),
        (("decide", "1", "approve", "--reason", "other"), ("leave it out",)),
        (("decide", "1", "dismiss", "--reason", "common_word"), ("--finding",)),
        (("decide", "1", "approve", "--version", "7"), ("changed since",)),
        (("paraphrase", "--backend", "gpt"), ("extractive, llama-cpp or openai",)),
        (("paraphrase", "--backend", "llama-cpp"), ("--model",)),
        (("paraphrase", "--model", "/nonexistent.gguf"), ("--model",)),
        (("ingest", "/nonexistent"), ("does not exist",)),
        (("release", "build", "a name"), ("release's name",)),
        (("release", "build", "early"), ("Nothing may be released",)),
        (("release", "verify", "/nonexistent"), ("not a folder",)),
        (("audit", "query", "--action", "made.up"), ("--action",)),
        (("audit", "query", "--since", "yesterday"), ("--since",)),
        (("status", "--bogus"), ("--bogus", "--help")),
        (("paraphrase", "--limit", "0"), ("--limit",)),
        (("queue", "--flag", "nope"), ("--flag", "leak")),
        (("queue", "--state", "nope"), ("--state", "waiting")),
    ],
)
def test_a_mistake_ends_in_one_sentence(
    given: tuple[str, ...], words: tuple[str, ...], small_desk: LocalDesk, study_folder: Path, run: Run
) -> None:
    small_desk.close()
    on_study = () if given[1] == "verify" else ("--study", str(study_folder))
    refused(run(*given, *on_study), *words)


def test_without_any_command_the_home_wants_a_terminal(run: Run) -> None:
    refused(run(), "terminal", "workbench --help")


@pytest.mark.parametrize("given", [("audit",), ("release",), ("people",)])
def test_without_a_command_the_help_is_shown(given: tuple[str, ...], run: Run) -> None:
    done = run(*given)
    assert done.returncode == 2
    assert "Usage: " in done.stdout
    assert done.stderr == ""


def test_an_unknown_command_is_one_sentence_with_the_nearest_one(run: Run) -> None:
    refused(run("ststus"), "status")


def test_text_for_an_edit_that_is_no_json_is_refused_without_repeating_it(
    small_desk: LocalDesk, study_folder: Path, run: Run
) -> None:
    small_desk.close()
    done = run("decide", "1", "edit", "--study", str(study_folder), given="Rosalind says {")
    refused(done, "JSON")
    assert "Rosalind" not in done.stderr
