"""The record of a training run: RUN/run.json, from which the run can be judged, repeated and continued."""

import json
import os
from importlib import metadata
from pathlib import Path
from typing import Any

from finetune.errors import TrainingError

FORMAT = "finetune-run/1"
RECORD = "run.json"
IDENTITY = ("format", "release", "recipe", "base", "seed", "max_steps")
_LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "accelerate", "tokenizers")


def versions() -> dict[str, str]:
    """Versions of the libraries that decide the outcome."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def write_record(run: Path, record: dict[str, Any]) -> None:
    """Replace the record as a whole, so that it is never half-written."""
    part = run / f"{RECORD}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(record, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(run / RECORD)


def make_run(run: Path, record: dict[str, Any]) -> None:
    """Make the run's folder where there is none yet, and write its record."""
    try:
        run.mkdir(parents=True, exist_ok=True)
        write_record(run, record)
    except OSError:
        raise TrainingError(f"The folder {run} cannot be written; check --out.") from None


def check_run(run: Path, identity: dict[str, Any], *, resume: bool) -> None:
    """Raise TrainingError unless the folder is new or, with `resume`, holds an unfinished run of this identity."""
    if not run.exists():
        if resume:
            raise TrainingError(f"There is no run in {run} to continue; leave out --resume or check --out.")
        return
    try:
        old = json.loads((run / RECORD).read_text(encoding="utf-8"))
        same, finished = {key: old[key] for key in IDENTITY} == identity, old["state"] == "finished"
    except (OSError, ValueError, LookupError, TypeError):
        raise TrainingError(f"{run} exists and is no training run; give --out a new folder.") from None
    if finished:
        raise TrainingError(f"The run in {run} is finished; give --out a new folder.")
    if not same:
        raise TrainingError(
            f"{run} holds a run of another release, recipe, base, seed or --max-steps; give --out a new folder."
        )
    if not resume:
        raise TrainingError(f"{run} holds an unfinished run of the same kind; add --resume to continue it.")
