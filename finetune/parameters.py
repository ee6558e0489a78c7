"""How many parameters an adapter has, from the base's configuration alone."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LoraCount:
    """Trainable parameters of an adapter and those of its base.

    `stored` counts the base's elements as a 4-bit base stores them, two linear weights to a byte; a share taken of it
    comes out about twice too large and is given only because it is what some tools print.
    """

    trainable: int
    base: int
    stored: int

    @property
    def share(self) -> float:
        """Trainable share of base plus adapter."""
        return self.trainable / (self.base + self.trainable)

    @property
    def stored_share(self) -> float:
        """The same share with packed weights counted as one each."""
        return self.trainable / (self.stored + self.trainable)


def count_lora(config: Any, rank: int) -> LoraCount:
    """Count for LoRA on every linear layer but the output head (`config`: a transformers model configuration).

    Only shapes are made (PyTorch's meta device), no weights.  A layer of shape out x in gets rank x (in + out)
    parameters (Hu et al. 2021).
    """
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    head = model.get_output_embeddings()
    layers = [m for m in model.modules() if isinstance(m, torch.nn.Linear) and m is not head]
    packed = sum(layer.weight.numel() for layer in layers)
    base = sum(parameter.numel() for parameter in model.parameters())
    trainable = sum(rank * (layer.in_features + layer.out_features) for layer in layers)
    return LoraCount(trainable, base, base - packed + packed // 2)
