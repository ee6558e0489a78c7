"""The shape of a fine-tuning recipe: every number that decides how an adapter is trained and how it answers."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from policies.loader import digest_of, parse, read_shipped
from policies.schema import Section

Tokens = Annotated[int, Field(ge=1, le=131_072)]
Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]


class Optimizer(Section):
    """The optimizer, by its name in transformers, and its two limits."""

    name: str
    weight_decay: Annotated[float, Field(ge=0)]
    max_grad_norm: Positive


class Batch(Section):
    """Rows per optimizer step: `per_device` x `accumulation` (on one device)."""

    per_device: Annotated[int, Field(ge=1)]
    accumulation: Annotated[int, Field(ge=1)]


class LearningRate(Section):
    """The peak learning rate, the share of all steps that warms up to it, and what follows."""

    peak: Positive
    warmup_ratio: Share
    schedule: Literal["constant", "constant_with_warmup", "linear", "cosine"]


class Lengths(Section):
    """Most tokens of the source (everything up to the answer marker) and of the target (the answer and its end)."""

    source: Tokens
    target: Tokens


class Quantisation(Section):
    """How the base's weights are stored while the adapter is trained and when it answers."""

    type: Literal["nf4", "fp4"]
    double: bool
    compute: Literal["bfloat16", "float16", "float32"]

    def arguments(self) -> dict[str, object]:
        """The keyword arguments of transformers' `BitsAndBytesConfig`."""
        return {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": self.type,
            "bnb_4bit_use_double_quant": self.double,
            "bnb_4bit_compute_dtype": self.compute,
        }


class Lora(Section):
    """The adapter: rank, alpha, dropout, and which layers it sits on."""

    rank: Annotated[int, Field(ge=1, le=1024)]
    alpha: Annotated[int, Field(ge=1)]
    dropout: Share
    layers: Literal["all-linear"]
    """Every linear layer but the output head."""


class Generation(Section):
    """How an answer is sampled."""

    max_new_tokens: Tokens
    temperature: Positive
    top_k: Annotated[int, Field(ge=1)]
    top_p: Annotated[float, Field(gt=0, le=1)]


class EarlyStopping(Section):
    """Some rows are held out; training stops when the loss on them no longer falls, and the best checkpoint stays."""

    held_out: Annotated[float, Field(gt=0, lt=1)]
    """Share of the rows that is held out."""
    checks_per_epoch: Annotated[int, Field(ge=1)]
    patience: Annotated[int, Field(ge=1)]
    """How many checks in a row may bring no improvement."""


class Recipe(Section):
    """All numbers of one way to train.  Loaded by `load_recipe`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    version: Annotated[int, Field(ge=1)]
    description: str
    epochs: Positive
    optimizer: Optimizer
    batch: Batch
    learning_rate: LearningRate
    lengths: Lengths
    quantisation: Quantisation
    lora: Lora
    generation: Generation
    early_stopping: EarlyStopping | None


@dataclass(frozen=True, slots=True)
class LoadedRecipe:
    """A recipe with the digest (SHA-256, hex) of the file it came from."""

    recipe: Recipe
    digest: str


def load_recipe(name: str) -> LoadedRecipe:
    """Load a recipe that ships with the project; raises PolicyError when there is none of that name."""
    body = read_shipped("recipes", name, ".yaml")
    return LoadedRecipe(parse(Recipe, body, f"Recipe {name}"), digest_of(body))
