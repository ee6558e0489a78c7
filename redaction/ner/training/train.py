"""Fine-tuning of the encoder for token classification."""

import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForTokenClassification, PreTrainedModel

from redaction.ner.encoding import PADDING, TAGS
from redaction.ner.training.config import Config, Stage
from redaction.ner.training.examples import IGNORED, Window, batches


def load_encoder(folder: Path) -> PreTrainedModel:
    """An encoder in Hugging Face format with a head for our classes (new, where the folder's model has none)."""
    return AutoModelForTokenClassification.from_pretrained(
        folder,
        local_files_only=True,
        attn_implementation="eager",  # exports to plain products, which run twice as fast in int8 as the fused form
        id2label=dict(enumerate(TAGS)),
        label2id={tag: index for index, tag in enumerate(TAGS)},
    )


def fit(model: PreTrainedModel, data: Sequence[Window], config: Config, stage: Stage, rng: random.Random) -> None:
    """One pass over the windows with AdamW, warm-up and linear decay; prints the loss as it goes.

    Matrix products run in bfloat16, which CPUs with AMX and GPUs do several times faster.
    """
    plan = batches(data, config.batch_tokens, rng)
    total = sum(len(w.ids) for batch in plan for w in batch)
    print(f"{stage.name}: {len(data)} windows, {total} tokens, {len(plan)} batches", flush=True)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=stage.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    model.train()
    seen, began, mean = 0, time.monotonic(), 0.0
    for step, batch in enumerate(plan):
        rate = stage.learning_rate * min(1.0, (step + 1) / config.warmup_batches) * max(0.02, 1 - step / len(plan))
        for group in optimizer.param_groups:
            group["lr"] = rate
        ids = _padded([w.ids for w in batch], PADDING)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(
                input_ids=ids,
                attention_mask=(ids != PADDING).long(),
                token_type_ids=_padded([w.capitals for w in batch], 0),
            ).logits
        loss = torch.nn.functional.cross_entropy(
            logits.float().view(-1, len(TAGS)),
            _padded([w.classes for w in batch], IGNORED).view(-1),
            ignore_index=IGNORED,
            label_smoothing=config.label_smoothing,
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seen += ids.numel()
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if step % 100 == 0:
            passed = time.monotonic() - began
            print(
                f"{stage.name} {step}/{len(plan)} loss {mean:.3f} {seen / passed:.0f} tokens/s {passed:.0f} s",
                flush=True,
            )


def _padded(rows: Sequence[Sequence[int]], filler: int) -> torch.Tensor:
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])
