"""Model files that are known by their digest, so that a study can say which one it holds."""

from functools import cache
from typing import Annotated

from pydantic import Field

from policies.loader import parse, read_shipped
from policies.schema import Section


class KnownModel(Section):
    """One model file: the name it goes by, what identifies it, and what it is."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    file: str
    bytes: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    source: str
    licence: str
    """As the Hub spells it, in lower case; a policy can forbid that its rows are released."""


class _KnownModels(Section):
    models: tuple[KnownModel, ...]


@cache
def known_models() -> tuple[KnownModel, ...]:
    """All known model files."""
    body = read_shipped("reference", "models", ".yaml")
    return parse(_KnownModels, body, "The list of known models").models


def recognise(digest: str) -> KnownModel | None:
    """The known file with this SHA-256 (hex)."""
    return next((model for model in known_models() if model.sha256 == digest), None)


def lookalike(file_name: str, size: int, digest: str) -> KnownModel | None:
    """A known file that this one could be taken for, by its name or its size in bytes, and is not by its digest."""
    if recognise(digest):
        return None
    near = (m for m in known_models() if m.file.casefold() == file_name.casefold() or m.bytes == size)
    return next(near, None)
