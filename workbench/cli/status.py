"""`workbench status` and `workbench queue`: where the study stands."""

import json
import sys
from typing import Annotated

import typer

from policies import FlagKind, Risk, UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out, table
from workbench.desk.commands import ListQueue, Status
from workbench.desk.desk import Desk
from workbench.desk.views import QueueFilter, QueueRow, RecordKind, StageCounts, State
from workbench.many import many

WINDOW = 200
MOST = 200
"""Signs of the words that are looked for."""


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
    reviewed = [f"{counts.approved:,} approved", f"{counts.rejected:,} rejected", f"{counts.waiting:,} waiting"]
    rest = (
        (counts.second, "waiting for a second person"),
        (counts.disputed, "disputed"),
        (counts.sent_back, "sent back"),
        (counts.claimed, "in somebody's hands"),
    )
    reviewed += [f"{number:,} {what}" for number, what in rest if number]
    made = f"{counts.exchanges:,} of {many(counts.pages, 'page')} ({made})"
    found = f"{counts.flagged:,} flagged, {many(counts.open_findings, 'open finding')}"
    rows = [
        (
            "imported",
            f"{many(counts.files, 'file')}, {many(counts.sessions, 'session')}, {many(counts.pages, 'page')}, "
            f"{many(counts.words, 'word')}",
        ),
        ("scanned", f"{many(counts.findings, 'finding')} on {many(counts.pages, 'page')}"),
        ("paraphrased", f"{made}, {counts.malformed:,} malformed"),
        ("multi-turn", many(counts.multi_turn, "record")),
        ("screened", f"{found}, {counts.short:,} too short"),
        ("reviewed", ", ".join(reviewed)),
        ("released", many(counts.releases, "release")),
        ("audit log", many(counts.events, "event")),
    ]
    table(f"Study under policy {counts.policy}", ("stage", "so far"), rows)


def queue(
    state: Annotated[State | None, typer.Option(help="Only exchanges that stand so.")] = None,
    flag: Annotated[FlagKind | None, typer.Option(help="Only exchanges with this flag.")] = None,
    session: Annotated[int | None, typer.Option(help="Only exchanges of this session.")] = None,
    reviewer: Annotated[str | None, typer.Option(help="Only exchanges that this person decided last.")] = None,
    risk: Annotated[Risk | None, typer.Option(help="Only exchanges of this risk.")] = None,
    kind: Annotated[RecordKind | None, typer.Option(help="Only records of this kind.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what you have in hand, began to edit or decided.")] = False,
    search: Annotated[
        bool,
        typer.Option("--search", help="Ask for words that page or exchange must have, or read them from the input."),
    ] = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the exchanges, without their text."""
    wanted = QueueFilter(
        state=state, flag=flag, session=session, reviewer=reviewer, risk=risk, kind=kind, mine=mine,
        words=_words() if search else None,
    )  # fmt: skip
    with desk_of(study, key_file) as desk:
        rows = whole_queue(desk, wanted)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row.model_dump(mode="json")))
        return
    columns = ("exchange", "session", "page", "state", "flags", "open", "words", "risk")
    cells = [
        (_number(row), row.session, row.page, _state(row), "\n".join(row.flags) or "-", row.open, row.words, row.risk)
        for row in rows
    ]
    table("Queue", columns, cells, wraps="state")


def _words() -> str:
    """Words to look for.  Never an argument: those stand in the shell's history and in the list of processes."""
    words: str = typer.prompt("Words", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not words.strip() or len(words) > MOST:
        raise UserError(f"Give some words to look for, at most {MOST} signs of them.")
    return words.strip()


def _number(row: QueueRow) -> int | str:
    return f"{row.exchange:,} turns" if row.kind == "multi_turn" else row.exchange


def _state(row: QueueRow) -> str:
    """How it stands and by whom, in one column: with two the table would not fit a terminal of 80 columns."""
    decided = f" by {row.reviewer}" if row.reviewer else ""
    return f"{row.state.replace('_', ' ')}{decided}{f', with {row.holder}' if row.holder else ''}"


def whole_queue(desk: Desk, wanted: QueueFilter | None = None) -> list[QueueRow]:
    """Every exchange of a filter, fetched window by window."""
    rows: list[QueueRow] = []
    while True:
        window = desk.execute(ListQueue(filter=wanted or QueueFilter(), offset=len(rows), limit=WINDOW))
        rows.extend(window.rows)
        if not window.rows or len(rows) >= window.total:
            return rows
