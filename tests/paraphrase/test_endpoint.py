"""An OpenAI-compatible engine on the site: order, concurrency, resuming, and where the policy lets pages go."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from policies import LoadedPolicy, parse_policy
from policies.hosts import host_of, is_allowed
from tests.command import KEY
from tests.conftest import SECRET, add_text
from workbench.desk.commands import ListQueue
from workbench.desk.local import LocalDesk
from workbench.desk.views import PageJob
from workbench.errors import BackendError, HostRefused
from workbench.paraphrase.run import paraphrase
from workbench.study.opening import create_study

pytest.importorskip("openai", reason="needs the extra `llm`")

from workbench.paraphrase.endpoint import Endpoint

ANSWER = "Caregiver: Page {}. I am worn out.\nCoach: I hear you, and you are not alone in it."


class Engine(ThreadingHTTPServer):
    """A stub of an engine: it answers with the number that stands in the page, the later pages sooner."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[int] = []
        self.now = self.most = 0
        self.failures = 0
        self.lock = threading.Lock()
        self.delay = 0.0
        # None is answered with a refusal that is not worth another try.
        self.answer: Callable[[int, str], str | None] = lambda number, request: ANSWER.format(number)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Engine

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = body["messages"][0]["content"]
        number = int(re.search(r"page number (\d+)", content)[1])  # type: ignore[index]
        with self.server.lock:
            self.server.asked.append(number)
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
            fail = self.server.failures > 0
            self.server.failures -= fail
        time.sleep(self.server.delay * (1 + (number % 3)))
        with self.server.lock:
            self.server.now -= 1
        answer = self.server.answer(number, content)
        reply = {"choices": [{"message": {"content": answer}}]}
        sent = json.dumps({"error": "busy"} if fail else reply).encode()
        self.send_response(503 if fail else 401 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def study_folder(tmp_path: Path, policy_once: LoadedPolicy) -> Path:
    """An empty study; the stub's answers are short, and are taken as they are."""
    create_study(tmp_path / "study", policy_once, SECRET, "tester")
    return tmp_path / "study"


@pytest.fixture
def engine() -> Iterator[Engine]:
    server = Engine()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def backend(policy: LoadedPolicy, engine: Engine) -> Iterator[Endpoint]:
    made = Endpoint(policy.policy, engine.url, "mistral", in_flight=8)
    yield made
    made.close()


def jobs(count: int) -> list[tuple[PageJob, int]]:
    return [
        (PageJob(page=n, session=1, number=n, text=f"page number {n}", words=3, findings=()), n)
        for n in range(1, count + 1)
    ]


def test_answers_come_in_the_order_of_the_pages_and_no_more_are_asked_for_than_allowed(
    backend: Endpoint, engine: Engine
) -> None:
    engine.delay = 0.01
    outputs = list(backend.generate_many(jobs(40)))
    assert outputs == [ANSWER.format(n) for n in range(1, 41)]
    assert 2 <= engine.most <= 8


def test_a_busy_engine_is_asked_again(backend: Endpoint, engine: Engine) -> None:
    engine.failures = 2
    assert list(backend.generate_many(jobs(3))) == [ANSWER.format(n) for n in (1, 2, 3)]
    assert len(engine.asked) == 5


def test_an_engine_that_is_not_there_ends_in_one_sentence(
    policy: LoadedPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.paraphrase.endpoint.RETRIES", 0)
    made = Endpoint(policy.policy, "http://127.0.0.1:9/v1", "mistral")
    with pytest.raises(BackendError, match="cannot be reached"):
        list(made.generate_many(jobs(2)))
    made.close()


def events(desk: LocalDesk, action: str) -> list[dict]:
    desk.close()
    lines = [p.read_text().splitlines() for p in sorted((desk._study.folder.root / "mirror").glob("*.jsonl"))]
    return [e for each in lines for e in map(json.loads, each) if e["action"] == action]


def test_every_page_is_announced_in_the_log_before_it_is_sent(
    desk_over: Callable[..., LocalDesk], backend: Endpoint, engine: Engine, tmp_path: Path
) -> None:
    desk = desk_over()
    for n in (1, 2, 3):
        add_text(desk, tmp_path, f"Coach: Hello.\nCaregiver: This is page number {n}.\n", f"{n}.txt")
    tally = paraphrase(desk, backend, 42, lambda run, tally: None)
    assert tally.pages == 3
    assert desk.execute(ListQueue()).total == 3
    sent = events(desk, "page.sent")
    assert [(e["object_id"], e["details"]["host"]) for e in sent] == [(str(n), "127.0.0.1") for n in (1, 2, 3)]
    created = events(desk, "exchange.created")
    assert max(e["sequence"] for e in sent) < min(e["sequence"] for e in created)


def test_a_run_that_broke_off_goes_on_where_it_stopped(
    desk_over: Callable[..., LocalDesk], backend: Endpoint, engine: Engine, tmp_path: Path
) -> None:
    desk = desk_over()
    for n in range(1, 7):
        add_text(desk, tmp_path, f"Coach: Hello.\nCaregiver: This is page number {n}.\n", f"{n}.txt")
    assert paraphrase(desk, backend, 42, lambda run, tally: None, limit=2).pages == 2
    assert paraphrase(desk, backend, 42, lambda run, tally: None).pages == 4
    assert sorted(engine.asked) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("url", "host", "allowed"),
    [
        ("http://127.0.0.1:8000/v1", "127.0.0.1", True),
        ("http://[::1]:8000/v1", "::1", True),
        ("http://localhost/v1", "localhost", True),
        ("https://engine.hospital.internal/v1", "engine.hospital.internal", True),
        ("https://evil.example/v1", "evil.example", False),
        ("https://127.0.0.1.evil.example/v1", "127.0.0.1.evil.example", False),
        ("ftp://127.0.0.1/", None, False),
        ("http://me@127.0.0.1/", None, False),
        ("http://127.0.0.1:99999/", None, False),
    ],
)
def test_only_this_machine_and_named_hosts_are_allowed(url: str, host: str | None, allowed: bool) -> None:
    assert host_of(url) == host
    assert (host is not None and is_allowed(host, ["engine.hospital.internal"])) is allowed


def test_the_policy_names_the_hosts(policy: LoadedPolicy) -> None:
    named = parse_policy(policy.body.replace("paraphrase:\n", "paraphrase:\n  hosts: [engine.internal]\n"), "test")
    Endpoint(named.policy, "http://engine.internal:8000/v1", "m").close()
    with pytest.raises(HostRefused, match="which the policy does not allow"):
        Endpoint(policy.policy, "http://engine.internal:8000/v1", "m")


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_a_refused_host_leaves_an_event_and_no_packet(tmp_path: Path, policy: LoadedPolicy) -> None:
    import os

    create_study(tmp_path / "study", policy, SECRET, "tester")
    trace = tmp_path / "trace"
    command = ["paraphrase", "--study", tmp_path / "study", "--endpoint", "https://evil.example/v1", "--model", "m"]
    watched = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", trace]
    done = subprocess.run(
        [*watched, sys.executable, "-m", "workbench", *command],
        env=os.environ | {"WORKBENCH_KEY": KEY},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert "evil.example, which the policy does not allow, so nothing was sent" in done.stderr
    assert not re.search(r"AF_INET|AF_INET6", trace.read_text())
    mirror = "".join(p.read_text() for p in (tmp_path / "study/mirror").glob("*.jsonl"))
    (refused,) = [e for e in map(json.loads, mirror.splitlines()) if e["action"] == "host.refused"]
    assert (refused["details"]["host"], refused["outcome"]) == ("evil.example", "refused")
