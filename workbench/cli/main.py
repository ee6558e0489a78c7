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
    browser,
    consent,
    decide,
    demo,
    ingest,
    models,
    paraphrase,
    people,
    policy,
    prompt,
    quality,
    release,
    roster,
    scan,
    screen,
    serve,
    signing,
    status,
    steps,
    study,
    study_care,
    turns,
)
from workbench.cli.console import HERE, KeyFileOption, ServerOption, StudyOption, offer_server, only_of_home
from workbench.cli.home import open_home
from workbench.cli.look import AsciiOption, KeymapOption, ThemeOption
from workbench.errors import Interrupted
from workbench.faults import told


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
    # Typer's own crash output shows local variables, and these can hold text.
    pretty_exceptions_enable=False,
    add_completion=False,
)
PARTS = (
    study, people, roster, consent, ingest, models, paraphrase, turns, status, decide, steps, quality, signing, browser,
    serve, scan, screen, demo,
)  # fmt: skip
for part in PARTS:
    part.register(app)
app.add_typer(audit.app, name="audit")
app.add_typer(policy.app, name="policy")
app.add_typer(prompt.app, name="prompt")
app.add_typer(release.app, name="release")
app.add_typer(study_care.app, name="study")


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show the version and stop.", is_eager=True),
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
    server: ServerOption = None,
    theme: ThemeOption = None,
    ascii_only: AsciiOption = None,
    keymap: KeymapOption = None,
) -> None:
    """From counselling transcripts to reviewed, de-identified training data.  Without a command: the study's home."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        open_home(study, key_file, theme, ascii_only, keymap)
    else:
        only_of_home(context)


def main() -> None:
    """Run the command line; every error ends in one sentence, never in a traceback."""
    try:
        # Without its standalone mode, click hands back the code of typer.Exit instead of leaving with it.
        command = typer.main.get_command(app)
        offer_server(command)
        sys.exit(command(prog_name="workbench", standalone_mode=False) or 0)
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
        _end(f"The workbench has a fault ({told(problem)}); nothing stored was lost.", 70)


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


def _end(sentence: str, code: int) -> None:
    if sentence:
        print(sentence, file=sys.stderr)
    sys.exit(code)
