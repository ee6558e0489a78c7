"""The judge: complete ratings or none, nothing twice, nothing to a host that was not allowed."""

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cli import main
from eval.endpoint import Unusable, check_host
from eval.errors import EvalError
from eval.judge import parse
from eval.stub import STUB_MODEL, stub_reply
from policies.rubric import load_rubric

pytest.importorskip("openai")

RUBRIC = load_rubric().rubric
GOOD: dict[str, Any] = {"explanation": "Fine.", "ratings": dict.fromkeys(RUBRIC.keys, 7)}


def judge(answers: Path, questions: Path, endpoint: str, out: Path, *more: str) -> int:
    files = ["--answers", str(answers), "--questions", str(questions), "--out", str(out)]
    return main(["judge", *files, "--endpoint", endpoint, "--model", STUB_MODEL, "--retries", "0", *more])


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def rated(**changes: Any) -> str:
    return json.dumps({"explanation": "Fine.", "ratings": {**GOOD["ratings"], **changes}})


def lacking(key: str) -> str:
    return json.dumps({"explanation": "Fine.", "ratings": {k: 7 for k in RUBRIC.keys if k != key}})


BAD = {
    "missing rating": lacking("safety_trustworthiness"),
    "missing overall": lacking("overall"),
    "word": rated(active_listening="seven"),
    "number as text": rated(active_listening="7"),
    "null": rated(active_listening=None),
    "list": rated(active_listening=[7]),
    "true": rated(active_listening=True),
    "fraction": rated(active_listening=7.5),
    "float": rated(active_listening=7.0),
    "zero": rated(active_listening=0),
    "eleven": rated(active_listening=11),
    "negative": rated(active_listening=-3),
    "not a number": rated(active_listening=float("nan")),
    "unknown metric": rated(humour=7),
    "twice": rated().replace('"overall": 7', '"overall": 7, "overall": 3'),
    "no reasons": json.dumps({"ratings": GOOD["ratings"]}),
    "empty reasons": json.dumps({"explanation": " ", "ratings": GOOD["ratings"]}),
    "ratings before reasons": json.dumps({"ratings": GOOD["ratings"], "explanation": "Fine."}),
    "prose": "Active Listening: 7, Empathy & Validation: 8",
    "prose around it": "Here you are: " + rated(),
    "cut off": rated()[:-4],
    "list of ratings": "[7, 7, 7, 7, 7, 7, 7, 7]",
    "empty": "",
}


@pytest.mark.parametrize("reply", BAD.values(), ids=BAD.keys())
def test_a_reply_that_is_no_complete_judgement_fails_and_the_others_count(
    reply: str,
    serve: Callable[..., str],
    questions: Path,
    answers: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def mostly(request: dict[str, Any]) -> str:
        return reply if "tuned says 3" in request["messages"][0]["content"] else rated()

    out = tmp_path / "ratings.jsonl"
    assert judge(answers, questions, serve(mostly), out) == 1
    said = capsys.readouterr()
    assert "7 answers rated" in said.out
    assert "1 failed" in said.out
    (failed,) = [row for row in rows(out) if row["status"] == "failed"]
    assert (failed["question_id"], failed["model_id"], failed["ratings"]) == (3, "tuned", {})
    assert failed["reason"]


@given(
    st.none() | st.booleans() | st.floats() | st.integers(-2, 13) | st.text() | st.lists(st.integers(1, 10), max_size=2)
)
def test_only_whole_numbers_from_1_to_10_and_not_applicable_are_ratings(value: Any) -> None:
    reply = rated(holistic_approach=value)
    if type(value) is int and 1 <= value <= 10:
        assert parse(reply, RUBRIC).ratings["holistic_approach"] == value
    elif value == "not applicable":
        assert parse(reply, RUBRIC).ratings["holistic_approach"] is None
    else:
        with pytest.raises(Unusable):
            parse(reply, RUBRIC)


def test_not_applicable_is_kept_as_such() -> None:
    assert parse(rated(overall="not applicable"), RUBRIC).ratings["overall"] is None


def test_the_judge_is_asked_once_per_answer_with_the_rubric_and_the_last_answer_counts(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path
) -> None:
    requests: list[dict[str, Any]] = []

    def listen(request: dict[str, Any]) -> str:
        requests.append(request)
        return rated()

    assert judge(answers, questions, serve(listen), tmp_path / "ratings.jsonl") == 0
    prompts = [request["messages"][0]["content"] for request in requests]
    assert len(prompts) == 8
    assert not any("an earlier answer" in prompt for prompt in prompts)
    assert all(metric.name in prompts[0] and metric.meaning in prompts[0] for metric in RUBRIC.metrics)
    assert all(f"\n{score}: {anchor}" in prompts[0] for score, anchor in RUBRIC.anchors.items())
    assert requests[0]["response_format"]["json_schema"]["schema"] == RUBRIC.judgement_schema()
    assert requests[0]["temperature"] == 0


def test_a_run_that_broke_off_goes_on_without_rating_anything_twice(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ratings.jsonl"
    assert judge(answers, questions, serve(), out) == 0
    whole = out.read_bytes()
    lines = whole.splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:3]) + lines[3][:40])  # the crash came in the middle of the fourth row
    asked = []

    def count(request: dict[str, Any]) -> str:
        asked.append(request)
        return stub_reply(request)

    assert judge(answers, questions, serve(count), out) == 0
    assert len(asked) == 5
    assert out.read_bytes() == whole
    assert "3 were rated before" in capsys.readouterr().out


