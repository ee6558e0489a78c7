"""`workbench audit replay`: the whole history of one exchange, with its text."""

from collections.abc import Iterator
from typing import Annotated

import typer

from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of
from workbench.desk.commands import ReplayExchange
from workbench.desk.replay import Piece, Replay, Step
from workbench.harmless import harmless
from workbench.many import many

_MARKS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
"""How a change is shown: as `git diff --word-diff` does."""
_NAMES = {"exchange": "Exchange", "multi_turn": "Multi-turn record"}


def register(app: typer.Typer) -> None:
    """Add this file's command to those of `workbench audit`."""
    app.command()(replay)


def replay(
    exchange: Annotated[int, typer.Argument(help="Number of the exchange.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print everything that ever happened to an exchange, held against the log.  This prints transcript text.

    For reviewers, and for auditors where the policy lets them read text.  Removed words stand in [-...-], added ones
    in {+...+}.  Ends with exit code 1 when what the store holds is not what the log records.
    """
    with desk_of(study, key_file) as desk:
        shown = desk.execute(ReplayExchange(exchange=exchange))
    if as_json:
        typer.echo(shown.model_dump_json())
    else:
        for line in _lines(shown):
            typer.echo(harmless(line))
    if not shown.sound:
        raise typer.Exit(1)


def _lines(shown: Replay) -> Iterator[str]:
    yield f"{_NAMES[shown.kind]} {shown.exchange}, page {shown.page} of session {shown.session}"
    for step in shown.steps:
        yield ""
        yield from _step(step)
    unsound = sum(not step.sound for step in shown.steps)
    yield ""
    yield (
        f"Not as recorded: {unsound} of {many(len(shown.steps), 'step')}."
        if unsound
        else f"Every one of {many(len(shown.steps), 'step')} is as it was recorded.  "
        f"This replay is event {shown.recorded}."
    )


def _step(step: Step) -> Iterator[str]:
    who = f"{step.actor} ({step.role}, {step.face})" if step.actor else "nobody knows who"
    version = "" if step.version is None else f" version {step.version}"
    ended = "" if step.outcome in (None, "ok") else f", {step.outcome}"
    reason = f", reason {step.reason}" if step.reason else ""
    yield f"event {step.sequence}  {step.time or 'no time'}  {who}: {step.action or 'unknown'}{version}{ended}{reason}"
    for fault in step.faults:
        yield f"  NOT AS RECORDED: {fault}"
    if step.release:
        yield f"  release: {step.release}"
    if step.dismissed:
        yield f"  dismissed {step.dismissed.entity}: {step.dismissed.words}"
    if step.marked:
        yield f"  marked {step.marked.entity}: {step.marked.words}"
    if step.note:
        yield f"  note: {step.note}"
    for made in step.attempts:
        faults = f", asked again for: {', '.join(made.faults)}" if made.faults else ""
        yield f"  attempt {made.attempt}{' (taken)' if made.shown else ''}{faults}: {made.raw}"
    if step.text is None:
        return
    yield f"  QUESTION: {step.text.question}"
    yield f"  ANSWER: {step.text.answer}"
    if any(piece.kind != "same" for piece in step.text.question_change):
        yield f"  QUESTION, changed: {_marked(step.text.question_change)}"
    if any(piece.kind != "same" for piece in step.text.answer_change):
        yield f"  ANSWER, changed: {_marked(step.text.answer_change)}"
    for flag in step.text.flags:
        yield f"  flag {flag.ordinal}: {flag.kind}: {flag.explanation}"
    for found in step.text.findings:
        place = f"{found.side}, {found.start}-{found.stop}"
        yield f"  finding {found.ordinal}: {found.state} {found.entity} in the {place}: {found.explanation}"


def _marked(pieces: tuple[Piece, ...]) -> str:
    return "".join(_MARKS[piece.kind].format(piece.text) for piece in pieces)
