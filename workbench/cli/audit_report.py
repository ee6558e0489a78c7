"""`workbench audit report`, `review` and `export`: the periodic review of the log, and events for other systems."""

from contextlib import ExitStack
from datetime import date
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, get_args

import typer

from audit.checkpoint import read_checkpoint
from audit.errors import LogFault
from audit.events import Event
from audit.mirror import MirrorReader
from audit.period import Period
from policies import UserError
from workbench.cli.audit_files import LinesOption, RecordOption, new_file, reader_of, write_lines
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out, table
from workbench.desk.commands import RecordExport, ReviewAudit
from workbench.desk.views import ReviewNote
from workbench.many import many

FromOption = Annotated[str, typer.Option("--from", help="First day of the period, such as 2026-03-01.")]
ToOption = Annotated[str, typer.Option("--to", help="Last day of the period.")]
ZoneOption = Annotated[str, typer.Option("--zone", help="Time zone of the days and hours, such as Europe/Zurich.")]
OpensOption = Annotated[int, typer.Option("--opens", min=0, max=23, help="Hour from which work is usual.")]
ClosesOption = Annotated[int, typer.Option("--closes", min=1, max=24, help="Hour up to which work is usual.")]
FastOption = Annotated[int, typer.Option("--fast", min=1, help="An approval within so many seconds is fast.")]
GapOption = Annotated[int, typer.Option("--gap", min=1, help="So many hours without an event are a gap.")]


class Standard(StrEnum):
    """The published form of an export."""

    FHIR = "fhir"
    OCSF = "ocsf"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
    app.command()(review)
    app.command()(export)


def report(
    first: FromOption,
    last: ToOption,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write one HTML page to this new file.", show_default=False)
    ] = None,
    zone: ZoneOption = "UTC",
    opens: OpensOption = 7,
    closes: ClosesOption = 19,
    fast: FastOption = 5,
    gap: GapOption = 24,
    lines: LinesOption = False,
    record: RecordOption = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Show what a period of the log holds that should be looked at: the periodic review of 45 CFR 164.312(b)."""
    from audit.report import make_report
    from audit.report_page import as_html

    period = _period(first, last, zone, opens, closes, fast, gap)
    with ExitStack() as stack:
        desk = stack.enter_context(desk_of(study, key_file)) if record else None
        mirror = reader_of(study, lines)
        found = make_report(mirror, period, twins=not lines)
        digest = found.digest
        if output is not None:
            page = as_html(found, _name(mirror)).encode()
            digest = sha256(page).hexdigest()
            stack.enter_context(new_file(output, mirror)).write(page)
        if desk is not None:
            desk.execute(
                RecordExport(output="report", rows=found.events, first=found.first, last=found.last, digest=digest)
            )
    if output is None:
        for section in found.sections:
            if section.rows:
                table(section.title, section.columns, section.rows)
            else:
                out.print(f"\n{section.title}: none", markup=False, style="bold")
            out.print(section.remark, markup=False, style="dim")
            if left := section.total - len(section.rows):
                out.print(f"And {left:,} more.", markup=False, style="dim")
    else:
        table("Review", ("what", "rows"), [(section.title, section.total) for section in found.sections])
    out.print(f"{many(found.events, 'event')}; digest of the report {found.digest}", markup=False, soft_wrap=True)


def review(
    first: FromOption,
    last: ToOption,
    note: Annotated[str, typer.Option("--note-code", help=f"How it was: {', '.join(get_args(ReviewNote))}.")],
    digest: Annotated[
        str | None, typer.Option("--digest", help="Digest of the report that you examined.", show_default=False)
    ] = None,
    zone: ZoneOption = "UTC",
    opens: OpensOption = 7,
    closes: ClosesOption = 19,
    fast: FastOption = 5,
    gap: GapOption = 24,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Record that you have examined a period of the log.  Needs the role auditor."""
    period = _period(first, last, zone, opens, closes, fast, gap)
    code: ReviewNote | None = next((word for word in get_args(ReviewNote) if word == note), None)
    if code is None:
        raise UserError(f"--note-code must be one of: {', '.join(get_args(ReviewNote))}.")
    if digest is not None and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
        raise UserError("--digest must be the 64 characters that the report ends with.")
    with desk_of(study, key_file) as desk:
        examined = desk.execute(ReviewAudit(period=period, note=code, digest=digest))
    out.print(
        f"Recorded that you examined {many(examined.events, 'event')} from {period.first} to {period.last} ({code}); "
        f"digest of the report {examined.digest}",
        markup=False,
        soft_wrap=True,
    )


def export(
    form: Annotated[Standard, typer.Option("--format", help="FHIR R5 AuditEvent, or OCSF 1.3.0 API Activity.")],
    output: Annotated[Path, typer.Option("--output", help="The new file, one JSON object a line.")],
    first: Annotated[str | None, typer.Option("--from", help="First day, UTC.", show_default=False)] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, UTC.", show_default=False)] = None,
    lines: LinesOption = False,
    record: RecordOption = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Write events for other systems: FHIR R5 AuditEvent (NDJSON), or OCSF for security monitoring."""
    from audit.export_fhir import as_fhir
    from audit.export_ocsf import as_ocsf
    from audit.query import Query, find_events

    begin, end = Period(_day(first or "1970-01-01", "--from"), _day(last or "9998-12-31", "--to")).bounds
    wanted = Query(since=begin if first else None, until=end if last else None)
    ends: list[int] = []

    def noted(event: Event) -> Event:
        ends[:] = [ends[0] if ends else event.sequence, event.sequence]
        return event

    with ExitStack() as stack:
        desk = stack.enter_context(desk_of(study, key_file)) if record else None
        mirror = reader_of(study, lines)
        events = map(noted, find_events(mirror, wanted, twins=not lines))
        file = stack.enter_context(new_file(output, mirror))
        rows, digest = write_lines((as_fhir if form is Standard.FHIR else as_ocsf)(events), file)
        if desk is not None:
            start, stop = ends or (None, None)
            desk.execute(RecordExport(output=form.value, rows=rows, first=start, last=stop, digest=digest))
    out.print(f"{output}: {many(rows, 'event')}, SHA-256 {digest}", markup=False, soft_wrap=True)


def _period(first: str, last: str, zone: str, opens: int, closes: int, fast: int, gap: int) -> Period:
    period = Period(_day(first, "--from"), _day(last, "--to"), zone, opens, closes, fast, gap)
    _ = period.bounds
    return period


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{option} must be a day such as 2026-03-31.") from None


def _name(mirror: MirrorReader) -> str:
    """The log's name as its checkpoint has it."""
    try:
        note = mirror.checkpoint()
        return "a log without a checkpoint" if note is None else read_checkpoint(note).origin
    except LogFault:
        return "a log whose checkpoint is damaged"
