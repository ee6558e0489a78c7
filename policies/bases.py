"""What training and answering must agree on about a base model: its identity, and how it is spoken to."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from policies.errors import UserError
from policies.loader import read_shipped

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Environment that a process sets before it imports a model library, so that nothing is looked up or reported."""


class BaseError(UserError):
    """A folder that is no usable base model."""


def base_digest(folder: Path) -> str:
    """SHA-256 (hex) over the names and contents of a base's files: configuration, tokenizer and weights.

    Subfolders and hidden files do not belong to a base.  Raises BaseError for a folder without `config.json`, without
    a weight file in safetensors (pickled weights can run code and are not loaded), or with an unreadable file.
    """
    try:
        files = sorted(f for f in folder.iterdir() if f.is_file() and not f.name.startswith("."))
        names = [f.name for f in files]
        if "config.json" not in names:
            raise BaseError(f"{folder} holds no config.json; give --base the folder of a model in Hugging Face format.")
        if not any(name.endswith(".safetensors") for name in names):
            raise BaseError(f"{folder} holds no *.safetensors file; give --base a model with weights in that format.")
        total = hashlib.sha256()
        for file in files:
            with file.open("rb") as stream:
                total.update(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.name}\n".encode())
    except OSError:
        raise BaseError(f"{folder} cannot be read as a folder; check --base.") from None
    return total.hexdigest()


def plain_format() -> str:
    """The chat template (Jinja) for a base that brings none of its own."""
    return read_shipped("recipes", "plain", ".txt")


def user_turn(instruction: str, text: str) -> str:
    """What stands in the user's turn, in training and when answering: the instruction, then the statement.

    Everything goes into one turn because several bases (Mistral's among them) have no system turn.
    """
    return f"{instruction.strip()}\n\n{text.strip()}".strip()


def without_markers(text: str, markers: Iterable[str]) -> str:
    """The text without the control tokens of a tokenizer spelled out in it, which would be read as such tokens."""
    found = sorted({marker for marker in markers if marker}, key=len, reverse=True)
    while any(marker in text for marker in found):
        for marker in found:
            text = text.replace(marker, "")
    return text
