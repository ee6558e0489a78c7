"""`workbench prompt`: what the local model is asked, word for word."""

from typing import Annotated

import typer

from policies import load_policy, load_prompt
from policies.loader import shipped
from policies.retries import NAME, RETRIED, load_retry_notes
from workbench.cli.console import table
from workbench.cli.scan import DEFAULT_POLICY, PolicyOption

app = typer.Typer(name="prompt", help="Look at the prompts.", no_args_is_help=True)


@app.command(name="list")
def list_prompts() -> None:
    """Show the prompts that ship with the workbench, with their digests."""
    rows = [(name, load_prompt(name).digest) for name in shipped("prompts", ".txt")]
    table("Prompts", ("name", "digest"), [*rows, (NAME, load_retry_notes()[1])])


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Name of a prompt; the policy's by default.")] = None,
    policy: PolicyOption = DEFAULT_POLICY,
) -> None:
    """Print a prompt as the model gets it under a policy, with a place for the page, and its digest.

    `again` is what a model is told besides when an earlier answer could not be used.
    """
    settings = load_policy(policy).policy.paraphrase
    if name == NAME:
        notes, digest = load_retry_notes()
        typer.echo(notes.render(RETRIED, **settings.prompt_values))
        typer.echo(f"What follows the page after a failed attempt, as far as it applies; digest {digest}.", err=True)
        return
    prompt = load_prompt(name or settings.prompt)
    typer.echo(prompt.render(**settings.prompt_values, page="(the page stands here)"))
    typer.echo(f"Prompt {prompt.name}, digest {prompt.digest}.", err=True)
