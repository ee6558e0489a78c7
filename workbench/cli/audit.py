"""`workbench audit`: check the log and ask it questions.  `query` needs no key: it reads the mirror."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from audit.details import Action
from audit.mirror import MirrorReader
from audit.query import Query, as_csv, as_json, as_table, find_events
from policies import UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out
from workbench.desk.commands import VerifyAudit
from workbench.study.folder import Folder

app = typer.Typer(help="Check the audit log and ask it questions.", no_args_is_help=True)


class Output(StrEnum):
    """How events are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command()
def verify(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Check every event against its digest, the signed checkpoint, the store and the decisions.

    Ends with exit code 1 and the first broken event's number when the log is not as it was written.
    """
    with desk_of(study, key_file) as desk:
        report = desk.execute(VerifyAudit())
    for note in report.notes:
        out.print(f"note: {note}", markup=False)
    if report.fault is not None:
        number = "" if report.sequence is None else f" at event {report.sequence}"
        print(f"The audit log is broken{number}: {report.fault}", file=sys.stderr)
        raise typer.Exit(1)
    out.print(f"The audit log is sound: {report.events:,} events, root {report.root}", soft_wrap=True)


@app.command()
def query(
    actor: Annotated[str | None, typer.Option(help="Who acted.")] = None,
    action: Annotated[str | None, typer.Option(help="What was done, such as exchange.approved")] = None,
    since: Annotated[str | None, typer.Option(help="From this time on: 2026-03-31 or 2026-03-31T08:00, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to, not including, this time.")] = None,
    object_type: Annotated[str | None, typer.Option("--object", help="Kind of object, such as exchange.")] = None,
    object_id: Annotated[str | None, typer.Option("--id", help="The object's id.")] = None,
    outcome: Annotated[str | None, typer.Option(help="ok, refused or failed.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the last so many.")] = None,
    output: Annotated[Output, typer.Option("--format", help="How to print.")] = Output.TABLE,
    study: StudyOption = HERE,
) -> None:
    """List events.  Needs no key, and works while others have the study open."""
    fields = {
        "actor": actor, "action": action, "since": _time(since, "--since"), "until": _time(until, "--until"),
        "object_type": object_type, "object_id": object_id, "outcome": outcome, "limit": limit,
    }  # fmt: skip
    try:
        wanted = Query.model_validate(fields, strict=False)
    except ValidationError as problem:
        raise UserError(_explained(str(problem.errors()[0]["loc"][0]))) from None
    events = find_events(MirrorReader(_mirror(study)), wanted)
    for line in {Output.TABLE: as_table, Output.CSV: as_csv, Output.JSON: as_json}[output](events):
        typer.echo(line)


def _mirror(study: Path) -> Path:
    """The mirror of a study; its folder may be all that an auditor can read."""
    mirror = Folder(study.absolute()).mirror
    if not mirror.is_dir():
        raise UserError(f"{study} has no audit log; name the folder of a study with --study.")
    return mirror


def _time(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{option} must be a date or time such as 2026-03-31 or 2026-03-31T08:00.") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _explained(field: str) -> str:
    option = {"object_type": "--object", "object_id": "--id"}.get(field, f"--{field}")
    if field == "action":
        return f"{option} must be one of: {', '.join(Action)}."
    return f"The value of {option} is not one the log can hold; check its spelling."
