"""`workbench status` and `workbench queue`: where the study stands."""

import json
from typing import Annotated

import typer

from policies import FlagKind
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out, table
from workbench.desk.commands import ListQueue, Status
from workbench.desk.desk import Desk
from workbench.desk.views import QueueRow, StageCounts, State

WINDOW = 200


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(status)
    app.command()(queue)


def status(
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how far the study has come, stage by stage."""
    with desk_of(study, key_file) as desk:
        counts = desk.execute(Status())
    if as_json:
        out.print_json(counts.model_dump_json())
    else:
        show_status(counts)


def show_status(counts: StageCounts) -> None:
    """Print the stages as a table."""
    made = ", ".join(f"{number:,} by {backend}" for backend, number in counts.paraphrased_by) or "none yet"
    rows = [
        (
            "imported",
            f"{counts.files:,} files, {counts.sessions:,} sessions, {counts.pages:,} pages, {counts.words:,} words",
        ),
        ("scanned", f"{counts.findings:,} findings on {counts.pages:,} pages"),
        ("paraphrased", f"{counts.exchanges:,} of {counts.pages:,} pages ({made}), {counts.malformed:,} malformed"),
        ("multi-turn", f"{counts.multi_turn:,} records"),
        ("screened", f"{counts.flagged:,} flagged, {counts.open_findings:,} open findings, {counts.short:,} too short"),
        ("reviewed", f"{counts.approved:,} approved, {counts.rejected:,} rejected, {counts.waiting:,} waiting"),
        ("released", f"{counts.releases:,} releases"),
        ("audit log", f"{counts.events:,} events"),
    ]
    table(f"Study under policy {counts.policy}", ("stage", "so far"), rows)


def queue(
    state: Annotated[str | None, typer.Option(help="waiting, approved or rejected.")] = None,
    flag: Annotated[FlagKind | None, typer.Option(help="Only exchanges with this flag.")] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the exchanges, without their text."""
    wanted: State | None = None
    if state is not None:
        if state not in ("waiting", "approved", "rejected"):
            raise typer.BadParameter("it must be waiting, approved or rejected.", param_hint="--state")
        wanted = state  # type: ignore[assignment]
    with desk_of(study, key_file) as desk:
        rows = whole_queue(desk, wanted, flag)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row.model_dump(mode="json")))
        return
    columns = ("exchange", "session", "page", "version", "state", "flags", "open", "words")
    table(
        "Queue",
        columns,
        [(_number(r), r.session, r.page, r.version, r.state, " ".join(r.flags) or "-", r.open, r.words) for r in rows],
    )


def _number(row: QueueRow) -> int | str:
    return f"{row.exchange:,} turns" if row.kind == "multi_turn" else row.exchange


def whole_queue(desk: Desk, state: State | None = None, flag: FlagKind | None = None) -> list[QueueRow]:
    """Every matching exchange, fetched window by window."""
    rows: list[QueueRow] = []
    while True:
        window = desk.execute(ListQueue(state=state, flag=flag, offset=len(rows), limit=WINDOW))
        rows.extend(window.rows)
        if not window.rows or len(rows) >= window.total:
            return rows
