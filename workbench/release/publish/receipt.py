"""The receipt of a publication: a small JSON file beside the bundle, for the study's people.  It holds no secret."""

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.bundle import Bundle
from policies import UserError
from workbench.release.publish.check import files_of, release_id
from workbench.release.publish.path import write_once

_MAX_BYTES = 100_000


class Receipt(BaseModel):
    """What was handed out, where to, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["curation-publication/1"] = "curation-publication/1"
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    version: str
    manifest_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kind: Literal["hub", "path"]
    destination: str
    commit: str | None = None
    tag: str | None = None
    files: int
    bytes: int
    time: datetime


def write(
    bundle: Bundle,
    kind: Literal["hub", "path"],
    destination: str,
    time: datetime,
    *,
    commit: str | None = None,
    tag: str | None = None,
) -> Path:
    """Write the receipt, unless it is there from the first time; its path.  Raises `OSError`."""
    manifest, files = bundle.manifest, files_of(bundle)
    made = Receipt(
        name=manifest.name,
        version=manifest.version,
        manifest_digest=bundle.digest,
        kind=kind,
        destination=destination,
        commit=commit,
        tag=tag,
        files=len(files),
        bytes=sum(file.size for file in files),
        time=time.replace(microsecond=0),
    )
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", destination).strip("-.")
    path = bundle.path.absolute().parent / f"{release_id(manifest)}.{slug}.receipt.json"
    write_once(path, made.model_dump_json(indent=2, exclude_none=True) + "\n")
    return path


def read(path: Path) -> Receipt:
    """The receipt in a file.  Raises `UserError`."""
    try:
        with path.open("rb") as file:
            return Receipt.model_validate_json(file.read(_MAX_BYTES))
    except OSError as problem:
        raise UserError(f"{path} cannot be read ({problem.strerror}); name the receipt of a publication.") from None
    except ValidationError:
        raise UserError(f"{path} is no receipt of a publication; name the file that release publish wrote.") from None
