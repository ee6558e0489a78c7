"""`workbench models`: the model files that a study may be paraphrased with."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from policies.models import lookalike, recognise
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_name, desk_of, notes, out
from workbench.desk.commands import ListModels, RegisterModel
from workbench.desk.desk import Desk
from workbench.desk.views import ModelFile
from workbench.paraphrase.models import file_digest

app = typer.Typer(help="The model files of a study.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add this file's commands."""
    parent.add_typer(app, name="models")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The model's GGUF file.")],
    name: Annotated[
        str | None, typer.Option(help="Name in this study; it goes into the log.  The known file's by default.")
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Register a model file by its SHA-256, so that `paraphrase --model` takes this file and no other in its place."""
    if name is not None:
        check_name(name, "A model's name")
    with desk_of(study, key_file) as desk:
        add_model(desk, file, name)


@app.command(name="list")
def list_models(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Show the registered model files."""
    with desk_of(study, key_file) as desk:
        models = desk.execute(ListModels()).models
    for model in models:
        known = f" (recognised as {model.known})" if model.known not in (None, model.name) else ""
        _say(f"{model.name}{known}\n  {model.path}\n  {model.bytes:,} bytes, SHA-256 {model.digest}")
    if not models:
        _say("No model is registered; run: workbench models add FILE")


def add_model(desk: Desk, file: Path, name: str | None = None) -> ModelFile:
    """Register a file and tell what it is; the file as it is registered now."""
    path = _absolute(file)
    digest = digest_with_progress(path)
    size = path.stat().st_size
    outcome = desk.execute(RegisterModel(name=name, path=str(path), bytes=size, digest=digest))
    model = outcome.model
    if outcome.status == "duplicate":
        _say(f"This file is registered already, as {model.name}; nothing was changed.")
        return model
    _say(what_it_is(path.name, size, digest))
    _say(f"Registered as {model.name}; use it with: workbench paraphrase --model {model.name}")
    return model


def what_it_is(file_name: str, size: int, digest: str) -> str:
    """Whether a model file is a known one, could be taken for one, or is not known, in words."""
    if known := recognise(digest):
        return f"SHA-256 {digest}: recognised as {known.name} ({known.source})."
    if near := lookalike(file_name, size, digest):
        return (
            f"Warning: by its name or size this could be {near.name}, but it is NOT that file: "
            f"its SHA-256 is {digest}, not {near.sha256}.  Use it only if you know why."
        )
    return f"SHA-256 {digest}: not a known file, which is fine; compare this digest with what its maker publishes."


def digest_with_progress(path: Path) -> str:
    """SHA-256 (hex) of a model file, with a bar where somebody watches."""
    bar = Progress(
        TextColumn("checking the model file"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
        TimeRemainingColumn(), console=notes, transient=True, disable=not notes.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("bytes", total=None)
        return file_digest(path, lambda read, size: bar.update(task, completed=read, total=size))


def _absolute(path: Path) -> Path:
    # A link is not followed: where it points to another file one day, that is a change to be told.
    return Path(os.path.abspath(path))


def _say(words: str) -> None:
    out.print(words, markup=False, soft_wrap=True)
