"""The command line of this room."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.errors import AuditError
from eval import answers as answering
from eval.endpoint import Endpoint
from eval.errors import EvalError
from eval.files import read_ratings
from eval.judge import judge as run_judge
from eval.report import report as make_report
from eval.stub import STUB_MODEL, stub_server
from eval.table import lines
from policies.errors import UserError
from policies.recipes import load_recipe
from policies.rubric import load_rubric

app = typer.Typer(
    help="Answers, judges and the report.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _watch(bar: Progress, what: str) -> Callable[[int, int], None]:
    task = bar.add_task(what, total=None)

    def progress(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)

    return progress


@app.command()
def answer(
    base: Annotated[Path, typer.Option(help="Folder of the base model.")],
    questions: Annotated[Path, typer.Option(help="Questions, one JSON object a line.")],
    out: Annotated[Path, typer.Option(help="Answers file; an existing one is continued.")],
    adapter: Annotated[Path | None, typer.Option(help="Folder of a finished training run.")] = None,
    instruction_of: Annotated[
        Path | None, typer.Option(help="Training run whose instruction introduces each question (default: --adapter).")
    ] = None,
    recipe: Annotated[str, typer.Option(help="Recipe whose generation settings are used.")] = "paper",
    model_id: Annotated[str, typer.Option(help="Name in the answers file (default: the folder's).")] = "",
    seed: int = 42,
    greedy: Annotated[bool, typer.Option("--greedy", help="Take the likeliest token instead of sampling.")] = False,
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's number.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")] = None,
) -> None:
    """Let a base model, with or without an adapter, answer the questions."""
    loaded = load_recipe(recipe)
    run = instruction_of or adapter
    record = answering.read_run(run) if run else {"instruction": ""}
    setting = answering.Setting(
        base=base,
        adapter=adapter,
        recipe=loaded,
        instruction=record["instruction"],
        seed=seed,
        greedy=greedy,
        max_new_tokens=max_new_tokens or loaded.recipe.generation.max_new_tokens,
    )
    name = model_id or (adapter or base).resolve().name
    with _bar() as bar:
        count = answering.answer(setting, questions, name, out, limit, _watch(bar, "answers"))
    typer.echo(f"{count} new answers by {name} in {out}.")


@app.command()
def judge(
    answers: Annotated[list[Path], typer.Option(help="Answers file; may be given several times.")],
    questions: Annotated[Path, typer.Option(help="Questions, one JSON object a line.")],
    endpoint: Annotated[str, typer.Option(help="OpenAI-compatible address, such as http://127.0.0.1:8000/v1.")],
    model: Annotated[str, typer.Option(help="Name of the judge at that endpoint.")],
    out: Annotated[Path, typer.Option(help="Ratings file; an existing one is continued.")],
    allow_host: Annotated[list[str] | None, typer.Option(help="Host outside this machine that may be used.")] = None,
    retries: Annotated[int, typer.Option(min=0, max=20, help="How often a failed transport is tried again.")] = 4,
) -> None:
    """Rate every answer on every metric; exits 1 if any reply of the judge was unusable.  Key: OPENAI_API_KEY."""
    allowed = [host.casefold() for host in allow_host or []]
    with _bar() as bar:
        judge_endpoint = Endpoint(endpoint, model, allowed, retries=retries)
        counts = run_judge(answers, questions, judge_endpoint, load_rubric(), out, _watch(bar, "ratings"))
    typer.echo(f"{counts.rated} answers rated, {counts.skipped} were rated before, {counts.failed} failed; see {out}.")
    if counts.unknown:
        typer.echo(f"{counts.unknown} answers were left out: {questions} does not hold their questions.")
    if counts.failed:
        typer.echo("Run the same command again to try the failed ones once more.", err=True)
        raise typer.Exit(1)


@app.command()
def report(
    ratings: Annotated[list[Path], typer.Option(help="Ratings file; may be given several times.")],
    base: Annotated[str, typer.Option(help="Name of the model that the others are compared with.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Print means, and the t-test against the base with its direction and effect, per judge and metric."""
    rubric = load_rubric().rubric
    reports = make_report(read_ratings(ratings).values(), rubric, base)
    if as_json:
        typer.echo(json.dumps([one.model_dump() for one in reports], indent=2))
    else:
        typer.echo("\n\n".join("\n".join(lines(one, rubric)) for one in reports))


@app.command()
def stub_judge(port: Annotated[int, typer.Option(min=0, max=65535)] = 8123) -> None:
    """Serve a judge that rates by a hash, to try the path without a model."""
    try:
        server = stub_server(port)
    except OSError:
        raise EvalError(f"Port {port} is taken on this machine; give another --port.") from None
    typer.echo(f"Stub judge (model {STUB_MODEL}; ratings mean nothing): http://127.0.0.1:{server.server_port}/v1")
    sys.stdout.flush()
    with server:
        server.serve_forever()


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a user's mistake prints one sentence and gives 2."""
    try:
        outcome = app(arguments, prog_name="python -m eval", standalone_mode=True)
    except (UserError, AuditError) as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except BrokenPipeError:
        os.close(1)
        return 1
    return int(outcome or 0)
