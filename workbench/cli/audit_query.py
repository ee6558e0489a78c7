"""`workbench audit query` and `sql`: questions to the log.  They need no key and work while others write."""

from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from audit.details import Action
from policies import UserError
from workbench.cli.audit_files import LinesOption, new_file, reader_of, write_lines
from workbench.cli.console import HERE, StudyOption, notes, table

_MOST_ROWS = 500
"""So many rows of an answer in SQL are shown as a table."""


class Output(StrEnum):
    """The form of an answer."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


FormatOption = Annotated[Output, typer.Option("--format", help="The form of the answer.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="Write the answer to this new file.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(query)
    app.command()(sql)


def query(
    actor: Annotated[str | None, typer.Option(help="Who acted.")] = None,
    role: Annotated[str | None, typer.Option(help="In which role.")] = None,
    sitting: Annotated[str | None, typer.Option(help="In which sitting.")] = None,
    action: Annotated[str | None, typer.Option(help="What was done, such as exchange.approved")] = None,
    since: Annotated[str | None, typer.Option(help="From this time on: 2026-03-31 or 2026-03-31T08:00, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to, not including, this time.")] = None,
    object_type: Annotated[str | None, typer.Option("--object", help="Kind of object, such as exchange.")] = None,
    object_id: Annotated[str | None, typer.Option("--id", help="The object's id.")] = None,
    outcome: Annotated[str | None, typer.Option(help="ok, refused or failed.")] = None,
    reason: Annotated[str | None, typer.Option(help="The reason code.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the last so many.")] = None,
    form: FormatOption = Output.TABLE,
    output: OutputOption = None,
    lines: LinesOption = False,
    study: StudyOption = HERE,
) -> None:
    """List events.  Needs no key, and works while others have the study open."""
    from audit.query import Query, as_csv, as_json, as_table, find_events
    from audit.twins import tables, write_parquet

    fields = {
        "actor": actor, "role": role, "sitting": sitting, "action": action, "since": _time(since, "--since"),
        "until": _time(until, "--until"), "object_type": object_type, "object_id": object_id, "outcome": outcome,
        "reason": reason, "limit": limit,
    }  # fmt: skip
    try:
        wanted = Query.model_validate(fields, strict=False)
    except ValidationError as problem:
        raise UserError(_explained(str(problem.errors()[0]["loc"][0]))) from None
    _check_form(form, output)
    mirror = reader_of(study, lines)
    events = find_events(mirror, wanted, twins=not lines)
    if form is Output.PARQUET and output is not None:
        with new_file(output, mirror) as file:
            write_parquet(tables(event.line() for event in events), file)
        return
    shown = {Output.TABLE: as_table, Output.CSV: as_csv, Output.JSON: as_json}[form](events)
    if output is None:
        for line in shown:
            typer.echo(line)
        return
    with new_file(output, mirror) as file:
        write_lines(shown, file)


def sql(
    question: Annotated[str, typer.Argument(help='One SELECT over the view events, such as "SELECT count(*) FROM …"')],
    form: FormatOption = Output.TABLE,
    output: OutputOption = None,
    lines: LinesOption = False,
    study: StudyOption = HERE,
) -> None:
    """Ask the log a question in SQL: one SELECT over the view `events`, and nothing else.

    The view has one row an event and the columns of `query --format csv`; times are UTC, and details are JSON text,
    so that details->>'$.findings' is one of them.
    """
    from audit import sql as questions

    _check_form(form, output)
    questions.check(question)
    mirror = reader_of(study, lines)
    with questions.ask(mirror, question, twins=not lines) as answer:
        if output is not None:
            with new_file(output, mirror) as file:
                if form is Output.PARQUET:
                    questions.write_parquet(answer, file)
                else:
                    write_lines(questions.as_json(answer) if form is Output.JSON else questions.as_csv(answer), file)
        elif form is Output.TABLE:
            rows = list(islice(questions.rows(answer), _MOST_ROWS + 1))
            shown = [["" if cell is None else cell for cell in row] for row in rows[:_MOST_ROWS]]
            table("Answer", answer.schema.names, shown)
            if len(rows) > _MOST_ROWS:
                notes.print(f"Only the first {_MOST_ROWS} rows are shown; all of them come with --format csv.")
        else:
            for line in questions.as_json(answer) if form is Output.JSON else questions.as_csv(answer):
                typer.echo(line)


def _check_form(form: Output, output: Path | None) -> None:
    if form is Output.PARQUET and output is None:
        raise UserError("--format parquet writes a file; name a new one with --output.")
    if form is Output.TABLE and output is not None:
        raise UserError("--output writes csv, json or parquet; choose one with --format.")


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
