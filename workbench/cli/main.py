"""The command line: one command a stage of the path, all through the desk."""

import re
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from audit.errors import AuditError
from policies import UserError
from workbench import __version__
from workbench.cli import (
    audit,
    decide,
    demo,
    ingest,
    models,
    paraphrase,
    people,
    policy,
    prompt,
    release,
    roster,
    scan,
    screen,
    status,
    study,
    study_care,
    turns,
)
from workbench.errors import Interrupted


class _Commands(TyperGroup):
    """All commands; Ctrl-C in one that has nothing of its own to say about it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # Typer would end in silence.
            raise Interrupted("Interrupted.  What was stored stays stored.") from None


app = typer.Typer(
    name="workbench",
    cls=_Commands,
    help="From counselling transcripts to reviewed, de-identified training data.",
    no_args_is_help=True,
    # Typer's own crash output shows local variables, and these can hold text.
    pretty_exceptions_enable=False,
    add_completion=False,
)
for part in (study, people, roster, ingest, models, paraphrase, turns, status, decide, scan, screen, demo):
    part.register(app)
app.add_typer(audit.app, name="audit")
app.add_typer(policy.app, name="policy")
app.add_typer(prompt.app, name="prompt")
app.add_typer(release.app, name="release")
app.add_typer(study_care.app, name="study")


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Show the version and stop.", is_eager=True)) -> None:
    """From counselling transcripts to reviewed, de-identified training data."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; every error ends in one sentence, never in a traceback."""
    try:
        # Without its standalone mode, click hands back the code of typer.Exit instead of leaving with it.
        sys.exit(app(prog_name="workbench", standalone_mode=False) or 0)
    except (UserError, AuditError) as problem:
        _end(str(problem), problem.exit_code)
    except typer.TyperException as problem:
        _end(_usage(problem), problem.exit_code)
    except typer.Abort:
        _end("Stopped; what was stored stays stored.", 130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as problem:
        # A message or traceback could quote a transcript, so only the kind of fault and its place are told.
        _end(f"The workbench has a fault ({type(problem).__name__} in {_place(problem)}); nothing stored was lost.", 70)


PLAIN_WORDS = (
    (r"\. Choose from:", "; choose one of:"),
    (r"Value error, ", ""),
    (r"Input should be a valid integer.*", "it must be a whole number"),
    (r"Input should be a valid number.*", "it must be a number"),
    (r"Input should be greater than or equal to", "it must be at least"),
    (r"Input should be less than or equal to", "it must be at most"),
    (r"Input should be", "it must be"),
)
"""What the libraries say about an option's value, and how we say it."""


def _usage(problem: typer.TyperException) -> str:
    """A mistake in the command's words, with the help of that very command."""
    # Without a command the help has been printed, the message is empty and there is nothing to add.
    sentence = " ".join(problem.format_message().split()).rstrip(".")
    for raw, plain in PLAIN_WORDS:
        sentence = re.sub(raw, plain, sentence)
    context = getattr(problem, "ctx", None)
    command = context.command_path if context else "workbench"
    return f"{sentence}; see: {command} --help" if sentence else ""


def _place(problem: BaseException) -> str:
    trace = problem.__traceback__
    place = "an unknown place"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.split(".")[0] in ("workbench", "audit", "redaction", "policies"):
            place = f"{module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _end(sentence: str, code: int) -> None:
    if sentence:
        print(sentence, file=sys.stderr)
    sys.exit(code)
