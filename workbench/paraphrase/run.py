"""A paraphrase run: a client of the desk that claims pages and hands in generations, one page at a time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from workbench.desk.commands import ClaimPages, FinishRun, StartRun, SubmitGeneration
from workbench.desk.desk import Desk
from workbench.desk.views import PageJob, Run, Screened
from workbench.paraphrase.backend import Backend, PageTooLong
from workbench.study.interrupts import Interrupts


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    pages: int = 0
    words: int = 0
    malformed: int = 0
    flagged: int = 0
    treated: int = 0
    interrupted: bool = False


def paraphrase(
    desk: Desk, backend: Backend, seed: int, progress: Callable[[Run, Tally], None], limit: int | None = None
) -> Tally:
    """Work through the pages that have no exchange; each is stored before the next is begun.

    An interrupt (Ctrl-C) ends the run after what is already stored; the next run goes on from there.
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
        while (limit is None or tally.pages < limit) and (jobs := desk.execute(ClaimPages(after=after)).jobs):
            for job in jobs[: None if limit is None else limit - tally.pages]:
                submission = _generate(backend, run, job, seed)
                with Interrupts() as interrupts:
                    interrupts.hold()
                    _count(tally, job, desk.execute(submission))
                progress(run, tally)
                after = job.page
    except KeyboardInterrupt:
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


def _generate(backend: Backend, run: Run, job: PageJob, seed: int) -> SubmitGeneration:
    # A seed of its own for every page: repeatable, and independent of the order in which pages are done.
    page_seed = (seed + job.page) % 2**31
    raw, malformed = "", None
    try:
        raw = backend.generate(job, page_seed)
    except PageTooLong:
        malformed = "too_long"
    return SubmitGeneration(
        run=run.run,
        page=job.page,
        raw=raw,
        malformed=malformed,
        backend=backend.name,
        model_digest=backend.model_digest,
        prompt_digest=backend.prompt_digest,
        parameters=backend.parameters,
        seed=page_seed,
    )


def _count(tally: Tally, job: PageJob, screened: Screened) -> None:
    tally.pages += 1
    tally.words += job.words
    tally.malformed += screened.malformed is not None
    tally.flagged += bool(screened.flags)
    tally.treated += screened.treated
