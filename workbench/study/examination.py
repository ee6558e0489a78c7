"""What is recorded about the log's readers: that a period was examined, and that events left as a file."""

from audit.details import AuditExported, AuditReviewed
from audit.events import format_time
from policies import Role
from workbench.desk import commands, views
from workbench.errors import Refused
from workbench.study.study import Study


def review_audit(study: Study, command: commands.ReviewAudit, role: Role) -> views.Examined:
    """Make the report of the period anew and record that this person has examined it."""
    # Loads DuckDB's and Arrow's parts for files, which nothing else here needs.
    from audit.report import make_report

    study.complete_mirror()
    report = make_report(study.mirror, command.period)
    if command.digest not in (None, report.digest):
        raise Refused(
            "The report with this digest is not the one that the log gives now for the period; make the report anew "
            "with the same options, examine it and give its digest."
        )
    since, until = command.period.bounds
    with study.change(role) as change:
        change.record(
            AuditReviewed(
                since=format_time(since),
                until=format_time(until),
                events=report.events,
                first=report.first,
                last=report.last,
                report_digest=report.digest,
                counts=report.counts,
            ),
            "log",
            reason=command.note,
        )
    return views.Examined(events=report.events, first=report.first, last=report.last, digest=report.digest)


def record_export(study: Study, command: commands.RecordExport, role: Role) -> views.Done:
    """Record that events left the mirror as a file."""
    with study.change(role) as change:
        change.record(
            AuditExported(
                output=command.output,
                rows=command.rows,
                first=command.first,
                last=command.last,
                digest=command.digest,
            ),
            "log",
        )
    return views.Done()
