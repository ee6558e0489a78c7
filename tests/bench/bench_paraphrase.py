"""Speed of the paraphrase backends, as ratios measured in one run: `make bench`."""

import time
from pathlib import Path
from typing import Any

from policies import load_policy
from tests.paraphrase.conftest import write_tiny_model
from tests.paraphrase.test_endpoint import Engine, jobs
from workbench.desk.views import PageJob
from workbench.paraphrase.endpoint import Endpoint
from workbench.paraphrase.llama_cpp import LlamaCpp

POLICY = load_policy("mentalchat16k").policy
PAGES = 12
LATENCY = 0.2


def pages() -> list[PageJob]:
    text = "{}. Coach: How was the week?\nCaregiver: I sleep badly, number {}, and nobody comes to help me. " * 4
    return [
        PageJob(page=n, session=1, number=n, text=text.replace("{}", str(n)), words=80, findings=())
        for n in range(1, PAGES + 1)
    ]


def test_pages_through_the_local_model_against_bare_calls_of_its_library(tmp_path: Path) -> None:
    rules = POLICY.model_copy(update={"paraphrase": POLICY.paraphrase.model_copy(update={"max_tokens": 64})})
    backend = LlamaCpp(rules, write_tiny_model(tmp_path / "tiny.gguf"), threads=2)
    work = pages()
    backend.generate(work[0], 0)
    began = time.perf_counter()
    for job in work:
        backend.generate(job, job.page)
    ours = time.perf_counter() - began
    model: Any = backend._model
    requests = [backend._request(job.text) for job in work]
    began = time.perf_counter()
    for job, request in zip(work, requests, strict=True):
        model.create_completion(
            request, max_tokens=64, seed=job.page, stop=backend._stop, grammar=backend._grammar, **backend._sampling
        )
    bare = time.perf_counter() - began
    own = max(
        used - len(model.tokenize(job.text.encode(), add_bos=False))
        for used, job in zip(backend.evaluated[1:], work, strict=True)
    )
    print(
        f"\nlocal model: {PAGES / ours:.1f} pages/s, {bare / ours:.2f} x bare calls; prompt tokens evaluated for a "
        f"page: at most {own} more than its own, of {len(requests[0])} in the request"
    )
    backend.close()


def test_pages_in_flight_at_an_endpoint_against_one_at_a_time() -> None:
    engine = Engine()
    engine.delay = LATENCY / 2  # the stub waits one to three times this, twice on average
    rates = {}
    for in_flight, count in ((1, 6), (64, 640)):
        backend = Endpoint(POLICY, engine.url, "stub", in_flight=in_flight)
        began = time.perf_counter()
        assert len(list(backend.generate_many(jobs(count)))) == count
        rates[in_flight] = count / (time.perf_counter() - began)
        backend.close()
    engine.shutdown()
    engine.server_close()
    print(
        f"\nendpoint with {LATENCY:.1f} s latency: one in flight {rates[1]:.1f} pages/s, 64 in flight "
        f"{rates[64]:.0f} pages/s, {rates[64] / rates[1]:.1f} x"
    )
