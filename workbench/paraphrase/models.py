"""Model files: their digest, and the desk's side of registering them and of checking that they are unchanged."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from audit.details import ModelRefused, ModelRegistered
from audit.events import Outcome
from policies import Role
from policies.models import recognise
from workbench.desk import commands, views
from workbench.errors import BackendError, Refused
from workbench.store import models
from workbench.store.models import ModelRow
from workbench.study.study import Study

GGUF_MAGIC = b"GGUF"
CHUNK = 4 * 2**20


def file_digest(path: Path, progress: Callable[[int, int], None] | None = None) -> str:
    """SHA-256 (hex) of a model file; `progress` is told the bytes read so far and the bytes in all.

    Raises BackendError when the file cannot be read or is no GGUF.
    """
    digest, read = hashlib.sha256(), 0
    try:
        with open(path, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            if file.read(len(GGUF_MAGIC)) != GGUF_MAGIC:
                raise BackendError(f"{path} is not a GGUF model; name a model's .gguf file.")
            file.seek(0)
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                read += len(chunk)
                if progress:
                    progress(read, size)
    except OSError:
        raise BackendError(f"The model {path} cannot be read; check the path.") from None
    return digest.hexdigest()


def register_model(study: Study, command: commands.RegisterModel, role: Role) -> views.ModelOutcome:
    """Register a file under a name.  Neither a name nor a path is ever given to a second digest."""
    if same := _same_file(study, command.path, command.digest, role):
        return views.ModelOutcome(status="duplicate", model=_view(same))
    known = recognise(command.digest)
    # Not the file's own name by default: the name goes into the log, and file names count as text.
    name = command.name or (known.name if known else f"model-{command.digest[:8]}")
    for row in models.everything(study.db):
        if row.name == name:
            _record_refusal(study, row, command.digest, role)
            raise Refused(
                f"The name {name} belongs to a model file with another SHA-256, so nothing was registered; "
                "choose another name with --name."
            )
    model = ModelRow(name, command.path, command.bytes, command.digest, known.name if known else None)
    with study.change(role) as change:
        models.add(study.db, model)
        change.record(ModelRegistered(digest=model.digest, bytes=model.bytes), name)
    return views.ModelOutcome(status="added", model=_view(model))


def list_models(study: Study, command: commands.ListModels, role: Role) -> views.ModelFiles:
    """All registered files."""
    return views.ModelFiles(models=tuple(_view(row) for row in models.everything(study.db)))


def check_model(study: Study, command: commands.CheckModel, role: Role) -> views.ModelFile:
    """The registered file with this digest; a registered path that holds another file is refused and recorded."""
    same = _same_file(study, command.path, command.digest, role)
    if same is None:
        raise Refused(not_registered(command.path))
    return _view(same)


def not_registered(asked: str) -> str:
    """The sentence for a model that nobody registered."""
    return f"The model {asked} is not registered in this study; run: workbench models add FILE"


def _same_file(study: Study, path: str, digest: str, role: Role) -> ModelRow | None:
    """The registered file with this digest; raises Refused where the path was registered with another one."""
    registered = models.everything(study.db)
    for row in registered:
        if row.path == path and row.digest != digest:
            _record_refusal(study, row, digest, role)
            raise Refused(
                f"{path} is no longer the file that was registered as {row.name} (its SHA-256 has changed); put that "
                "file back, or give the new one a file name of its own and run: workbench models add FILE"
            )
    return next((row for row in registered if row.digest == digest), None)


def _record_refusal(study: Study, row: ModelRow, digest: str, role: Role) -> None:
    with study.change(role) as change:
        details = ModelRefused(registered=row.digest, digest=digest)
        change.record(details, row.name, outcome=Outcome.REFUSED)


def _view(row: ModelRow) -> views.ModelFile:
    return views.ModelFile(**asdict(row))
