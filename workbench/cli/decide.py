"""`workbench review`, `show` and `decide`: the reviewer's commands."""

import json
import sys
from enum import StrEnum
from typing import Annotated, get_args

import typer

from policies import Face, UserError, Verdict
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out
from workbench.desk.commands import Decide, DismissFinding, EditExchange, OpenExchange
from workbench.desk.desk import Desk
from workbench.desk.views import DismissReason, ExchangeView, RejectReason
from workbench.harmless import harmless
from workbench.ingest.transcript import has_half_character


class Step(StrEnum):
    """What `decide` can do."""

    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    DISMISS = "dismiss"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(review)
    app.command()(show)
    app.command()(decide)


def review(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Open the review screen."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("The review screen needs a terminal; for scripts there is: workbench decide")
    from workbench.tui.app import run_review

    with desk_of(study, key_file, Face.TUI) as desk:
        run_review(desk)


def show(
    exchange: Annotated[int, typer.Argument(help="Number of the exchange.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print one exchange with its source page.  This prints transcript text."""
    with desk_of(study, key_file) as desk:
        view = desk.execute(OpenExchange(exchange=exchange))
    if as_json:
        typer.echo(view.model_dump_json())
    else:
        _print(view)


def decide(
    exchange: Annotated[int, typer.Argument(help="Number of the exchange.")],
    step: Annotated[Step, typer.Argument(help="approve, reject, edit or dismiss.")],
    reason: Annotated[str | None, typer.Option(help="Why: needed to reject and to dismiss.")] = None,
    finding: Annotated[int | None, typer.Option(help="Number of the finding to dismiss.")] = None,
    version: Annotated[
        int | None, typer.Option(help="Refuse if the exchange has another version by now.", show_default="the latest")
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Decide one exchange from a script.

    `edit` reads the new text from standard input as JSON: {"question": "...", "answer": "..."}.  Reasons to reject:
    identifying, unfaithful, malformed, off_topic, poor_quality, duplicate, flagged, other.  Reasons to dismiss a
    finding: not_identifying, common_word, public_knowledge, wrong_span, other.
    """
    edited = _edited_text() if step is Step.EDIT else None
    _check_reason(step, reason)
    with desk_of(study, key_file) as desk:
        current = version if version is not None else desk.execute(OpenExchange(exchange=exchange)).row.version
        _carry_out(desk, exchange, current, step, reason, finding, edited)


def _carry_out(
    desk: Desk, exchange: int, version: int, step: Step, reason: str | None, finding: int | None,
    edited: tuple[str, str] | None,
) -> None:  # fmt: skip
    if edited is not None:
        view = desk.execute(EditExchange(exchange=exchange, version=version, question=edited[0], answer=edited[1]))
        out.print(f"Exchange {exchange} is now version {view.row.version}, with {view.row.open} open findings.")
    elif step is Step.DISMISS:
        if finding is None:
            raise UserError("Which finding is to be dismissed? Give its number with --finding; see: workbench show")
        view = desk.execute(DismissFinding(exchange=exchange, version=version, ordinal=finding, reason=reason))
        out.print(f"Exchange {exchange} is now version {view.row.version}, with {view.row.open} open findings.")
    else:
        row = desk.execute(Decide(exchange=exchange, version=version, verdict=Verdict(step.value), reason=reason))
        out.print(f"Exchange {exchange}, version {row.version}: {row.state}.")


def _check_reason(step: Step, reason: str | None) -> None:
    allowed = {Step.REJECT: get_args(RejectReason), Step.DISMISS: get_args(DismissReason)}.get(step)
    if allowed is None and reason is not None:
        raise UserError(f"--reason goes with reject and dismiss, not with {step}; leave it out.")
    if allowed is not None and reason not in allowed:
        raise UserError(f"To {step}, --reason must be one of: {', '.join(allowed)}.")


def _edited_text() -> tuple[str, str]:
    try:
        given = json.load(sys.stdin)
        question, answer = given["question"], given["answer"]
        if not (isinstance(question, str) and isinstance(answer, str) and len(given) == 2):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise UserError(
            'The new text must come on standard input as JSON with exactly "question" and "answer".'
        ) from None
    if has_half_character(question + answer):
        raise UserError("The new text holds half a character (an unpaired surrogate); write it anew.")
    if max(len(question), len(answer)) > 20_000:
        raise UserError("Each side may hold at most 20,000 characters; shorten the text.")
    return question, answer


_NAMES = {"exchange": "Exchange", "multi_turn": "Multi-turn record"}


def _print(view: ExchangeView) -> None:
    row = view.row
    lines = [
        f"{_NAMES[row.kind]} {row.exchange}, version {row.version} ({view.body_kind}), {row.state}; "
        f"made by {view.backend}",
        "",
        view.source,
        "",
        f"QUESTION: {view.question}",
        "",
        f"ANSWER: {view.answer}",
        "",
    ]
    lines += [f"flag {flag.ordinal}: {flag.kind}: {flag.explanation}" for flag in view.flags]
    lines += [
        f"finding {f.ordinal}: {f.state} {f.entity} in the {f.side}, {f.start}-{f.stop}: {f.explanation}"
        for f in view.findings
    ]
    lines += [
        f"{d.time} {d.person} ({d.face}): {d.verdict} version {d.version} {d.reason or ''}" for d in view.decisions
    ]
    for line in lines:
        typer.echo(harmless(line))
