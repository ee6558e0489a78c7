"""The queue and the counts of a study."""

from collections import Counter
from collections.abc import Sequence

from audit.details import WordsSearched
from policies import FlagKind, Risk, Role
from workbench.desk import commands, views
from workbench.review import claims
from workbench.review.second import blind, is_blind
from workbench.store import drafts, notes, releases, sources, standings
from workbench.store.standings import Standing, Wanted
from workbench.study.study import Study


def queue_row(study: Study, standing: Standing) -> views.QueueRow:
    """One exchange as the queue lists it for this person."""
    number = standing.exchange
    kept = drafts.of_exchange(study.db, number, study.actor.name) is not None
    return _row(study, standing, claims.holder(study, number), kept, len(notes.of_exchange(study.db, number)))


def queue_rows(study: Study, found: Sequence[Standing]) -> tuple[views.QueueRow, ...]:
    """Exchanges as the queue lists them for this person: blind where they give the second decision."""
    numbers = [standing.exchange for standing in found]
    holders = claims.holders(study)
    kept = {draft.exchange for draft in drafts.of_person(study.db, study.actor.name)}
    noted = notes.counts(study.db, numbers)
    return tuple(
        _row(study, standing, holders.get(number), number in kept, noted.get(number, 0))
        for number, standing in zip(numbers, found, strict=True)
    )


def _row(study: Study, standing: Standing, holder: str | None, draft: bool, noted: int) -> views.QueueRow:
    hidden, standing = is_blind(study, standing), blind(study, standing)
    return views.QueueRow(
        exchange=standing.exchange,
        kind=standing.kind,
        session=standing.session,
        page=standing.number,
        version=standing.version,
        state=standing.state,
        flags=tuple(FlagKind(kind) for kind in standing.flags.split()),
        open=standing.open,
        words=standing.words,
        short=standing.short,
        risk=Risk(standing.risk),
        reviewer=standing.reviewer,
        holder=holder,
        draft=draft,
        notes=0 if hidden else noted,
    )


def list_queue(study: Study, command: commands.ListQueue, role: Role) -> views.Queue:
    """A window of the queue.

    A search for words is for reviewers only, who may read the texts, and is an event, which does not hold the words.
    """
    wanted = wanted_by(study, command.filter)
    if wanted.words is not None:
        role = study.actor.role_for(claims.REVIEWERS)
    total, offset, found = standings.window(study.db, wanted, command.offset, command.limit, command.around)
    if wanted.words is not None:
        searched(study, role, total)
    return views.Queue(total=total, offset=offset, rows=queue_rows(study, found))


def searched(study: Study, role: Role, exchanges: int) -> None:
    """Record that this person looked for words, and in how many exchanges they stand."""
    with study.change(role) as change:
        change.record(WordsSearched(exchanges=exchanges), study.identity.study)


def wanted_by(study: Study, asked: views.QueueFilter) -> Wanted:
    """What a filter means to the person at the desk."""
    return Wanted(
        person=study.actor.name,
        blind=bool(study.actor.roles & claims.REVIEWERS),
        state=asked.state,
        flag=asked.flag.value if asked.flag else None,
        session=asked.session,
        reviewer=asked.reviewer,
        risk=asked.risk.value if asked.risk else None,
        kind=asked.kind,
        mine=asked.mine,
        words=asked.words,
    )


def status(study: Study, command: commands.Status, role: Role) -> views.StageCounts:
    """Counts of every stage.  Planted exchanges count as any other of the queue, but never as made from a page."""
    counts = releases.counts(study.db)
    rows = standings.counts(study.db)
    made: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for row in rows:
        states[row.state] += row.exchanges
        if row.origin != "planted":
            made[row.kind] += row.exchanges
    return views.StageCounts(
        study=study.identity.study,
        policy=f"{study.policy.name} {study.policy.version}",
        policy_digest=study.loaded_policy.digest,
        files=counts["files"],
        sessions=counts["sessions"],
        pages=counts["pages"],
        words=counts["words"],
        findings=counts["page_findings"],
        pages_waiting=sources.waiting_count(study.db)[0],
        exchanges=made["exchange"],
        multi_turn=made["multi_turn"],
        paraphrased_by=tuple(releases.backends(study.db)),
        malformed=releases.malformed(study.db),
        flagged=sum(row.flagged for row in rows),
        waiting=states["waiting"],
        approved=states["approved"],
        rejected=states["rejected"],
        sent_back=states["sent_back"],
        second=states["second"],
        disputed=states["disputed"],
        claimed=len(claims.holders(study)),
        short=sum(row.short for row in rows),
        open_findings=sum(row.open for row in rows),
        releases=counts["releases"],
        events=counts["events"],
    )
