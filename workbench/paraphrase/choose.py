"""Choosing the backend of a paraphrase run, and the registered model that it works with."""

import os
from collections.abc import Callable
from pathlib import Path

from policies import Policy
from workbench.desk.commands import CheckModel, ListModels
from workbench.desk.desk import Desk
from workbench.errors import BackendError, Refused
from workbench.paraphrase.backend import Backend
from workbench.paraphrase.models import file_digest, not_registered

Reading = Callable[[Path], str]
"""Reads a file and gives its SHA-256 (hex), perhaps telling how far it is."""


def make_backend(
    desk: Desk,
    policy: Policy,
    name: str | None,
    model: str | None,
    threads: int | None = None,
    gpu_layers: int = 0,
    endpoint: str | None = None,
    in_flight: int = 16,
    reading: Reading = file_digest,
) -> Backend:
    """The backend asked for, else the policy's; an endpoint alone asks for openai, a model for llama-cpp."""
    chosen = name or ("openai" if endpoint else "llama-cpp" if model else policy.paraphrase.backend)
    if endpoint and chosen != "openai":
        raise BackendError(f"The {chosen} backend takes no endpoint; leave --endpoint out or choose openai.")
    if chosen == "extractive":
        if model:
            raise BackendError("The extractive backend takes no model; leave --model out or choose llama-cpp.")
        from workbench.paraphrase.extractive import Extractive

        return Extractive(policy)
    if chosen == "llama-cpp":
        if model is None:
            raise BackendError(
                "The llama-cpp backend needs a model; name a registered one with --model, or see: workbench models list"
            )
        from workbench.paraphrase.llama_cpp import LlamaCpp

        file, digest = registered_model(desk, model, reading)
        return LlamaCpp(policy, file, threads, gpu_layers, digest)
    if chosen == "openai":
        if endpoint is None or model is None:
            raise BackendError("The openai backend needs --endpoint ADDRESS and --model NAME.")
        from workbench.paraphrase.endpoint import Endpoint

        return Endpoint(policy, endpoint, model, in_flight)
    raise BackendError(f"There is no backend {chosen!r}; --backend is extractive, llama-cpp or openai.")


def registered_model(desk: Desk, asked: str, reading: Reading = file_digest) -> tuple[Path, str]:
    """File and SHA-256 of the registered model asked for by name or path.

    The file is read once, here, by `reading`.  Raises Refused where it was never registered or has changed, which the
    desk records.
    """
    models = desk.execute(ListModels()).models
    named = next((model for model in models if model.name == asked), None)
    # A link is not followed: where it points to another file one day, that is a change to be told.
    path = Path(named.path) if named else Path(os.path.abspath(asked))
    try:
        size = path.stat().st_size
    except OSError:
        if named:
            raise BackendError(
                f"The model {asked} is not at {path} any more; put it back, or name its file with --model."
            ) from None
        raise BackendError(
            f"There is no model named {asked} in this study and no file of that name that can be read; "
            "check --model, or see: workbench models list"
        ) from None
    if not any(model.path == str(path) or model.bytes == size for model in models):
        raise Refused(not_registered(asked))  # without reading gigabytes first
    digest = reading(path)
    desk.execute(CheckModel(path=str(path), digest=digest))
    return path, digest
