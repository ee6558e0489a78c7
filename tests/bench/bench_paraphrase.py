"""Speed of the paraphrase backends, as ratios measured in one run: `make bench`."""

import os
import time
from pathlib import Path
from typing import Any

from policies import load_policy
from tests.paraphrase.conftest import Size, write_tiny_model
from tests.paraphrase.test_endpoint import Engine, jobs
from workbench.desk.views import PageJob
from workbench.paraphrase.endpoint import Endpoint
from workbench.paraphrase.llama_cpp import LlamaCpp

POLICY = load_policy("mentalchat16k").policy
PAGES = 12
LATENCY = 0.2
MANY, CLAIM = 20_000, 200
SMALL = Size(width=512, layers=8, feed_forward=1408, heads=8, pieces=8000)
"""About 31 million parameters: enough that the model, not the calls around it, takes the time."""


def pages() -> list[PageJob]:
    text = "{}. Coach: How was the week?\nCaregiver: I sleep badly, number {}, and nobody comes to help me. " * 4
    return [
        PageJob(page=n, session=1, number=n, text=text.replace("{}", str(n)), words=80, findings=())
        for n in range(1, PAGES + 1)
    ]


def test_pages_through_the_local_model_against_bare_calls_of_its_library(tmp_path: Path) -> None:
    rules = POLICY.model_copy(update={"paraphrase": POLICY.paraphrase.model_copy(update={"max_tokens": 96})})
    model = write_tiny_model(tmp_path / "small.gguf", size=SMALL)
    # One thread and turns about: other work on the machine then falls on both alike.
    ours, bare = (LlamaCpp(rules, model, threads=1) for _ in range(2))
    library: Any = bare._model
    spent = {"ours": 0.0, "bare": 0.0}
    for job in pages():
        began = time.perf_counter()
        ours.generate(job, job.page)
        between = time.perf_counter()
        library.create_completion(
            bare.tokens(bare._ask.text(job)),
            max_tokens=96,
            seed=job.page,
            stop=bare._stop,
            grammar=bare._grammar,
            **bare._sampling,
        )
        spent["ours"] += between - began
        spent["bare"] += time.perf_counter() - between
    request = len(ours.tokens(ours._ask.text(pages()[0])))
    more = max(
        used - len(library.tokenize(job.text.encode(), add_bos=False))
        for used, job in zip(ours.evaluated, pages(), strict=True)
    )
    print(
        f"\nlocal model of {model.stat().st_size / 4e6:.0f} M parameters: {PAGES / spent['ours']:.2f} pages/s, "
        f"{spent['bare'] / spent['ours']:.2f} x bare calls; prompt tokens evaluated for a page: at most {more} more "
        f"than its own, of {request} in the request"
    )
    ours.close()
    bare.close()


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


def test_memory_over_many_pages_at_an_endpoint() -> None:
    engine = Engine()
    backend = Endpoint(POLICY, engine.url, "stub", in_flight=64)
    held = {}
    for done in range(CLAIM, MANY + 1, CLAIM):
        assert all(backend.generate_many(jobs(CLAIM)))
        if done in (MANY // 10, MANY):
            held[done] = megabytes()
    backend.close()
    engine.shutdown()
    engine.server_close()
    print(f"\nendpoint: memory held after {', '.join(f'{n:,} pages {held[n]:.0f} MiB' for n in held)}")


def megabytes() -> float:
    """Memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
