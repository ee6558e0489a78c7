"""`workbench review`, `show` and `decide`: the reviewer's commands."""

import getpass
import json
import shutil
import sys
from enum import StrEnum
from typing import Annotated, get_args

import typer

from policies import Face, UserError, Verdict
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_terminal, desk_of, out
from workbench.cli.exchange import lines_of
from workbench.cli.look import AsciiOption, KeymapOption, PrintKeymapOption, ThemeOption, find_look
from workbench.cli.plain import PlainReview, by_words
from workbench.cli.signing import sign
from workbench.desk.commands import Decide, DismissFinding, EditExchange, ListQueue, OpenExchange
from workbench.desk.desk import Desk
from workbench.desk.reviewing import SendBack, Withdraw
from workbench.desk.views import DismissReason, RejectReason, SendBackReason, WithdrawReason
from workbench.errors import NotThere
from workbench.harmless import harmless
from workbench.ingest.transcript import has_half_character


class Step(StrEnum):
    """What `decide` can do."""

    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    DISMISS = "dismiss"
    SEND_BACK = "send-back"
    WITHDRAW = "withdraw"


REASONS = {
    Step.REJECT: get_args(RejectReason),
    Step.DISMISS: get_args(DismissReason),
    Step.SEND_BACK: get_args(SendBackReason),
    Step.WITHDRAW: get_args(WithdrawReason),
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(review)
    app.command()(show)
    app.command()(decide)


def review(
    theme: ThemeOption = None,
    ascii_only: AsciiOption = None,
    keymap: KeymapOption = None,
    print_keymap: PrintKeymapOption = False,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line, for screen readers and scripts.")] = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Open the review screen."""
    if plain:
        with desk_of(study, key_file, Face.TUI) as desk:
            PlainReview(desk, lambda: sys.stdin.readline() or None, _print, getpass.getpass).run()
        return
    check_terminal("The review screen", "workbench decide")
    from workbench.tui.app import run_review

    look = find_look(theme, ascii_only, keymap)
    with desk_of(study, key_file, Face.TUI) as desk:
        run_review(desk, look)


def _print(text: str) -> None:
    """Print lines; a terminal gets none that it would have to break within a word."""
    typer.echo(by_words(text, shutil.get_terminal_size().columns) if sys.stdout.isatty() else text)


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
        for line in lines_of(view):
            typer.echo(harmless(line))


def decide(
    exchange: Annotated[int, typer.Argument(help="Number of the exchange.")],
    step: Annotated[Step, typer.Argument(help="approve, reject, send-back, edit, dismiss or withdraw.")],
    reason: Annotated[str | None, typer.Option(help="Why: needed to reject, send back, dismiss and withdraw.")] = None,
    finding: Annotated[int | None, typer.Option(help="Number of the finding to dismiss.")] = None,
    version: Annotated[
        int | None, typer.Option(help="Refuse if the exchange has another version by now.", show_default="the latest")
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Decide one exchange from a script.

    `edit` reads the new text from standard input as JSON: {"question": "...", "answer": "..."}.  Reasons to reject:
    identifying, unfaithful, malformed, off_topic, poor_quality, duplicate, flagged, other.  To send back for another
    paraphrase: unfaithful, malformed, poor_quality, too_short, leaks, other.  To dismiss a finding: not_identifying,
    common_word, public_knowledge, wrong_span, other.  To withdraw a decision: new_knowledge, mistake, consent, policy,
    other.  To take back the last step there is: workbench undo
    """
    edited = _edited_text() if step is Step.EDIT else None
    _check_reason(step, reason)
    with desk_of(study, key_file) as desk:
        current = version if version is not None else _latest(desk, exchange)
        _carry_out(desk, exchange, current, step, reason, finding, edited)


def _latest(desk: Desk, exchange: int) -> int:
    """The version that there is.  It is not opened for that: the log would say that somebody has seen it."""
    rows = desk.execute(ListQueue(around=exchange)).rows
    found = next((row.version for row in rows if row.exchange == exchange), None)
    if found is None:
        raise NotThere(f"There is no exchange {exchange} in this study; list them with: workbench queue")
    return found


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
    elif step is Step.WITHDRAW:
        row = desk.execute(Withdraw(exchange=exchange, version=version, reason=reason))
        out.print(f"Exchange {exchange}, version {row.version}: {row.state}.")
    elif step is Step.SEND_BACK:
        row = desk.execute(SendBack(exchange=exchange, version=version, reason=reason)).row
        out.print(f"Exchange {exchange} is {row.state.replace('_', ' ')}; its page waits for: workbench paraphrase")
    else:
        verdict = Verdict.APPROVE if step is Step.APPROVE else Verdict.REJECT
        if verdict is Verdict.APPROVE:
            sign(desk)
        row = desk.execute(Decide(exchange=exchange, version=version, verdict=verdict, reason=reason)).row
        out.print(f"Exchange {exchange}, version {row.version}: {row.state}.")


def _check_reason(step: Step, reason: str | None) -> None:
    allowed = REASONS.get(step)
    if allowed is None and reason is not None:
        raise UserError(f"--reason does not go with {step}; leave it out.")
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
