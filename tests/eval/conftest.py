"""Questions, answers and judges on loopback for these tests."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.stub import Reply, stub_reply, stub_server

os.environ.setdefault("OMP_NUM_THREADS", "1")  # a tiny model gains nothing from threads, and loses on a busy machine

Serve = Callable[..., str]


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def answer_row(question: int, model: str, text: str) -> dict[str, Any]:
    return {"question_id": question, "model_id": model, "choices": [{"index": 0, "turns": [text]}]}


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Four questions."""
    rows = [{"question_id": i, "category": "generic", "turns": [f"Question number {i}?"]} for i in range(1, 5)]
    return write_lines(tmp_path / "questions.jsonl", rows)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Answers of two models to the four questions; one question was answered twice."""
    rows = [answer_row(i, model, f"{model} says {i}") for model in ("plain", "tuned") for i in range(1, 5)]
    return write_lines(tmp_path / "answers.jsonl", [answer_row(1, "plain", "an earlier answer"), *rows])


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a stub judge on a free loopback port, with a reply of the test's own if given; returns its address."""
    servers = []

    def start(reply: Reply = stub_reply) -> str:
        server = stub_server(0, reply)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def shared_judge() -> Path:
    """The paper's questions and published answers, where they are at hand."""
    shared = Path(os.environ.get("WORKBENCH_SHARED", Path(__file__).parents[3] / "shared"))
    folder = shared / "data" / "judge"
    if not folder.is_dir():
        pytest.skip("needs the shared judging data (set WORKBENCH_SHARED)")
    return folder
