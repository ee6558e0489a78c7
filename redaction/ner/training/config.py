"""The shape of config.yaml."""

from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Part):
    """One pass of fine-tuning and what it is fed."""

    name: str
    learning_rate: float
    corpora: dict[str, int]
    """Records drawn from each open corpus."""
    spoken_copies: int = 0
    """How often each spoken session is used, each time with other names, places and numbers."""
    composed_pages: int = 0
    """Pages written by the generator."""


class Config(_Part):
    """Everything that decides what the model becomes."""

    seed: int
    batch_tokens: int
    label_smoothing: float
    weight_decay: float
    warmup_batches: int
    held_out: int = 10
    """Every n-th spoken session is kept aside for scoring."""
    stages: tuple[Stage, ...]


def load_config() -> Config:
    """The shipped configuration."""
    return Config.model_validate(yaml.safe_load((resources.files(__package__) / "config.yaml").read_text("utf-8")))
