"""The open NER corpora (README.md lists them with their licences) as examples under the labelling rules of speech."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from redaction.ner.training.examples import Example, Span, joined

DATED = frozenset({"gum", "earnings21", "slurp", "snips", "sgd", "tab144", "presidio_synth"})
"""Corpora that label dates.  In the others a word that looks like a date is not learned from."""
_SAME = {"ADDRESS": "LOCATION"}
_UNSURE = frozenset({"USERNAME", "MISC", "DEM"})
_DATE_LIKE = re.compile(
    r"\b(january|february|march|april|may|june|july|august|september|october|november|december|christmas|easter"
    r"|thanksgiving|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d{1,4}s?|\d{1,2}(st|nd|rd|th)"
    r"|first|second|third|\w+teenth|\w+tieth)\b",
    re.IGNORECASE,
)
_COARSE = re.compile(
    r"(the |this |next |last |on |coming )*((mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(the )?(early |late |mid-?)?(1[89]|20)\d\d'?s?|\d0'?s|spring|summer|autumn|fall|winter)",
    re.IGNORECASE,
)
"""Dates that identify nobody under Safe Harbor: bare weekdays, seasons, years and decades."""


def load(folder: Path, sizes: Mapping[str, int], rng: random.Random) -> Iterator[Example]:
    """Training examples: `sizes` maps a corpus to how many of its records to draw.

    Records without a label are drawn a quarter as often.  Short ones are joined in twos to fives.
    """
    for name, size in sorted(sizes.items()):
        records = [r for r in read(folder / name / f"{name}.jsonl", "train") if r.spans or rng.random() < 0.25]
        rng.shuffle(records)
        at, stop = 0, min(size, len(records))
        while at < stop:
            count = rng.randint(1, 5) if len(records[at].text) < 200 else 1
            yield joined(records[at : min(at + count, stop)], rng.choice(["\n", " "]))
            at += count


def read(path: Path, split: str) -> Iterator[Example]:
    """The records of one split of a corpus file (JSON lines), relabelled."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["split"] == split:
                yield _relabelled(record)


def _relabelled(record: Mapping[str, object]) -> Example:
    text = str(record["text"])
    spans = []
    for raw in record["spans"]:  # type: ignore[attr-defined]
        start, end, label = raw["start"], raw["end"], _SAME.get(raw["label"], raw["label"])
        words = text[start:end]
        if label == "DATE" and _COARSE.fullmatch(words.strip()):
            continue
        if label == "AGE" and not re.search(r"\b(9\d|1[01]\d)\b", words):
            continue
        spans.append(Span(start, end, "IGNORED" if label in _UNSURE else label))
    labelled = [s for s in spans if s.label not in {"DATE_REL", "TIME", "QUANTITY"}]
    if record["source"] not in DATED:
        taken = [(s.start, s.end) for s in labelled]
        for match in _DATE_LIKE.finditer(text):
            if not any(start < match.end() and end > match.start() for start, end in taken):
                labelled.append(Span(match.start(), match.end(), "IGNORED"))
    return Example(text, tuple(sorted(labelled, key=lambda s: s.start)))
