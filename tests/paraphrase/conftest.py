"""A tiny model file of Mistral's architecture, built here: random weights, real tokenizer, real inference."""

from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

import gguf
import numpy as np
import pytest

CONTEXT = 4096
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}"
    "[INST] {{ message['content'] }} [/INST]{% else %}{{ message['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
)


@dataclass(frozen=True)
class Size:
    """How large a model is; `pieces` are tokens of two and more letters, beside those that spell any text."""

    width: int = 32
    layers: int = 2
    feed_forward: int = 64
    heads: int = 4
    kv_heads: int = 2
    pieces: int = 0


TINY = Size()


def _tokens(pieces: int) -> tuple[list[bytes], list[float], list[int]]:
    """A SentencePiece vocabulary: controls, all 256 bytes, and single letters, so that any text can be spelled."""
    kinds = gguf.TokenType
    tokens = [(b"<unk>", kinds.UNKNOWN), (b"<s>", kinds.CONTROL), (b"</s>", kinds.CONTROL)]
    tokens += [(f"<0x{byte:02X}>".encode(), kinds.BYTE) for byte in range(256)]
    letters = "\u2581abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:[]"
    tokens += [(letter.encode(), kinds.NORMAL) for letter in letters]
    many = ("".join(word) for length in (2, 3, 4) for word in product(letters[:27], repeat=length))
    tokens += [(piece.encode(), kinds.NORMAL) for piece in islice(many, pieces)]
    return [token for token, _ in tokens], [-float(i) for i in range(len(tokens))], [int(kind) for _, kind in tokens]


def write_tiny_model(path: Path, seed: int = 0, template: str = TEMPLATE, size: Size = TINY) -> Path:
    """Write the model; the same seed, template and size give the same bytes."""
    random = np.random.default_rng(seed)
    tokens, scores, kinds = _tokens(size.pieces)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(size.width)
    writer.add_block_count(size.layers)
    writer.add_feed_forward_length(size.feed_forward)
    writer.add_head_count(size.heads)
    writer.add_head_count_kv(size.kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(size.width // size.heads)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_chat_template(template)

    def tensor(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, 0.1, shape).astype(np.float32))

    key_width = size.width // size.heads * size.kv_heads
    tensor("token_embd.weight", len(tokens), size.width)
    tensor("output.weight", len(tokens), size.width)
    writer.add_tensor("output_norm.weight", np.ones(size.width, dtype=np.float32))
    for layer in range(size.layers):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(size.width, dtype=np.float32))
        tensor(f"blk.{layer}.attn_q.weight", size.width, size.width)
        tensor(f"blk.{layer}.attn_k.weight", key_width, size.width)
        tensor(f"blk.{layer}.attn_v.weight", key_width, size.width)
        tensor(f"blk.{layer}.attn_output.weight", size.width, size.width)
        tensor(f"blk.{layer}.ffn_gate.weight", size.feed_forward, size.width)
        tensor(f"blk.{layer}.ffn_up.weight", size.feed_forward, size.width)
        tensor(f"blk.{layer}.ffn_down.weight", size.width, size.feed_forward)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of a few hundred kilobytes."""
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")
