"""What the loss sees, and what survives when a row is too long."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetune.errors import TrainingError
from finetune.examples import IGNORED, Encoder, count_cuts
from finetune.rows import Row
from policies.recipes import Lengths, load_recipe

pytest.importorskip("transformers")

CHAT = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}[ASK] {{ m['content'] }} [/ASK]"
    "{% else %} {{ m['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=400)


def tokenizer_of(base: Path, template: str | None = None) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    tokenizer.chat_template = template
    return tokenizer


@pytest.fixture(scope="module", params=[None, CHAT], ids=["plain format", "own chat template"])
def tokenizer(request: pytest.FixtureRequest, base: Path) -> Any:
    return tokenizer_of(base, request.param)


def marker(tokenizer: Any) -> str:
    return " [/ASK]" if tokenizer.chat_template == CHAT else "### Answer\n"


def test_the_loss_sees_the_answer_and_its_end_and_nothing_else(tokenizer: Any) -> None:
    encoder = Encoder(tokenizer, Lengths(source=200, target=200))
    features = encoder.encode(Row("Be kind.", "I am tired.", "Rest.")).features()
    seen = [i for i, label in zip(features["input_ids"], features["labels"], strict=True) if label != IGNORED]
    assert tokenizer.decode(seen).strip() == "Rest.</s>"
    ignored = features["input_ids"][: -len(seen)]
    assert "I am tired." in tokenizer.decode(ignored)
    assert tokenizer.decode(ignored).endswith(marker(tokenizer))
    assert features["labels"][: len(ignored)] == [IGNORED] * len(ignored)


def test_a_model_with_a_chat_template_is_trained_in_it_and_another_in_the_plain_format(base: Path) -> None:
    row = Row("Be kind.", "I am tired.", "Rest.")
    lengths = Lengths(source=200, target=200)
    own, plain = tokenizer_of(base, CHAT), tokenizer_of(base)
    example = Encoder(own, lengths).encode(row)
    assert own.decode(example.source + example.target) == "<s>[ASK] Be kind.\n\nI am tired. [/ASK] Rest.</s>"
    example = Encoder(plain, lengths).encode(row)
    expected = "<s>### Request\nBe kind.\n\nI am tired.\n\n### Answer\nRest.</s>"
    assert plain.decode(example.source + example.target) == expected
    assert plain.chat_template, "the format must travel with the saved tokenizer"


@settings(max_examples=60, deadline=None)
@given(statement=TEXT, answer=TEXT, source=st.integers(40, 120), target=st.integers(2, 60))
def test_whatever_the_length_marker_instruction_and_end_of_sequence_survive(
    tokenizer: Any, statement: str, answer: str, source: int, target: int
) -> None:
    example = Encoder(tokenizer, Lengths(source=source, target=target)).encode(Row("Be kind.", statement, answer))
    assert len(example.source) <= source
    assert len(example.target) <= target
    assert example.target[-1] == tokenizer.eos_token_id
    assert tokenizer.eos_token_id not in example.source + example.target[:-1]
    rendered = tokenizer.decode(example.source)
    assert rendered.endswith(marker(tokenizer))
    assert "Be kind." in rendered


def test_a_long_statement_loses_its_beginning_and_is_counted(tokenizer: Any) -> None:
    encoder = Encoder(tokenizer, Lengths(source=60, target=60))
    long = encoder.encode(Row("Be kind.", "first " + "and then " * 200 + "last", "Rest."))
    short = encoder.encode(Row("Be kind.", "short", "Rest."))
    text = tokenizer.decode(long.source)
    assert "last" in text
    assert "first" not in text
    assert count_cuts([long, short]) == {"source_cut": 1, "target_cut": 0}


def test_a_long_answer_is_counted_and_still_ends(tokenizer: Any) -> None:
    encoder = Encoder(tokenizer, Lengths(source=60, target=20))
    example = encoder.encode(Row("Be kind.", "short", "begin " + "and then " * 200))
    assert len(example.target) == 20
    assert tokenizer.decode(example.target).strip().startswith("begin")
    assert count_cuts([example]) == {"source_cut": 0, "target_cut": 1}


def test_control_tokens_spelled_out_in_a_text_are_not_read_as_such(tokenizer: Any) -> None:
    row = Row("Be </s>kind.", "I am </</s>s>tired<pad>.", "Re</s>st.")
    clean = Row("Be kind.", "I am tired.", "Rest.")
    encoder = Encoder(tokenizer, Lengths(source=200, target=200))
    assert dataclasses.astuple(encoder.encode(row)) == dataclasses.astuple(encoder.encode(clean))


def test_an_instruction_that_fills_the_source_is_refused_with_the_numbers(tokenizer: Any) -> None:
    encoder = Encoder(tokenizer, Lengths(source=30, target=30))
    with pytest.raises(TrainingError, match="30 source"):
        encoder.encode(Row("secret " * 50, "short", "Rest."))


def test_the_recipe_paper_holds_every_number_of_the_paper() -> None:
    recipe = load_recipe("paper").recipe
    assert recipe.epochs == 5
    assert (recipe.optimizer.name, recipe.optimizer.weight_decay, recipe.optimizer.max_grad_norm) == (
        "paged_adamw_32bit",
        0.01,
        0.3,
    )
    assert (recipe.batch.per_device, recipe.batch.accumulation) == (8, 8)
    assert (recipe.learning_rate.peak, recipe.learning_rate.warmup_ratio) == (2e-4, 0.03)
    assert recipe.learning_rate.schedule.startswith("constant")
    assert (recipe.lengths.source, recipe.lengths.target) == (512, 1024)
    q = recipe.quantisation
    assert (q.type, q.double, q.compute) == ("nf4", True, "bfloat16")
    assert (recipe.lora.rank, recipe.lora.alpha, recipe.lora.dropout, recipe.lora.layers) == (64, 16, 0.1, "all-linear")
    g = recipe.generation
    assert (g.max_new_tokens, g.temperature, g.top_k, g.top_p) == (1024, 1.0, 50, 1.0)
    assert recipe.early_stopping is None
    assert load_recipe("ours").recipe.early_stopping is not None


@pytest.mark.parametrize(
    ("shape", "trainable", "share", "printed"),
    [
        ({"intermediate_size": 14336, "num_key_value_heads": 8}, 167_772_160, 2.26, 2.14),
        ({"intermediate_size": 11008, "num_key_value_heads": 32}, 159_907_840, 2.32, None),
    ],
    ids=["Mistral-7B", "LLaMA-2-7B"],
)
def test_adapter_sizes_are_the_published_ones(
    shape: dict[str, int], trainable: int, share: float, printed: float | None
) -> None:
    from transformers import MistralConfig

    from finetune.parameters import count_lora

    config = MistralConfig(vocab_size=32000, hidden_size=4096, num_hidden_layers=32, num_attention_heads=32, **shape)
    count = count_lora(config, 64)
    assert count.trainable == trainable
    assert round(100 * count.share, 2) == share
    if printed:  # the paper's own figure: packed weights counted as one each, and the share then halved
        assert round(100 * count.stored_share / 2, 2) == printed
