"""A local model is a registered file: known by its digest, and refused once that changes."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies import Face, LoadedPolicy, load_policy
from policies.models import known_models, lookalike, recognise
from tests.command import KEY, Run
from tests.conftest import SECRET, SESSION, add_text, open_tested
from tests.paraphrase.conftest import write_tiny_model
from workbench.cli.models import add_model, what_it_is
from workbench.desk.commands import ListModels, RegisterModel
from workbench.desk.local import LocalDesk
from workbench.errors import BackendError, Refused
from workbench.paraphrase.choose import registered_model
from workbench.paraphrase.models import CHUNK, file_digest
from workbench.study.opening import create_study


def events(study: Path, *actions: str) -> list[dict[str, Any]]:
    """Events of these kinds in the log's mirror, in order."""
    lines = "".join(path.read_text() for path in sorted((study / "mirror").glob("*.jsonl"))).splitlines()
    return [event for event in map(json.loads, lines) if event["action"] in actions]


def change_one_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


@pytest.fixture
def model(tmp_path: Path, tiny_model: Path) -> Path:
    """A copy of the tiny model under a name that tells something."""
    return Path(shutil.copy(tiny_model, tmp_path / "thackeray.gguf"))


@pytest.fixture
def desk(desk_over: Callable[..., LocalDesk]) -> LocalDesk:
    return desk_over()


@pytest.fixture
def waiting(tmp_path: Path, policy: LoadedPolicy) -> Path:
    """A study with two pages, under a policy that keeps answers short."""
    (tmp_path / "short.yaml").write_text(policy.body.replace("max_tokens: 768", "max_tokens: 16"))
    create_study(tmp_path / "waiting", load_policy(str(tmp_path / "short.yaml")), SECRET, "tester")
    desk = LocalDesk(open_tested(tmp_path / "waiting", Face.CLI))
    add_text(desk, tmp_path, SESSION)
    desk.close()
    return tmp_path / "waiting"


