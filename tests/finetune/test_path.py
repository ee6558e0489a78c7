"""The whole second half: bundle, adapter, answers of base and adapter, judged, reported."""

import json
import threading
from pathlib import Path

import pytest

from eval.cli import main as evaluate
from eval.stub import STUB_MODEL, stub_server
from finetune.cli import main as finetune

pytest.importorskip("bitsandbytes")
pytest.importorskip("openai")


def test_a_bundle_becomes_an_adapter_and_a_judged_report(
    release: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, ratings = str(tmp_path / "run"), str(tmp_path / "ratings.jsonl")
    arguments = ["--release", str(release), "--base", str(base), "--out", run, "--recipe", "paper", "--max-steps", "2"]
    assert finetune(["train", *arguments]) == 0
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps({"question_id": i, "turns": [f"Why {i}?"]}) + "\n" for i in range(6)))
    before, after = str(tmp_path / "before.jsonl"), str(tmp_path / "after.jsonl")
    ask = ["answer", "--base", str(base), "--questions", str(questions), "--max-new-tokens", "8"]
    assert evaluate([*ask, "--instruction-of", run, "--out", before]) == 0
    assert evaluate([*ask, "--adapter", run, "--out", after]) == 0

    with stub_server(0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        where = ["--endpoint", f"http://127.0.0.1:{server.server_port}/v1", "--model", STUB_MODEL]
        files = ["--answers", before, "--answers", after, "--questions", str(questions), "--out", ratings]
        outcome = evaluate(["judge", *files, *where])
        server.shutdown()
        thread.join()
    assert outcome == 0
    capsys.readouterr()
    assert evaluate(["report", "--ratings", ratings, "--base", "tiny"]) == 0
    report = capsys.readouterr().out
    assert "run against tiny" in report
    assert "STUB" in report


def test_an_adapter_of_another_base_is_refused(
    release: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    arguments = ["--release", str(release), "--base", str(base), "--out", str(run), "--max-steps", "1"]
    assert finetune(["train", *arguments]) == 0
    from finetune.tiny import tiny_base

    tiny_base(other, seed=1)
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question_id": 1, "turns": ["Why?"]}\n')
    out = tmp_path / "answers.jsonl"
    ask = ["answer", "--base", str(other), "--adapter", str(run), "--questions", str(questions), "--out", str(out)]
    assert evaluate(ask) == 2
    assert "another base" in capsys.readouterr().err
    assert not out.exists()
