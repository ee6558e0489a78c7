"""The shipped model at work: texts in, labelled spans out, many windows at a time."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from policies.names import Entity
from redaction.ner.encoding import FRAME, LABELS, OVERLAP, PADDING, Encoded, encode

BATCH_TOKENS = 4096
"""Tokens that go through the network at once; windows of like length stand together."""
CHANCE = 0.2
"""A word is reported when the model gives it at least this chance of being an identifier of any kind.

Low, because a missed identifier costs more than one too many; see the model card for both at several values."""
_LETTERS = re.compile(r"[^\W_]+")
_JOINS = re.compile(r"[^\S\n]*[-.,/@&#()'\u2019:+]*[^\S\n]*")
"""What may stand between two words of one identifier."""
_MAX_GAP = 4

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A span that the model reports; `score` is the mean chance of its words, 0..1."""

    start: int
    end: int
    entity: Entity
    score: float


class Tagger:
    """Runs one ONNX model.  `threads` are the processor threads of one run (default: all that this process may use)."""

    def __init__(self, model: Path | bytes, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
        options.inter_op_num_threads = 1
        # Buffers for ever new batch shapes would otherwise be kept, and memory would grow with the pages read.
        options.enable_mem_pattern = False
        options.log_severity_level = 4
        source = model if isinstance(model, bytes) else str(model)
        self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])

    def tag(self, texts: Sequence[str]) -> list[list[Tagged]]:
        """The spans of each text in order of position, never overlapping."""
        encoded = [encode(text) for text in texts]
        chances = self._chances(encoded)
        return [_spans(text, each, chance) for text, each, chance in zip(texts, encoded, chances, strict=True)]

    def _chances(self, texts: Sequence[Encoded]) -> list[Floats]:
        """For each text the class probabilities of its tokens, shape (tokens, classes)."""
        found = [np.zeros((len(text.ids), 1 + 2 * len(LABELS)), np.float32) for text in texts]
        windows = [(n, start, stop) for n, text in enumerate(texts) for start, stop in text.windows() if stop > start]
        windows.sort(key=lambda w: w[2] - w[1])
        for batch in _batches(windows):
            logits = self._run([_slice(texts[n], start, stop) for n, start, stop in batch])
            for row, (n, start, stop) in zip(logits, batch, strict=True):
                first, last = _own_part(texts[n], start, stop)
                found[n][first:last] = _softmax(row[1 + first - start : 1 + last - start])
        return found

    def _run(self, rows: Sequence[tuple[list[int], list[int]]]) -> Floats:
        width = max(len(ids) for ids, _ in rows)
        ids = np.full((len(rows), width), PADDING, np.int64)
        attention, capitals = np.zeros_like(ids), np.zeros_like(ids)
        for n, (row, capital) in enumerate(rows):
            ids[n, : len(row)], capitals[n, : len(row)], attention[n, : len(row)] = row, capital, 1
        (logits,) = self._session.run(["logits"], {"ids": ids, "attention": attention, "capitals": capitals})
        return np.asarray(logits, np.float32)


@cache
def shipped_tagger(threads: int | None = None) -> Tagger:
    """The model of this package, loaded once."""
    return Tagger((resources.files("redaction.ner") / "model.onnx").read_bytes(), threads)


def _slice(text: Encoded, start: int, stop: int) -> tuple[list[int], list[int]]:
    return [FRAME[0], *text.ids[start:stop], FRAME[1]], [0, *text.capitals[start:stop], 0]


def _own_part(text: Encoded, start: int, stop: int) -> tuple[int, int]:
    """The tokens that a window decides: where two overlap, each decides the half that it sees from further inside."""
    first = start + OVERLAP // 2 if start else 0
    return first, (stop - OVERLAP // 2 if stop < len(text.ids) else stop)


def _batches(windows: Sequence[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    batch: list[tuple[int, int, int]] = []
    for window in windows:
        if batch and (len(batch) + 1) * (window[2] - window[1] + len(FRAME)) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _softmax(logits: Floats) -> Floats:
    shifted: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return shares


def _spans(text: str, encoded: Encoded, chances: Floats) -> list[Tagged]:
    """From token probabilities to spans of whole words."""
    kinds = chances[:, 1::2] + chances[:, 2::2]  # begin and inside of a label together
    begins = chances[:, 1::2] > chances[:, 2::2]
    words = _words(text, encoded)
    spans: list[Tagged] = []
    scores: list[float] = []
    for start, end, first, stop in words:
        chance = float((1 - chances[first:stop, 0]).max())
        if chance < CHANCE:
            continue
        label = int(kinds[first:stop].sum(axis=0).argmax())
        entity = LABELS[label]
        joined = (
            spans
            and spans[-1].entity is entity
            and not (entity is Entity.NAME and begins[first, label])
            and start - spans[-1].end <= _MAX_GAP
            and _JOINS.fullmatch(text, spans[-1].end, start)
        )
        if joined:
            scores.append(chance)
            spans[-1] = Tagged(spans[-1].start, end, entity, round(sum(scores) / len(scores), 3))
        else:
            scores = [chance]
            spans.append(Tagged(start, end, entity, round(chance, 3)))
    return spans


def _words(text: str, encoded: Encoded) -> Iterator[tuple[int, int, int, int]]:
    """Each word of letters and digits: its place in the text and the range of its tokens."""
    at, count = 0, len(encoded.offsets)
    for match in _LETTERS.finditer(text):
        while at < count and encoded.offsets[at][1] <= match.start():
            at += 1
        stop = at
        while stop < count and encoded.offsets[stop][0] < match.end():
            stop += 1
        if stop > at:
            yield match.start(), match.end(), at, stop
