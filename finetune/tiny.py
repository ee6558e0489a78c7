"""A tiny base of Mistral's architecture with random weights: for trying the path on any machine, useless otherwise."""

import os
from pathlib import Path

from finetune.errors import TrainingError
from policies.bases import OFFLINE

NOTE = """# A tiny base for trying the path

Random weights of Mistral's architecture and a small byte-level tokenizer. It has learnt nothing, and neither it nor an
adapter trained on it says anything of use.
"""

_WORDS = (
    "I have been caring for my mother and I feel tired and worried most days. "
    "It sounds as if you carry a great deal, and it makes sense that you feel worn out. "
    "What would help you to rest? Let us look at one small step that you could take this week. "
)


def tiny_base(folder: Path, seed: int = 0) -> None:
    """Write the tiny base into a new folder (about 1 MB, seconds); raises TrainingError when the folder exists."""
    os.environ.update(OFFLINE)
    import tokenizers
    import torch
    from transformers import MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()

    if folder.exists():
        raise TrainingError(f"{folder} exists; name a new folder for the tiny base.")
    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=["<s>", "</s>", "<pad>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator([_WORDS], trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<s>", eos_token="</s>", pad_token="<pad>", model_max_length=4096
    )
    config = MistralConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = MistralForCausalLM(config)
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text(NOTE, encoding="utf-8")
