"""The queue and the counts of a study."""

from collections import Counter

from policies import FlagKind, Policy, Role
from workbench.desk import commands, views
from workbench.screening.length import long_enough, words
from workbench.store import exchanges, releases
from workbench.store.exchanges import Latest
from workbench.study.study import Study

_STATES: dict[str | None, views.State] = {"approve": "approved", "reject": "rejected", None: "waiting"}


def queue_row(latest: Latest, policy: Policy) -> views.QueueRow:
    """One exchange as the queue lists it."""
    return views.QueueRow(
        exchange=latest.exchange,
        kind=latest.record_kind,
        session=latest.session,
        page=latest.number,
        version=latest.version,
        state=_STATES[latest.verdict],
        flags=tuple(FlagKind(kind) for kind in latest.flags.split()),
        open=latest.open,
        words=words(latest.question) + words(latest.answer),
        short=not long_enough(latest.record_kind, latest.question, latest.answer, policy),
    )


def list_queue(study: Study, command: commands.ListQueue, role: Role) -> views.Queue:
    """A window of the queue."""
    flag = command.flag.value if command.flag else None
    total, found = exchanges.queue(study.db, command.state, flag, command.offset, command.limit)
    return views.Queue(total=total, rows=tuple(queue_row(latest, study.policy) for latest in found))


def status(study: Study, command: commands.Status, role: Role) -> views.StageCounts:
    """Counts of every stage."""
    counts = releases.counts(study.db)
    rows = [queue_row(latest, study.policy) for latest in exchanges.all_latest(study.db)]
    states = Counter(row.state for row in rows)
    return views.StageCounts(
        study=study.identity.study,
        policy=f"{study.policy.name} {study.policy.version}",
        policy_digest=study.loaded_policy.digest,
        files=counts["files"],
        sessions=counts["sessions"],
        pages=counts["pages"],
        words=counts["words"],
        findings=counts["page_findings"],
        exchanges=counts["exchange"],
        multi_turn=counts["multi_turn"],
        paraphrased_by=tuple(releases.backends(study.db)),
        malformed=releases.malformed(study.db),
        flagged=sum(bool(row.flags) for row in rows),
        waiting=states["waiting"],
        approved=states["approved"],
        rejected=states["rejected"],
        short=sum(row.short for row in rows),
        open_findings=sum(row.open for row in rows),
        releases=counts["releases"],
        events=counts["events"],
    )
