"""From the fine-tuned model to the int8 ONNX file that ships."""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import PreTrainedModel


class _Logits(torch.nn.Module):
    """The model with plain positional inputs and its logits as the only output."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, attention: torch.Tensor, capitals: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=ids, attention_mask=attention, token_type_ids=capitals).logits
        return logits


def export(model: PreTrainedModel, path: Path) -> Path:
    """Writes the model with int8 weights and returns the path.

    One scale a channel; seven bits of the eight, because processors without VNNI would overflow with all eight and read
    differently from those that have it.

    Inputs `ids`, `attention` and `capitals`, each int64 of shape (windows, tokens); output `logits`, float32 of shape
    (windows, tokens, classes).
    """
    with TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        write_full(model, full)
        quantize_dynamic(full, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    return path


def write_full(model: PreTrainedModel, path: Path) -> None:
    """The same model in fp32, what the int8 file is measured against."""
    # Three tensors of their own: one tensor given three times would become one input.
    sample = tuple(torch.ones((2, 16), dtype=torch.long) for _ in range(3))
    axes = {0: torch.export.Dim("windows"), 1: torch.export.Dim("tokens")}
    torch.onnx.export(
        _Logits(model.eval()),
        sample,
        path,
        input_names=["ids", "attention", "capitals"],
        output_names=["logits"],
        dynamic_shapes={"ids": axes, "attention": axes, "capitals": axes},
        dynamo=True,
        external_data=False,
    )
