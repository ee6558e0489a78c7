"""Which detector this is: a digest of all that decides what it finds."""

import hashlib
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from policies.schema import Redaction

LIBRARIES = ("numpy", "onnxruntime", "phonenumbers", "presidio-analyzer", "spacy")
"""What it is built on; another version of them may find something else."""


def detector_digest(settings: Redaction) -> str:
    """SHA-256 (hex) over the rules, word lists and model of the detector, its libraries, and a policy's settings."""
    return hashlib.sha256(f"{_code()}\n{settings.model_dump_json()}".encode()).hexdigest()


@cache
def _code() -> str:
    """The digest of the room `redaction` as it is installed; some 20 MB, read once."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    for name, file in sorted(_files(resources.files("redaction"), "redaction")):
        digest.update(f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _files(folder: Traversable, name: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name not in ("__pycache__", "training"):
            found += _files(entry, path)
        elif entry.is_file() and not entry.name.endswith(".md"):
            found.append((path, entry))
    return found
