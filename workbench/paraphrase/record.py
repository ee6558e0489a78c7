"""The desk's side of a paraphrase run: its start and end, the pages that it claims, and what it says of hosts."""

import re
import secrets

from audit.details import HostRefused, PageSent, RunFinished, RunStarted
from audit.events import Outcome
from policies import Entity, FlagKind, Role
from workbench.desk import commands, views
from workbench.paraphrase import extractive
from workbench.screening.screen import Source
from workbench.store import generations, marks, roster, sources
from workbench.study.study import Study


def start_run(study: Study, command: commands.StartRun, role: Role) -> views.Run:
    """Record the start of a run."""
    pages, words = sources.waiting_count(study.db)
    run = secrets.token_hex(8)
    with study.change(role) as change:
        details = RunStarted(
            backend=command.backend, model_digest=command.model_digest, prompt_digest=command.prompt_digest, pages=pages
        )
        change.record(details, run)
    return views.Run(run=run, pages=pages, words=words)


def announce_pages(study: Study, command: commands.AnnouncePages, role: Role) -> views.Done:
    """Record which pages are about to be sent where."""
    with study.change(role) as change:
        for page in command.pages:
            change.record(PageSent(run=command.run, host=_host_id(command.host)), page)
    return views.Done()


def refuse_host(study: Study, command: commands.RefuseHost, role: Role) -> views.Done:
    """Record that an endpoint was refused."""
    with study.change(role) as change:
        change.record(HostRefused(host=_host_id(command.host)), "endpoint", outcome=Outcome.REFUSED)
    return views.Done()


def _host_id(host: str) -> str:
    """A host's name as the log spells it: nothing but letters, digits, points, colons and hyphens."""
    return re.sub(r"[^A-Za-z0-9._:-]", "-", host)[:80] or "-"


def finish_run(study: Study, command: commands.FinishRun, role: Role) -> views.Done:
    """Record the end of a run."""
    with study.change(role) as change:
        change.record(RunFinished(**command.model_dump(exclude={"run"})), command.run)
    return views.Done()


SENT_BACK_FOR = {
    "malformed": FlagKind.MALFORMED,
    "leaks": FlagKind.LEAK,
    "too_short": FlagKind.SHORT,
    "unfaithful": FlagKind.UNSUPPORTED,
}
"""What a model is told when a reviewer sent its exchange back for such a reason; for the others it only tries anew."""


def claim_pages(study: Study, command: commands.ClaimPages, role: Role) -> views.PageJobs:
    """The next pages that wait for an exchange; one that was attempted before, or sent back, says so."""
    jobs = []
    for page in sources.waiting_pages(study.db, command.after, command.limit):
        jobs.append(
            views.PageJob(
                page=page.page,
                session=page.session,
                number=page.number,
                text=page.text,
                words=page.words,
                findings=source_findings(study, page.page),
                attempt=generations.attempts_at(study.db, page.page) + 1,
                faults=faults_at(study, page.page),
            )
        )
    return views.PageJobs(jobs=tuple(jobs))


def faults_at(study: Study, page: int) -> tuple[FlagKind, ...]:
    """What was wrong with the last attempt at a page, and with the exchange that was sent back."""
    tried = generations.pending(study.db, page)
    reason = SENT_BACK_FOR.get(generations.sent_back_for(study.db, page) or "")
    faults = [FlagKind(fault) for fault in tried[-1].faults.split()] if tried else []
    return tuple(dict.fromkeys([*faults, *([reason] if reason else [])]))


def source_findings(study: Study, page: int) -> tuple[views.SourceFinding, ...]:
    """What was found on a page, as the desk shows it."""
    return tuple(
        views.SourceFinding(
            start=f.start,
            stop=f.end,
            entity=f.entity,
            score=f.score,
            recognizer=f.recognizer,
            explanation=f.explanation,
            keep=f.keep,
        )
        for f in sources.findings(study.db, page)
    )


def source_of(
    study: Study,
    page: sources.PageRow,
    backend: str,
    kind: str = "exchange",
) -> Source:
    """The page as screening needs it, with what reviewers have marked in its exchanges; `backend` is what made its
    exchange or record of another kind.
    """
    elsewhere = [
        (entity, words)
        for number, entity, words in sources.session_identifiers(study.db, page.session)
        if number != page.page
    ]
    return Source(
        page.text,
        sources.findings(study.db, page.page),
        elsewhere,
        known=roster.known(study.db, sources.subject_named(study.db, page.session)),
        extracted=backend == extractive.NAME,
        marked=[
            (Entity(mark.entity), mark.words)
            for mark in marks.of_session(study.db, page.session)
            if mark.exchange is not None and mark.page == page.page
        ],
        kind=kind,
    )
