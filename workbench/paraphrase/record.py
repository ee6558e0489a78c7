"""The desk's side of a paraphrase run: pages are claimed; each generation is parsed, screened and stored at once."""

import json
import re
import secrets
from collections import Counter

from audit.details import (
    ExchangeCreated,
    ExchangeScreened,
    HostRefused,
    PageSent,
    RunFinished,
    RunStarted,
)
from audit.events import Outcome
from policies import FlagKind, Role
from workbench.desk import commands, views
from workbench.errors import NotThere, Stale
from workbench.paraphrase import extractive
from workbench.paraphrase.parse import parse_exchange
from workbench.screening.form import form_fault
from workbench.screening.screen import Screen, Source
from workbench.store import exchanges, roster, sources
from workbench.store.book import StoredBook
from workbench.store.exchanges import Body, Generation
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


def claim_pages(study: Study, command: commands.ClaimPages, role: Role) -> views.PageJobs:
    """The next pages that have no exchange."""
    jobs = [
        views.PageJob(
            page=page.page,
            session=page.session,
            number=page.number,
            text=page.text,
            words=page.words,
            findings=source_findings(study, page.page),
        )
        for page in sources.waiting_pages(study.db, command.after, command.limit)
    ]
    return views.PageJobs(jobs=tuple(jobs))


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


def source_of(study: Study, page: sources.PageRow, backend: str) -> Source:
    """The page as screening needs it; `backend` is what made its exchange."""
    elsewhere = [
        (entity, words)
        for number, entity, words in sources.session_identifiers(study.db, page.session)
        if number != page.page
    ]
    return Source(
        page.text,
        sources.findings(study.db, page.page),
        elsewhere,
        known=roster.everything(study.db).known(sources.subject_named(study.db, page.session) or ""),
        extracted=backend == extractive.NAME,
    )


def submit_generation(study: Study, command: commands.SubmitGeneration, role: Role) -> views.Screened:
    """Store one generation: version 0 as the model wrote it, version 1 treated, with all that screening found.

    The page, its exchange and the events are one transaction, so that a run can be killed at any moment: a page
    either has its exchange or waits for it.
    """
    page = sources.page(study.db, command.page)
    if page is None:
        raise NotThere(f"There is no page {command.page} in this study.")
    if not sources.is_waiting(study.db, command.page):
        raise Stale(f"Page {command.page} has its exchange already; nothing was stored twice.")
    parsed = parse_exchange(command.raw, study.policy.speakers)
    malformed = command.malformed or parsed.malformed or form_fault(parsed.question, parsed.answer, parsed.around)
    source = source_of(study, page, command.backend)
    screen = Screen(study.policy, study.scanner)
    book = StoredBook(study.db, study.record_key("surrogates"), sources.subject(study.db, page.session))
    with study.change(role) as change:
        number = sources.next_number(study.db, "exchanges", "exchange")
        screened = screen.treated(parsed.question, parsed.answer, source, malformed, book)
        digests = [
            study.body_digest(number, 0, parsed.question, parsed.answer),
            study.body_digest(number, 1, screened.question, screened.answer),
        ]
        created = change.record(
            ExchangeCreated(
                page=str(command.page),
                run=command.run,
                attempt=1,
                backend=command.backend,
                model_digest=command.model_digest,
                prompt_digest=command.prompt_digest,
                seed=command.seed,
                malformed=malformed is not None,
            ),
            number,
            version=0,
            after=digests[0],
        )
        shown = change.record(
            ExchangeScreened(
                findings=dict(Counter(finding.entity for finding in screened.findings)),
                flags=dict(Counter(flag.kind for flag in screened.flags)),
            ),
            number,
            version=1,
            before=digests[0],
            after=digests[1],
        )
        exchanges.add(study.db, number, command.page, "exchange", "interview")
        exchanges.add_generation(
            study.db,
            Generation(
                number, 1, command.raw, malformed, command.backend, command.model_digest, command.prompt_digest,
                json.dumps(command.parameters, sort_keys=True), command.seed,
            ),
        )  # fmt: skip
        policy, person = study.loaded_policy.digest, study.actor.name
        raw = Body(number, 0, "raw", parsed.question, parsed.answer, digests[0], policy, person, created.sequence)
        treated = Body(
            number, 1, "treated", screened.question, screened.answer, digests[1], policy, person, shown.sequence
        )
        exchanges.add_body(study.db, raw, [], [])
        exchanges.add_body(study.db, treated, screened.findings, screened.flags)
    return views.Screened(
        exchange=number,
        malformed=malformed,
        flags=tuple(dict.fromkeys(FlagKind(flag.kind) for flag in screened.flags)),
        treated=sum(finding.state == "treated" for finding in screened.findings),
        open=screened.open,
    )
