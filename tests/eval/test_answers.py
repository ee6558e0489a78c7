"""Answers of a model in files of FastChat's shape, without a network, the same after an interruption."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cli import main

pytest.importorskip("bitsandbytes")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from finetune.tiny import tiny_base

    folder = tmp_path_factory.mktemp("bases") / "tiny"
    tiny_base(folder)
    return folder


def answer(base: Path, questions: Path, out: Path, *more: str) -> int:
    files = ["--base", str(base), "--questions", str(questions), "--out", str(out)]
    return main(["answer", *files, "--max-new-tokens", "8", *more])


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_question_gets_one_answer_in_fastchats_shape(base: Path, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    assert answer(base, questions, out) == 0
    assert [row["question_id"] for row in rows(out)] == [1, 2, 3, 4]
    assert {row["model_id"] for row in rows(out)} == {"tiny"}
    assert all(isinstance(row["choices"][0]["turns"][0], str) for row in rows(out))


def test_an_interrupted_run_ends_with_the_answers_of_a_whole_one(base: Path, questions: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    assert answer(base, questions, whole) == 0
    lines = whole.read_bytes().splitlines(keepends=True)
    cut.write_bytes(lines[0] + lines[1] + lines[2][:30])
    assert answer(base, questions, cut) == 0
    assert cut.read_bytes() == whole.read_bytes()


def test_sampling_follows_the_seed_and_greedy_does_not(base: Path, questions: Path, tmp_path: Path) -> None:
    texts = {}
    for name, more in {
        "one": ["--seed", "1"],
        "two": ["--seed", "2"],
        "greedy": ["--greedy", "--seed", "1"],
        "again": ["--greedy", "--seed", "2"],
    }.items():
        assert answer(base, questions, tmp_path / name, "--limit", "2", *more) == 0
        texts[name] = [row["choices"] for row in rows(tmp_path / name)]
    assert texts["one"] != texts["two"]
    assert texts["greedy"] == texts["again"]


def test_answers_of_two_settings_do_not_mix_in_one_file(
    base: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "answers.jsonl"
    assert answer(base, questions, out, "--limit", "1") == 0
    before = out.read_bytes()
    assert answer(base, questions, out, "--seed", "7") == 2
    assert "--out" in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (["--base", "/nowhere"], "/nowhere"),
        (["--adapter", "/nowhere"], "finished"),
        (["--instruction-of", "/nowhere"], "finished"),
        (["--questions", "/nowhere"], "/nowhere"),
        (["--recipe", "papr"], "'paper'"),
    ],
)
def test_a_mistake_ends_in_a_sentence_that_names_it(
    change: list[str], named: str, base: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(base, questions, tmp_path / "answers.jsonl", *change) == 2
    err = capsys.readouterr().err
    assert named in err
    assert "Traceback" not in err
    assert not (tmp_path / "answers.jsonl").exists()


def test_a_question_longer_than_the_base_can_read_is_named(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = tmp_path / "long.jsonl"
    long.write_text(json.dumps({"question_id": "q7", "turns": ["secret " * 5000]}) + "\n")
    assert answer(base, long, tmp_path / "answers.jsonl") == 2
    err = capsys.readouterr().err
    assert "q7" in err
    assert "secret" not in err
