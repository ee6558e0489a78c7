"""The command line of this room."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from audit.errors import AuditError
from finetune.tiny import tiny_base as write_tiny_base
from finetune.train import Job
from finetune.train import train as run_training
from policies.errors import UserError
from policies.recipes import load_recipe

app = typer.Typer(
    help="Adapters from a release bundle.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def train(
    release: Annotated[Path, typer.Option(help="Folder of a release bundle.")],
    base: Annotated[Path, typer.Option(help="Folder of the base model (Hugging Face format, safetensors).")],
    out: Annotated[Path, typer.Option(help="New folder for the adapter and its record.")],
    recipe: Annotated[str, typer.Option(help="Recipe: paper, or ours (early stopping).")] = "ours",
    config: Annotated[list[str] | None, typer.Option(help="Data set of the release; may be given twice.")] = None,
    release_digest: Annotated[str | None, typer.Option(help="Digest that the release must have.")] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="Public key of the log that the release was built in: check its proof too.")
    ] = None,
    revocations: Annotated[
        Path | None, typer.Option(help="Signed list of revoked rows, which are left out; needs --public-key.")
    ] = None,
    seed: int = 42,
    max_steps: Annotated[int | None, typer.Option(min=1, help="Stop after so many steps.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
) -> None:
    """Train an adapter (4-bit QLoRA) on a verified release bundle."""
    job = Job(
        release=release,
        base=base,
        recipe=load_recipe(recipe),
        out=out,
        configs=tuple(config or ["interview"]),
        seed=seed,
        max_steps=max_steps,
        release_digest=release_digest,
        public_key=public_key,
        revocations=revocations,
    )
    run_training(job, resume=resume, say=typer.echo)


@app.command()
def tiny_base(folder: Annotated[Path, typer.Argument(help="New folder.")]) -> None:
    """Write a tiny base with random weights: for trying the path only."""
    write_tiny_base(folder)
    typer.echo(f"Tiny base with random weights in {folder}: for trying the path only.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a user's mistake prints one sentence and gives 2."""
    try:
        app(arguments, prog_name="python -m finetune")
    except (UserError, AuditError) as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0
