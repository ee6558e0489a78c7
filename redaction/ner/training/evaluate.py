"""Scores a model for the model card: `python -m redaction.ner.training.evaluate --corpora DIR [--model FILE]`."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from redaction.ner.encoding import LABELS
from redaction.ner.tagger import Tagged, Tagger, shipped_tagger
from redaction.ner.training import corpora, spoken
from redaction.ner.training.config import load_config
from redaction.ner.training.examples import Example


def f1(examples: Sequence[Example], found: Sequence[Sequence[Tagged]]) -> dict[str, float]:
    """Entity-level F1 (same start, end and label, as in CoNLL-2003) per label that occurs, and ALL.

    Spans with a label the model does not learn, and what it reports there, do not count.
    """
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    reported: Counter[str] = Counter()
    for example, spans in zip(examples, found, strict=True):
        unsure = [s for s in example.spans if s.label not in LABELS]
        gold = {(s.start, s.end, s.label) for s in example.spans if s.label in LABELS}
        mine = {
            (s.start, s.end, str(s.entity))
            for s in spans
            if not any(u.start < s.end and u.end > s.start for u in unsure)
        }
        for counter, items in ((right, gold & mine), (wanted, gold), (reported, mine)):
            counter.update(label for *_, label in items)
            counter["ALL"] += len(items)
    return {label: 2 * right[label] / (wanted[label] + reported[label]) for label in sorted(wanted)}


def covered(examples: Sequence[Example], found: Sequence[Sequence[Tagged]]) -> dict[str, float]:
    """Share of mentions whose every letter and digit lies in some reported span, whatever its label."""
    wanted: Counter[str] = Counter()
    full: Counter[str] = Counter()
    for example, spans in zip(examples, found, strict=True):
        hit = bytearray(len(example.text))
        for span in spans:
            hit[span.start : span.end] = b"\1" * (span.end - span.start)
        for gold in example.spans:
            if gold.label in LABELS:
                inside = all(hit[k] or not example.text[k].isalnum() for k in range(gold.start, gold.end))
                for label in (gold.label, "ALL"):
                    wanted[label] += 1
                    full[label] += inside
    return {label: full[label] / wanted[label] for label in sorted(wanted)}


def held_out() -> Iterator[Example]:
    """Pages of the spoken sessions that training does not see."""
    every = load_config().held_out
    for number, session in enumerate(spoken.sessions()):
        if every and number % every == 0:
            yield from session


def main() -> None:
    """Prints one line per test set."""
    parser = argparse.ArgumentParser(prog="python -m redaction.ner.training.evaluate", description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="an ONNX file; default: the shipped model")
    options = parser.parse_args()
    tagger = Tagger(options.model) if options.model else shipped_tagger()
    for folder in sorted(p for p in options.corpora.iterdir() if (p / f"{p.name}.jsonl").exists()):
        test = list(corpora.read(folder / f"{folder.name}.jsonl", "test"))
        if test:
            _show(folder.name, f1(test, tagger.tag([e.text for e in test])), "F1")
    spoken_pages = list(held_out())
    if spoken_pages:
        _show("spoken, held out", covered(spoken_pages, tagger.tag([e.text for e in spoken_pages])), "covered")


def _show(name: str, figures: dict[str, float], what: str) -> None:
    print(f"{name:18} {what:8}", *(f"{label} {value:.3f}" for label, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