def test_a_failed_answer_is_tried_again_and_a_changed_answer_is_rated_anew(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ratings.jsonl"

    def mostly(request: dict[str, Any]) -> str:
        return "no" if "plain says 2" in str(request) else rated()

    assert judge(answers, questions, serve(mostly), out) == 1
    assert judge(answers, questions, serve(), out) == 0
    assert len(rows(out)) == 9
    answers.write_text(answers.read_text().replace("tuned says 4", "tuned now says 4"))
    assert judge(answers, questions, serve(), out) == 0
    assert [row["question_id"] for row in rows(out)[9:]] == [4]


def test_two_runs_cannot_write_the_same_file(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, endpoint = tmp_path / "ratings.jsonl", serve()
    second: list[int] = []

    def during(request: dict[str, Any]) -> str:
        if not second:
            second.append(2)
            second[0] = judge(answers, questions, endpoint, out)
        return rated()

    assert judge(answers, questions, serve(during), out) == 0
    assert second == [2]
    assert len(rows(out)) == 8
    assert "another run" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "http://judge.example.org/v1",
        "http://127.0.0.1@judge.example.org/v1",
        "http://127.0.0.1.example.org/v1",
        "http://10.0.0.7:8000/v1",
        "http://0.0.0.0:8000/v1",
        "http://localhost.example.org/v1",
        "http://[2001:db8::1]/v1",
        "ftp://127.0.0.1/v1",
        "127.0.0.1:8000",
        "http://[::1/v1",
        "http://127.0.0.1:99999999/v1",
    ],
)
def test_no_other_machine_is_an_endpoint_unless_allowed_by_name(url: str) -> None:
    with pytest.raises(EvalError, match="--endpoint"):
        check_host(url, [])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v1", "http://localhost/v1", "https://[::1]:8000/v1", "http://127.9.9.9"]
)
def test_this_machine_is_always_an_endpoint(url: str) -> None:
    check_host(url, [])


def test_allowing_one_host_allows_no_other() -> None:
    check_host("https://Judge.example.org/v1", ["judge.example.org"])
    with pytest.raises(EvalError):
        check_host("https://other.example.org/v1", ["judge.example.org"])


def test_not_a_byte_leaves_for_a_host_that_was_not_allowed(
    questions: Path, answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection or look-up was tried")

    monkeypatch.setattr(socket, "getaddrinfo", tell)
    monkeypatch.setattr(socket.socket, "connect", tell)
    out = tmp_path / "ratings.jsonl"
    assert judge(answers, questions, "http://judge.example.org/v1", out) == 2
    assert not out.exists()
    assert "--allow-host judge.example.org" in capsys.readouterr().err


def test_a_redirect_is_not_followed_and_no_proxy_is_used(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def elsewhere(request: dict[str, Any]) -> str:
        asked.append(request)
        return rated()

    target = serve(elsewhere)

    class Redirect(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", f"{target}/chat/completions")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    monkeypatch.setenv("HTTP_PROXY", target)
    monkeypatch.setenv("ALL_PROXY", target)
    with HTTPServer(("127.0.0.1", 0), Redirect) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        outcome = judge(answers, questions, f"http://127.0.0.1:{server.server_port}/v1", tmp_path / "ratings.jsonl")
        server.shutdown()
        thread.join()
    assert outcome == 1
    assert asked == []


def refused() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


def test_an_endpoint_that_is_not_there_ends_in_one_sentence(
    questions: Path, answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(answers, questions, refused(), tmp_path / "ratings.jsonl") == 2
    assert "cannot be reached" in capsys.readouterr().err


def test_a_transport_that_fails_at_first_is_tried_again(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path
) -> None:
    seen: set[str] = set()

    def stumble(request: dict[str, Any]) -> str:
        prompt = request["messages"][0]["content"]
        if "plain says 1" in prompt and prompt not in seen:
            seen.add(prompt)
            raise ConnectionAbortedError
        return rated()

    outcome = judge(answers, questions, serve(stumble), tmp_path / "ratings.jsonl", "--retries", "1")
    assert outcome == 0
    assert seen


def test_an_unknown_model_ends_in_one_sentence(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ratings.jsonl"
    assert judge(answers, questions, serve(), out, "--model", "other") == 2
    assert "--model" in capsys.readouterr().err
    assert out.read_bytes() == b""


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "no rows"),
        (b"\xff\xfe", "UTF-8"),
        (b"not json: my secret\n", "line 1"),
        (b'{"question_id": 1, "model_id": "m"}\n', "choices"),
        (b'{"question_id": 1, "model_id": "m", "choices": []}\n', "choices"),
        (b'["my secret"]\n', "line 1"),
        (None, "cannot be read"),
    ],
)
def test_a_file_of_another_shape_is_named_with_its_line_and_never_quoted(
    content: bytes | None, named: str, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jsonl"
    if content is not None:
        bad.write_bytes(content)
    assert judge(bad, questions, "http://127.0.0.1:9/v1", tmp_path / "ratings.jsonl") == 2
    err = capsys.readouterr().err
    assert "bad.jsonl" in err
    assert named in err
    assert "secret" not in err
    assert "Traceback" not in err


def test_answers_to_other_questions_are_left_out_and_said_to_be(
    serve: Callable[..., str], questions: Path, answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions.write_text("".join(questions.read_text().splitlines(keepends=True)[:3]))
    assert judge(answers, questions, serve(), tmp_path / "ratings.jsonl") == 0
    said = capsys.readouterr().out
    assert "6 answers rated" in said
    assert "2 answers were left out" in said


def test_the_published_answers_are_judged_whole(
    shared_judge: Path, serve: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ratings.jsonl"
    answers = shared_judge / "answers" / "vicuna-7b-v1.5.jsonl"  # 400 rows for 200 ids, as published
    assert judge(answers, shared_judge / "questions.jsonl", serve(), out) == 0
    assert "200 answers rated" in capsys.readouterr().out
    assert main(["report", "--ratings", str(out), "--base", rows(out)[0]["model_id"]]) == 0
