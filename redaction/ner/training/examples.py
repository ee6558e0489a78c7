"""Labelled texts and what the encoder is fed of them."""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from redaction.ner.encoding import FRAME, LABELS, TAGS, encode

IGNORED = -100
"""Class of tokens that take no part in the loss (PyTorch's default)."""
_CLASS = {tag: index for index, tag in enumerate(TAGS)}
_SENTENCE_MARK = re.compile(r"(?<=\w)[,.?!;:](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled place in a text (`end` exclusive).  A label outside `LABELS` means "do not learn from this"."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Model input for one window: token ids, capitals and the class of each token (IGNORED: no loss)."""

    ids: list[int]
    capitals: list[int]
    classes: list[int]


def windows(example: Example) -> list[Window]:
    """The windows of a text with the class of every token; all pieces of a word are labelled."""
    encoded = encode(example.text)
    classes = [0] * len(encoded.ids)
    for span in example.spans:
        inside = [i for i, (start, end) in enumerate(encoded.offsets) if start < span.end and end > span.start]
        for i in inside:
            mark = "B" if i == inside[0] else "I"
            classes[i] = _CLASS[f"{mark}-{span.label}"] if span.label in LABELS else IGNORED
    return [
        Window(
            [FRAME[0], *encoded.ids[start:stop], FRAME[1]],
            [0, *encoded.capitals[start:stop], 0],
            [IGNORED, *classes[start:stop], IGNORED],
        )
        for start, stop in encoded.windows()
    ]


def restyled(example: Example, rng: random.Random) -> Example:
    """The same words as another transcriber would type them: lower case, capitals or without punctuation, at random.

    Lengths do not change, so the spans hold.
    """
    text, roll = example.text, rng.random()
    if roll < 0.2:
        text = _same_length(text, str.lower)
    elif roll < 0.24:
        text = _same_length(text, str.upper)
    if rng.random() < 0.2:
        text = _SENTENCE_MARK.sub(" ", text)
    return Example(text, example.spans)


def treated(example: Example, rng: random.Random) -> Example:
    """The text as it looks after treatment: most of what was labelled is now a placeholder or a mask, and no longer is.

    The workbench scans treated exchanges again, and a placeholder must not make the model see things beside it.
    """
    text, spans, at = "", [], 0
    for span in example.spans:
        if span.start < at:
            continue
        text += example.text[at : span.start]
        words = example.text[span.start : span.end]
        if rng.random() < 0.7:
            text += rng.choice([f"[{span.label}_{rng.randint(1, 60)}]"] * 4 + ["****"])
        else:
            spans.append(Span(len(text), len(text) + len(words), span.label))
            text += words
        at = span.end
    return Example(text + example.text[at:], tuple(spans))


def _same_length(text: str, change: Callable[[str], str]) -> str:
    return "".join(c if len(change(c)) != 1 else change(c) for c in text)


def joined(examples: Sequence[Example], separator: str = "\n") -> Example:
    """Several texts as one, so that short sentences are seen in company."""
    text, spans = "", []
    for example in examples:
        if text:
            text += separator
        spans += [Span(s.start + len(text), s.end + len(text), s.label) for s in example.spans]
        text += example.text
    return Example(text, tuple(spans))


def batches(data: Iterable[Window], tokens: int, rng: random.Random) -> list[list[Window]]:
    """Windows in batches of about `tokens` tokens; windows of like length stand together, batches at random."""
    shuffled = list(data)
    rng.shuffle(shuffled)
    out: list[list[Window]] = []
    for first in range(0, len(shuffled), 1024):
        batch: list[Window] = []
        for window in sorted(shuffled[first : first + 1024], key=lambda w: len(w.ids)):
            if batch and (len(batch) + 1) * len(window.ids) > tokens:
                out.append(batch)
                batch = []
            batch.append(window)
        if batch:
            out.append(batch)
    rng.shuffle(out)
    return out
