"""`workbench paraphrase`: condense every page into one exchange."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, notes, out, table
from workbench.cli.models import digest_with_progress
from workbench.desk.commands import RefuseHost, ShowPolicy
from workbench.desk.desk import Desk
from workbench.desk.views import Run
from workbench.errors import HostRefused
from workbench.paraphrase.backend import Backend
from workbench.paraphrase.choose import make_backend
from workbench.paraphrase.run import Tally, paraphrase


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(name="paraphrase")(paraphrase_command)


def paraphrase_command(
    backend: Annotated[
        str | None, typer.Option(help="extractive, llama-cpp or openai; the policy's by default.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Registered model (name or file) for llama-cpp; the engine's model for openai.")
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="Address of an OpenAI-compatible engine.")] = None,
    in_flight: Annotated[int, typer.Option(min=1, max=256, help="Pages asked for at a time, for openai.")] = 16,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads for llama-cpp.")] = None,
    gpu_layers: Annotated[int, typer.Option(help="Layers on the GPU for llama-cpp; -1 for all.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many pages.")] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Condense every page that has no exchange yet.  Stop with Ctrl-C and run it again to go on."""
    with desk_of(study, key_file) as desk:
        policy = desk.execute(ShowPolicy()).policy
        try:
            paraphraser = make_backend(
                desk, policy, backend, model, threads, gpu_layers, endpoint, in_flight, digest_with_progress
            )
        except HostRefused as refusal:
            desk.execute(RefuseHost(host=refusal.host))
            raise
        try:
            tally = run_with_progress(desk, paraphraser, policy.paraphrase.seed, limit)
        finally:
            paraphraser.close()
    show_run(paraphraser, tally)
    if tally.interrupted:
        raise typer.Exit(130)


def run_with_progress(desk: Desk, backend: Backend, seed: int, limit: int | None = None) -> Tally:
    """Run with a bar: pages, words per second, remaining time."""
    bar = Progress(
        TextColumn(f"paraphrasing ({backend.name})"), BarColumn(), MofNCompleteColumn(), TextColumn("pages"),
        TaskProgressColumn(show_speed=True), TextColumn("{task.fields[speed_words]}"), TimeRemainingColumn(),
        console=notes, transient=True, disable=not notes.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("pages", total=None, speed_words="")

        def show(run: Run, tally: Tally) -> None:
            total = run.pages if limit is None else min(limit, run.pages)
            elapsed = bar.tasks[0].elapsed or 0
            rate = f"{tally.words / elapsed:,.0f} words/s" if elapsed > 0 and tally.words else ""
            bar.update(task, total=total, completed=tally.pages, speed_words=rate)

        return paraphrase(desk, backend, seed, show, limit)


def show_run(backend: Backend, tally: Tally) -> None:
    """Print what a run did."""
    rows = [
        ("pages paraphrased", tally.pages),
        ("words read", tally.words),
        ("attempts made again", tally.again),
        ("pages divided, too long for the model", tally.split),
        ("malformed, kept for review", tally.malformed),
        ("flagged", tally.flagged),
        ("identifiers treated", tally.treated),
    ]
    table(f"Paraphrase by {backend.name}", ("", "count"), rows)
    if tally.interrupted:
        out.print("Interrupted.  Run the same command again to go on.")
