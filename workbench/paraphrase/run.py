"""A paraphrase run: a client of the desk that claims pages and hands in generations, one page at a time."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workbench.desk.commands import AnnouncePages, ClaimPages, FinishRun, StartRun, SubmitGeneration
from workbench.desk.desk import Desk
from workbench.desk.views import PageJob, Run, Screened
from workbench.errors import Cancelled, Stale
from workbench.paraphrase.backend import Backend, PageTooLong, RemoteBackend
from workbench.study.interrupts import Interrupts

OTHER_SEED = 1_000_003
"""Step from the seed of one attempt to that of the next: a prime larger than the pages of a study."""


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    pages: int = 0
    words: int = 0
    malformed: int = 0
    flagged: int = 0
    treated: int = 0
    again: int = 0
    split: int = 0
    interrupted: bool = False


def paraphrase(
    desk: Desk, backend: Backend, seed: int, progress: Callable[[Run, Tally], None], limit: int | None = None
) -> Tally:
    """Work through the pages that have no exchange; each is stored before the next is begun.  What came out malformed,
    leaking or too short is asked for again after the pages that were claimed with it.

    An interrupt (Ctrl-C, or `Cancelled` from `progress`) ends the run after what is stored; the next goes on.
    """
    identity = {
        "backend": backend.name,
        "model_digest": backend.model_digest,
        "prompt_digest": backend.prompt_digest,
    }
    run = desk.execute(StartRun(**identity))
    tally, began = Tally(), time.monotonic()
    try:
        progress(run, tally)
        after = 0
        claim = min(200, 4 * backend.in_flight) if isinstance(backend, RemoteBackend) else 16
        while limit is None or tally.pages < limit:
            jobs = desk.execute(ClaimPages(after=after, limit=claim)).jobs
            jobs = jobs[: None if limit is None else limit - tally.pages]
            if not jobs:
                break
            after = jobs[-1].page
            while jobs:
                once_more = []
                for job, submission in _generated(desk, backend, run, jobs, seed):
                    with Interrupts() as interrupts:
                        interrupts.hold()
                        try:
                            screened = desk.execute(submission)
                        except Stale:  # a reviewer keeps the exchange after all, or another run was quicker
                            continue
                        _count(tally, job, screened)
                    if screened.again:
                        more = {"attempt": job.attempt + 1, "faults": screened.again}
                        once_more.append(job.model_copy(update=more))
                    progress(run, tally)
                jobs = tuple(once_more)
    except (KeyboardInterrupt, Cancelled):
        tally.interrupted = True
    finally:
        desk.execute(
            FinishRun(
                run=run.run,
                **identity,
                pages=tally.pages,
                malformed=tally.malformed,
                milliseconds=round(1000 * (time.monotonic() - began)),
                interrupted=tally.interrupted,
            )
        )
    return tally


def _generated(
    desk: Desk, backend: Backend, run: Run, jobs: Sequence[PageJob], seed: int
) -> Iterator[tuple[PageJob, SubmitGeneration]]:
    """What the backend makes of the pages, in their order; None where a page does not fit."""
    # A seed of its own for every attempt: repeatable, and independent of the order in which pages are done.
    seeds = [(seed + job.page + OTHER_SEED * (job.attempt - 1)) % 2**31 for job in jobs]
    if isinstance(backend, RemoteBackend):
        desk.execute(AnnouncePages(run=run.run, host=backend.host, pages=tuple(job.page for job in jobs)))
        outputs = backend.generate_many(list(zip(jobs, seeds, strict=True)))
    else:
        outputs = (_one(backend, job, page_seed) for job, page_seed in zip(jobs, seeds, strict=True))
    for job, page_seed, raw in zip(jobs, seeds, outputs, strict=True):
        yield (
            job,
            SubmitGeneration(
                run=run.run,
                page=job.page,
                attempt=job.attempt,
                raw=raw or "",
                malformed="too_long" if raw is None else None,
                backend=backend.name,
                model_digest=backend.model_digest,
                prompt_digest=backend.prompt_digest,
                parameters=backend.parameters,
                seed=page_seed,
            ),
        )


def _one(backend: Backend, job: PageJob, seed: int) -> str | None:
    try:
        return backend.generate(job, seed)
    except PageTooLong:
        return None


def _count(tally: Tally, job: PageJob, screened: Screened) -> None:
    tally.again += bool(screened.again)
    tally.split += bool(screened.parts)
    if screened.exchange is None:
        return
    tally.pages += 1
    tally.words += job.words
    tally.malformed += screened.malformed is not None
    tally.flagged += bool(screened.flags)
    tally.treated += screened.treated
