"""How the NER model is made: the generator's promises, and one small model from training to the shipped form."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Entity
from redaction.ner.encoding import LABELS, TAGS
from redaction.ner.tagger import Tagged, Tagger
from redaction.ner.training.config import Config, Stage

torch = pytest.importorskip("torch", reason="needs the extra `ner`")
pytest.importorskip("onnxscript", reason="needs the extra `ner`")
transformers = pytest.importorskip("transformers", reason="needs the extra `ner`")

from redaction.ner.training import compose, corpora, evaluate, spoken  # noqa: E402
from redaction.ner.training.examples import Example, Span, restyled, treated, windows  # noqa: E402
from redaction.ner.training.export import export  # noqa: E402
from redaction.ner.training.train import fit  # noqa: E402

SEEDS = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_composed_pages_label_exactly_what_was_filled_in(seed: int) -> None:
    (page,) = compose.pages(1, random.Random(seed))
    ends = [0, *(s.end for s in page.spans)]
    for end, span in zip(ends, page.spans, strict=False):
        assert end <= span.start < span.end <= len(page.text)
        assert span.label in LABELS
        assert page.text[span.start : span.end].strip() == page.text[span.start : span.end]


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_swapping_changes_only_what_is_labelled(seed: int) -> None:
    rng = random.Random(seed)
    session = rng.choice(spoken.sessions())
    for page, new in zip(session, spoken.swapped(session, rng), strict=True):
        assert _unlabelled(page) == _unlabelled(new)
        assert [s.label for s in page.spans] == [s.label for s in new.spans]


def _unlabelled(page: Example) -> list[str]:
    marks = [0, *(at for span in page.spans for at in (span.start, span.end)), len(page.text)]
    return [page.text[a:b] for a, b in zip(marks[::2], marks[1::2], strict=True)]


def test_a_person_keeps_one_new_name_through_a_session() -> None:
    text = "Marguerite came. I love Marguerite."
    page = Example(text, (Span(0, 10, "NAME"), Span(24, 34, "NAME")))
    (new,) = spoken.swapped((page,), random.Random(5))
    first, second = (new.text[s.start : s.end] for s in new.spans)
    assert first == second != "Marguerite"


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_restyling_keeps_every_offset(seed: int) -> None:
    rng = random.Random(seed)
    (page,) = compose.pages(1, rng)
    new = restyled(page, rng)
    assert len(new.text) == len(page.text)
    assert new.spans == page.spans


def test_corpora_without_dates_teach_nothing_about_dates(tmp_path: Path) -> None:
    name = {"start": 0, "end": 8, "label": "NAME"}
    record = {"text": "Ada Pell left in May 1999.", "spans": [name], "split": "train"}
    for source, labels in (("wikigold", ["NAME", "IGNORED", "IGNORED"]), ("gum", ["NAME"])):
        file = tmp_path / f"{source}.jsonl"
        file.write_text(json.dumps(record | {"source": source}))
        (example,) = corpora.read(file, "train")
        assert [s.label for s in example.spans] == labels


def test_f1_counts_exact_spans_only() -> None:
    examples = [Example("Ada Pell of Hull", (Span(0, 8, "NAME"), Span(12, 16, "LOCATION")))]
    found = [[Tagged(0, 3, Entity.NAME, 0.9), Tagged(12, 16, Entity.LOCATION, 0.9)]]
    assert evaluate.f1(examples, found) == {"ALL": 0.5, "LOCATION": 1.0, "NAME": 0.0}
    assert evaluate.covered(examples, found) == {"ALL": 0.5, "LOCATION": 1.0, "NAME": 0.0}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_a_small_model_learns_is_exported_and_reads_as_it_was_taught(tmp_path: Path) -> None:
    """Real training, real export, real run: a tiny encoder that learns one thing, that a labelled word is a name."""
    torch.manual_seed(1)
    model = transformers.BertForTokenClassification(
        transformers.BertConfig(
            vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
            max_position_embeddings=256, num_labels=len(TAGS),
        )
    )  # fmt: skip
    example = Example("we saw Bettina today", (Span(7, 14, "NAME"),))
    stage = Stage(name="tiny", learning_rate=0.01, corpora={})
    config = Config(seed=1, batch_tokens=512, label_smoothing=0.0, weight_decay=0.0, warmup_batches=2, stages=(stage,))
    fit(model, windows(example) * 2500, config, stage, random.Random(1))
    tagger = Tagger(export(model, tmp_path / "tiny.onnx"), threads=1)
    ((span,),) = tagger.tag(["we saw Bettina today"])
    assert ("we saw Bettina today"[span.start : span.end], span.entity) == ("Bettina", "NAME")


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_treating_replaces_whole_spans_and_keeps_the_rest_labelled(seed: int) -> None:
    rng = random.Random(seed)
    (page,) = compose.pages(1, rng)
    new = treated(page, rng)
    kept = [new.text[s.start : s.end] for s in new.spans]
    assert set(kept) <= {page.text[s.start : s.end] for s in page.spans}
    assert len(kept) + new.text.count("_") + new.text.count("****") >= len(page.spans)
