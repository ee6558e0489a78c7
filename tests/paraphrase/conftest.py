"""A tiny model file of Mistral's architecture, built here: random weights, real tokenizer, real inference."""

from pathlib import Path

import gguf
import numpy as np
import pytest

WIDTH, HEADS, KV_HEADS, LAYERS, FEED_FORWARD, CONTEXT = 32, 4, 2, 2, 64, 4096
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}"
    "[INST] {{ message['content'] }} [/INST]{% else %}{{ message['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
)


def _tokens() -> tuple[list[bytes], list[float], list[int]]:
    """A SentencePiece vocabulary: controls, all 256 bytes, and single letters, so that any text can be spelled."""
    kinds = gguf.TokenType
    tokens = [(b"<unk>", kinds.UNKNOWN), (b"<s>", kinds.CONTROL), (b"</s>", kinds.CONTROL)]
    tokens += [(f"<0x{byte:02X}>".encode(), kinds.BYTE) for byte in range(256)]
    letters = "\u2581abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:[]"
    tokens += [(letter.encode(), kinds.NORMAL) for letter in letters]
    return [token for token, _ in tokens], [-float(i) for i in range(len(tokens))], [int(kind) for _, kind in tokens]


def write_tiny_model(path: Path, seed: int = 0, template: str = TEMPLATE) -> Path:
    """Write the model; the same seed and template give the same bytes."""
    random = np.random.default_rng(seed)
    tokens, scores, kinds = _tokens()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
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

    key_width = WIDTH // HEADS * KV_HEADS
    tensor("token_embd.weight", len(tokens), WIDTH)
    tensor("output.weight", len(tokens), WIDTH)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, dtype=np.float32))
    for layer in range(LAYERS):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(WIDTH, dtype=np.float32))
        tensor(f"blk.{layer}.attn_q.weight", WIDTH, WIDTH)
        tensor(f"blk.{layer}.attn_k.weight", key_width, WIDTH)
        tensor(f"blk.{layer}.attn_v.weight", key_width, WIDTH)
        tensor(f"blk.{layer}.attn_output.weight", WIDTH, WIDTH)
        tensor(f"blk.{layer}.ffn_gate.weight", FEED_FORWARD, WIDTH)
        tensor(f"blk.{layer}.ffn_up.weight", FEED_FORWARD, WIDTH)
        tensor(f"blk.{layer}.ffn_down.weight", WIDTH, FEED_FORWARD)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of a few hundred kilobytes."""
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")