@pytest.mark.parametrize("size", [4, CHUNK, CHUNK + 1])
def test_the_digest_is_that_of_the_whole_file_and_its_progress_ends_at_its_size(tmp_path: Path, size: int) -> None:
    content = b"GGUF" + bytes(range(251)) * (size // 251 + 1)
    (tmp_path / "model").write_bytes(content[:size])
    told: list[tuple[int, int]] = []
    digest = file_digest(tmp_path / "model", lambda read, of: told.append((read, of)))
    assert digest == hashlib.sha256(content[:size]).hexdigest()
    assert told == sorted(told)
    assert told[-1] == (size, size)


@pytest.mark.parametrize("content", [b"", b"no model at all", None])
def test_what_is_no_model_is_not_registered(tmp_path: Path, desk: LocalDesk, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "notes.gguf").write_bytes(content)
    with pytest.raises(BackendError, match=r"notes\.gguf (is not a GGUF model|cannot be read)"):
        add_model(desk, tmp_path / "notes.gguf")
    assert not desk.execute(ListModels()).models


def test_a_registered_model_is_found_by_name_and_by_path(
    desk: LocalDesk, model: Path, study_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    monkeypatch.chdir(model.parent)
    added = add_model(desk, Path(model.name), "tiny")
    assert (added.name, added.path, added.bytes, added.known) == ("tiny", str(model), model.stat().st_size, None)
    assert desk.execute(ListModels()).models == (added,)
    for asked in ("tiny", str(model), model.name):
        assert registered_model(desk, asked) == (model, digest)
    (event,) = events(study_folder, "model.registered", "model.refused")
    assert (event["object_type"], event["object_id"], event["outcome"]) == ("model", "tiny", "ok")
    assert event["details"] == {"digest": digest, "bytes": model.stat().st_size}


def test_neither_path_nor_name_of_the_file_stands_in_the_log(desk: LocalDesk, model: Path, study_folder: Path) -> None:
    added = add_model(desk, model)
    assert added.name == f"model-{added.digest[:8]}"
    change_one_byte(model)
    with pytest.raises(Refused):
        registered_model(desk, added.name)
    assert len(events(study_folder, "model.registered", "model.refused")) == 2
    for path in filter(Path.is_file, (study_folder / "mirror").rglob("*")):
        assert b"thackeray" not in path.read_bytes()


def test_the_same_file_again_changes_nothing_wherever_it_lies(
    desk: LocalDesk, model: Path, tmp_path: Path, study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = add_model(desk, model, "tiny")
    capsys.readouterr()
    for again, name in ((model, None), (Path(shutil.copy(model, tmp_path / "copy.gguf")), "other")):
        assert add_model(desk, again, name) == added
        assert capsys.readouterr().out == "This file is registered already, as tiny; nothing was changed.\n"
    assert desk.execute(ListModels()).models == (added,)
    assert len(events(study_folder, "model.registered", "model.refused")) == 1
    model.unlink()
    assert registered_model(desk, str(tmp_path / "copy.gguf")) == (tmp_path / "copy.gguf", added.digest)
    with pytest.raises(BackendError, match=r"tiny is not at .*thackeray\.gguf any more; put it back"):
        registered_model(desk, "tiny")


@pytest.mark.parametrize("by", ["name", "path", "add", "add under another name"])
def test_a_changed_file_is_refused_and_the_refusal_is_an_event(
    desk: LocalDesk, model: Path, study_folder: Path, by: str
) -> None:
    before = add_model(desk, model, "tiny")
    change_one_byte(model)
    attempt = {
        "name": lambda: registered_model(desk, "tiny"),
        "path": lambda: registered_model(desk, str(model)),
        "add": lambda: add_model(desk, model),
        "add under another name": lambda: add_model(desk, model, "other"),
    }[by]
    with pytest.raises(Refused, match=r"no longer the file that was registered as tiny .*; put that file back"):
        attempt()
    (event,) = events(study_folder, "model.refused")
    assert (event["object_id"], event["outcome"]) == ("tiny", "refused")
    assert event["details"] == {"registered": before.digest, "digest": hashlib.sha256(model.read_bytes()).hexdigest()}
    assert desk.execute(ListModels()).models == (before,)
    change_one_byte(model)
    assert registered_model(desk, "tiny") == (model, before.digest)


def test_a_name_is_never_given_to_another_file(
    desk: LocalDesk, model: Path, tmp_path: Path, study_folder: Path
) -> None:
    added = add_model(desk, model, "tiny")
    other = write_tiny_model(tmp_path / "other.gguf", seed=1)
    with pytest.raises(Refused, match=r"tiny belongs to a model file with another SHA-256.*--name"):
        add_model(desk, other, "tiny")
    assert desk.execute(ListModels()).models == (added,)
    assert [event["outcome"] for event in events(study_folder, "model.refused")] == ["refused"]
    assert add_model(desk, other, "second").name == "second"
    assert [model.name for model in desk.execute(ListModels()).models] == ["tiny", "second"]


def test_a_file_of_a_registered_size_is_still_another_file(desk: LocalDesk, model: Path, tmp_path: Path) -> None:
    add_model(desk, model)
    other = write_tiny_model(tmp_path / "other.gguf", seed=1)
    assert other.stat().st_size == model.stat().st_size
    with pytest.raises(Refused, match="is not registered in this study; run: workbench models add FILE"):
        registered_model(desk, str(other))


def test_known_files_are_recognised_by_their_digest_and_by_nothing_else() -> None:
    for known in known_models():
        assert recognise(known.sha256) == known
        assert f"recognised as {known.name}" in what_it_is("renamed.gguf", 1, known.sha256)
        assert lookalike(known.file, known.bytes, known.sha256) is None
        for file, size in ((known.file.upper(), 1), ("renamed.gguf", known.bytes)):
            assert recognise("0" * 64) is None
            assert lookalike(file, size, "0" * 64) == known
            assert f"this could be {known.name}, but it is NOT that file" in what_it_is(file, size, "0" * 64)
    assert "not a known file, which is fine" in what_it_is("tiny.gguf", 1, "0" * 64)


def test_the_model_file_of_the_paper_has_its_name(desk: LocalDesk) -> None:
    digest = "3e0039fd0273fcbebb49228943b17831aadd55cbcbf56f0af00499be2040ccf9"
    outcome = desk.execute(RegisterModel(path="/models/m.gguf", bytes=4_368_439_584, digest=digest))
    assert outcome.status == "added"
    assert outcome.model.name == outcome.model.known == "mistral-7b-instruct-v0.2.Q4_K_M"


def test_a_file_that_only_has_a_known_name_is_warned_of_and_gets_none(
    desk: LocalDesk, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = known_models()[0]
    added = add_model(desk, Path(shutil.copy(tiny_model, tmp_path / known.file)))
    assert (added.known, added.name) == (None, f"model-{added.digest[:8]}")
    told = capsys.readouterr().out
    assert f"it is NOT that file: its SHA-256 is {added.digest}, not {known.sha256}" in told
    assert "recognised" not in told


def test_paraphrase_takes_a_registered_model_by_name_and_no_other_file(waiting: Path, model: Path, run: Run) -> None:
    here = ("--study", str(waiting))

    def refused(*words: str, model: str) -> None:
        done = run("paraphrase", "--model", model, "--threads", "1", *here)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert all(word in done.stderr for word in words), done.stderr
        assert not events(waiting, "run.started")

    refused("is not registered in this study; run: workbench models add FILE", model=str(model))
    refused("no model named tiny", "workbench models list", model="tiny")
    added = run("models", "add", str(model), "--name", "tiny", *here)
    assert added.returncode == 0, added.stderr
    assert "not a known file, which is fine" in added.stdout
    assert added.stdout.endswith("Registered as tiny; use it with: workbench paraphrase --model tiny\n")
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    listed = run("models", "list", *here).stdout
    assert all(part in listed for part in ("tiny", str(model), digest))

    change_one_byte(model)
    refused("no longer the file that was registered as tiny", model="tiny")
    assert [event["object_id"] for event in events(waiting, "model.refused")] == ["tiny"]
    change_one_byte(model)
    done = run("paraphrase", "--model", "tiny", "--threads", "1", *here)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [event["details"]["model_digest"] for event in events(waiting, "exchange.created")] == [digest] * 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("add", "/nonexistent.gguf"), "/nonexistent.gguf cannot be read; check the path"),
        (("add", "/nonexistent.gguf", "--name", "Ada's model"), "A model's name may hold letters"),
    ],
)
def test_a_mistake_at_models_add_ends_in_one_sentence(
    given: tuple[str, ...], told: str, study_folder: Path, run: Run
) -> None:
    done = run("models", *given, "--study", str(study_folder))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert told in done.stderr


def test_one_command_reads_the_model_file_through_once(waiting: Path, model: Path) -> None:
    # Opened by us, that is: llama.cpp maps the file from C, which the hook does not see.
    script = (
        "import atexit, sys\n"
        f"opened, model = [], {str(model)!r}\n"
        "watch = lambda event, given: event == 'open' and str(given[0]) == model and opened.append(1)\n"
        "sys.addaudithook(watch)\n"
        "atexit.register(lambda: print('opened', len(opened)))\n"
        "from workbench.cli.main import main\n"
        "main()\n"
    )
    for command in (["models", "add", str(model)], ["paraphrase", "--model", str(model), "--threads", "1"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *command, "--study", str(waiting)],
            env={**os.environ, "WORKBENCH_KEY": KEY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("opened 1\n")
