"""The command line: one command a stage of the path, all through the desk."""

import sys

import typer

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
    turns,
)

app = typer.Typer(
    name="workbench",
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
        sys.exit(app(standalone_mode=False) or 0)
    except (UserError, AuditError) as problem:
        _end(str(problem), problem.exit_code)
    except typer.TyperException as problem:
        # Without a command the help has been printed, the message is empty and there is nothing to add.
        lines = problem.format_message().splitlines()
        _end(f"{lines[0].rstrip('.')}; see: workbench --help" if lines else "", problem.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _end("Stopped; what was stored stays stored.", 130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as problem:
        # A message or traceback could quote a transcript, so only the kind of fault and its place are told.
        _end(f"The workbench has a fault ({type(problem).__name__} in {_place(problem)}); nothing stored was lost.", 70)


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
