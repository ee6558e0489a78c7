"""The desk's side of a generation: parsed, screened, and stored as an exchange, or asked for again."""

import json
from dataclasses import dataclass

from audit.details import AttemptFailed, ExchangeCreated, PageSplit
from policies import FlagKind, Role
from policies.retries import RETRIED
from workbench.desk import commands, views
from workbench.errors import NotThere, Stale
from workbench.paraphrase import extractive
from workbench.paraphrase.first import store_first
from workbench.paraphrase.parse import Parsed, parse_exchange
from workbench.paraphrase.record import faults_at, source_of
from workbench.paraphrase.split import halves
from workbench.review.planting import plant_behind
from workbench.screening.form import exchange_fault
from workbench.screening.screen import Screen, Screened, Source
from workbench.store import exchanges, generations, sources
from workbench.store.book import StoredBook
from workbench.store.generations import Generation
from workbench.store.sources import PageRow
from workbench.study.study import Change, Study

TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Judged:
    """A generation as screening sees it."""

    generation: Generation
    parsed: Parsed
    screened: Screened


def badness(generation: Generation) -> tuple[bool, int, int]:
    """Less is better: an output at all, its faults (the worst counting most), the later attempt."""
    weights = {kind.value: 2**place for place, kind in enumerate(reversed(RETRIED))}
    faults = sum(weights[fault] for fault in generation.faults.split())
    return generation.malformed == TOO_LONG, faults, -generation.attempt


def submit_generation(study: Study, command: commands.SubmitGeneration, role: Role) -> views.Screened:
    """Store one generation.  It becomes the page's exchange, version 0 as the model wrote it and version 1 treated,
    or, being malformed, leaking or too short, waits for another attempt; after the last one the best is taken.

    Rows and events are one transaction, so that a run can be killed at any moment: every attempt is kept, and a page
    either has its exchange or waits for it.  A page that does not fit into the model is divided, and its parts wait.
    Attempts are counted over all exchanges of a page, so that one which was sent back is not made again as it was.
    """
    page = sources.page(study.db, command.page)
    if page is None:
        raise NotThere(f"There is no page {command.page} in this study.")
    if not sources.is_waiting(study.db, command.page):
        raise Stale(f"Page {command.page} has its exchange already; nothing was stored twice.")
    before = generations.pending(study.db, command.page)
    wanted = generations.attempts_at(study.db, command.page) + 1
    if command.attempt != wanted:
        raise Stale(f"Page {command.page} waits for attempt {wanted}; nothing was stored twice.")
    too_long = command.malformed == TOO_LONG
    if too_long and wanted == 1 and (parts := _split(study, command, page, role)):
        return views.Screened(exchange=None, parts=parts)
    book = StoredBook(study.db, study.record_key("surrogates"), sources.subject(study.db, page.session))
    source = source_of(study, page, command.backend)
    number = before[0].exchange if before else exchanges.next_number(study.db)
    last = too_long or command.backend == extractive.NAME or len(before) + 1 >= study.policy.paraphrase.attempts
    with study.change(role) as change:
        judged = _judge(study, _generation(command, number), source, book)
        generations.add(study.db, judged.generation)
        if judged.generation.faults and not last:
            change.record(_failed(command, judged.generation), number)
            return views.Screened(exchange=None, again=faults_at(study, command.page))
        chosen = min([judged.generation, *before], key=badness)
        best = judged if chosen is judged.generation else _judge(study, chosen, source, book)
        add_record(study, change, command.run, best.generation, best.parsed, best.screened)
    return views.Screened(
        exchange=number,
        malformed=best.generation.malformed,
        flags=tuple(dict.fromkeys(FlagKind(flag.kind) for flag in best.screened.flags)),
        treated=sum(finding.state == "treated" for finding in best.screened.findings),
        open=best.screened.open,
    )


def add_record(
    study: Study,
    change: Change,
    run: str,
    generation: Generation,
    parsed: Parsed,
    screened: Screened,
    kind: str = "exchange",
) -> None:
    """Store a record made from a generation: version 0 as it came, version 1 treated, with an event for each.

    Behind the last page of a session, an invented exchange may follow.
    """
    created = ExchangeCreated(
        page=str(generation.page),
        run=run,
        attempt=generation.attempt,
        backend=generation.backend,
        model_digest=generation.model_digest,
        prompt_digest=generation.prompt_digest,
        seed=generation.seed,
        malformed=generation.malformed is not None,
    )
    store_first(study, change, created, generation, parsed, screened, kind=kind)
    if kind == "exchange":
        plant_behind(study, change, generation)


def _generation(command: commands.SubmitGeneration, number: int) -> Generation:
    return Generation(
        number, command.page, command.attempt, command.raw, command.malformed, "", command.backend,
        command.model_digest, command.prompt_digest, json.dumps(command.parameters, sort_keys=True), command.seed,
    )  # fmt: skip


def _judge(study: Study, generation: Generation, source: Source, book: StoredBook) -> Judged:
    """Parse and screen a generation; what is wrong with it is written down with it."""
    parsed = parse_exchange(generation.raw, study.policy.speakers)
    malformed = generation.malformed or exchange_fault(parsed)
    screened = Screen(study.policy, study.scanner).treated(parsed.question, parsed.answer, source, malformed, book)
    kinds = {flag.kind for flag in screened.flags}
    faults = " ".join(kind.value for kind in RETRIED if kind.value in kinds)
    return Judged(generation.judged(malformed, faults), parsed, screened)


def _failed(command: commands.SubmitGeneration, generation: Generation) -> AttemptFailed:
    return AttemptFailed(
        page=str(command.page),
        run=command.run,
        attempt=command.attempt,
        backend=command.backend,
        model_digest=command.model_digest,
        prompt_digest=command.prompt_digest,
        seed=command.seed,
        flags=dict.fromkeys(generation.faults.split(), 1),
    )


def _split(study: Study, command: commands.SubmitGeneration, page: PageRow, role: Role) -> int:
    """Put parts in the place of a page that does not fit; how many, 0 when it cannot be divided."""
    first = sources.next_number(study.db, "pages", "page")
    parts = halves(page, sources.findings(study.db, page.page), first)
    if parts:
        with study.change(role) as change:
            sources.split(study.db, page.page, [part for part, _ in parts])
            for part, findings in parts:
                sources.add_findings(study.db, part.page, findings)
            numbers = tuple(str(part.page) for part, _ in parts)
            change.record(PageSplit(run=command.run, parts=numbers), page.page)
    return len(parts)
