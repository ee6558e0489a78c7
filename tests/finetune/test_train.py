"""Training runs: real 4-bit QLoRA on a tiny base, from a verified bundle and from nothing else."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from finetune.cli import main

pytest.importorskip("bitsandbytes")


def train(release: Path, base: Path, out: Path, *more: str) -> int:
    return main(["train", "--release", str(release), "--base", str(base), "--out", str(out), *more])


def record(run: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((run / "run.json").read_text())
    return loaded


def test_a_run_leaves_an_adapter_that_loads_and_a_record(
    release: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert train(release, base, run, "--recipe", "paper", "--max-steps", "3") == 0

    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    bare = AutoModelForCausalLM.from_pretrained(base, local_files_only=True)
    ids = torch.tensor([[5, 6, 7]])
    before = bare(ids).logits.detach().clone()
    tuned = PeftModel.from_pretrained(bare, str(run / "adapter"), local_files_only=True)
    assert not torch.equal(before, tuned(ids).logits), "the adapter changes nothing"
    assert "### Answer" in AutoTokenizer.from_pretrained(run / "adapter", local_files_only=True).chat_template

    facts = record(run)
    assert facts["state"] == "finished"
    assert facts["steps"] == 3
    assert facts["examples"] == {"train": 16, "held_out": 0, "source_cut": 0, "target_cut": 0}
    losses = facts["losses"]
    assert isinstance(losses, list)
    assert losses[-1]["loss"] < losses[0]["loss"]
    weights = sum(p.numel() for name, p in tuned.named_parameters() if "lora_" in name)
    parameters = facts["parameters"]
    assert isinstance(parameters, dict)
    assert parameters["trainable"] == weights
    assert parameters["base"] == sum(p.numel() for name, p in tuned.named_parameters() if "lora_" not in name)
    said = capsys.readouterr().out
    assert f"{weights:,}" in said
    if not torch.cuda.is_available():
        assert "without paging" in said
    everything = b"".join(file.read_bytes() for file in run.rglob("*") if file.is_file())
    assert b"caring for my mother for two years" not in everything
    assert str(base).encode() not in everything


def test_the_base_is_really_trained_in_four_bits(base: Path) -> None:
    import bitsandbytes
    import torch

    from finetune.train import _libraries, _load_model
    from policies.recipes import load_recipe

    model, count = _load_model(_libraries(), base, load_recipe("paper").recipe, 0)
    layers = [m for m in model.modules() if isinstance(m, bitsandbytes.nn.Linear4bit)]
    assert len(layers) == 14
    assert {(m.weight.quant_state.quant_type, m.weight.quant_state.nested) for m in layers} == {("nf4", True)}
    assert {m.compute_dtype for m in layers} == {torch.bfloat16}
    assert count.stored == sum(p.numel() for name, p in model.named_parameters() if "lora_" not in name)


def test_our_recipe_holds_rows_out_and_keeps_the_best(release: Path, base: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert train(release, base, run, "--recipe", "ours", "--max-steps", "2") == 0
    facts = record(run)
    assert facts["examples"] == {"train": 14, "held_out": 2, "source_cut": 0, "target_cut": 0}
    losses = facts["losses"]
    assert isinstance(losses, list)
    assert facts["best_held_out_loss"] == min(entry["eval_loss"] for entry in losses if "eval_loss" in entry)


def test_a_run_that_is_interrupted_and_continued_ends_as_if_it_had_not_been(
    make_release: Callable[[int, int], Path], base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = make_release(40, 2)
    cut, whole = tmp_path / "cut", tmp_path / "whole"

    def interrupt() -> None:
        while not (cut / "checkpoints" / "checkpoint-1").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt)
    watcher.start()
    assert train(release, base, cut, "--recipe", "paper", "--max-steps", "4") == 130
    watcher.join()
    assert "--resume" in capsys.readouterr().err
    assert record(cut)["steps"] in (1, 2, 3)
    assert train(release, base, cut, "--recipe", "paper", "--max-steps", "4") == 2, "not without --resume"
    assert train(release, base, cut, "--recipe", "paper", "--max-steps", "3", "--resume") == 2, "another run"
    assert train(release, base, cut, "--recipe", "paper", "--max-steps", "4", "--resume") == 0
    assert train(release, base, whole, "--recipe", "paper", "--max-steps", "4") == 0
    weights = [(run / "adapter" / "adapter_model.safetensors").read_bytes() for run in (cut, whole)]
    assert weights[0] == weights[1]
    assert not (cut / "checkpoints").exists()


def test_a_run_killed_before_or_within_its_first_checkpoint_starts_over(
    release: Path, base: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert train(release, base, run, "--recipe", "paper", "--max-steps", "1") == 0
    facts = record(run)
    (run / "run.json").write_text(json.dumps({**facts, "state": "unfinished"}))  # as a kill leaves it
    assert train(release, base, run, "--recipe", "paper", "--max-steps", "1", "--resume") == 0
    (run / "run.json").write_text(json.dumps({**facts, "state": "unfinished"}))
    (run / "checkpoints" / "checkpoint-1").mkdir(parents=True)
    (run / "checkpoints" / "checkpoint-1" / "adapter_model.safetensors").write_bytes(b"half")
    assert train(release, base, run, "--recipe", "paper", "--max-steps", "1", "--resume") == 0
    assert record(run)["state"] == "finished"


def tampered(release: Path) -> Path:
    data = next(release.rglob("*.parquet"))
    data.write_bytes(data.read_bytes()[:-1] + b"x")
    return release


def with_extra_file(release: Path) -> Path:
    (release / "notes.txt").write_text("more")
    return release


def plain_folder(release: Path) -> Path:
    folder = release.parent / "plain"
    folder.mkdir()
    (folder / "train.parquet").write_bytes(next(release.rglob("*.parquet")).read_bytes())
    return folder


def study(release: Path) -> Path:
    folder = release.parent / "study"
    folder.mkdir()
    (folder / "policy.yaml").write_text("name: x\n")
    (folder / "store.duckdb").write_bytes(b"\0" * 64)
    return folder


@pytest.mark.parametrize("spoil", [tampered, with_extra_file, plain_folder, study])
def test_nothing_but_an_intact_bundle_is_trained_on(
    spoil: Callable[[Path], Path], release: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(spoil(release), base, tmp_path / "run") == 2
    assert not (tmp_path / "run").exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


def test_a_release_with_another_digest_than_the_one_asked_for_is_refused(
    release: Path, base: Path, tmp_path: Path
) -> None:
    assert train(release, base, tmp_path / "run", "--release-digest", "f" * 64) == 2
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (["--recipe", "papr"], "'paper'"),
        (["--config", "synthetic"], "synthetic"),
        (["--resume"], "--resume"),
        (["--base", "/nowhere"], "--base"),
        (["--max-steps", "0"], "--max-steps"),
    ],
)
def test_a_mistake_ends_in_a_sentence_that_names_it_and_writes_nothing(
    change: list[str], named: str, release: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(release, base, tmp_path / "run", *change) == 2
    err = capsys.readouterr().err
    assert named in err
    assert "Traceback" not in err
    assert not (tmp_path / "run").exists()


def test_a_folder_that_is_in_use_for_something_else_is_left_alone(release: Path, base: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert train(release, base, tmp_path / "mine") == 2
    assert [f.name for f in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_pickled_weights_are_not_loaded(release: Path, base: Path, tmp_path: Path) -> None:
    copy = tmp_path / "pickled"
    copy.mkdir()
    for file in base.iterdir():
        (copy / file.name.replace(".safetensors", ".bin")).write_bytes(file.read_bytes())
    assert train(release, copy, tmp_path / "run") == 2


def test_the_command_writes_nothing_into_the_home_folder(release: Path, base: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "finetune", "train", "--release", release, "--base", base, "--recipe", "paper"]
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "XDG_", "TRANSFORMERS_"))}
    done = subprocess.run(
        [*map(str, command), "--out", str(tmp_path / "run"), "--max-steps", "1"],
        env={**keep, "HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(home.rglob("*")) == []
