"""Verbatim copying: how much of an exchange stands word for word on its page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from redaction.folding import fold

GRAM = 8
"""Words of the runs whose share is measured (Lin's n-gram containment, with eight words)."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Copied:
    """A stretch of the exchange that stands on the page word for word (`end` exclusive)."""

    start: int
    end: int
    words: int


def copied(source: str, text: str, at_least: int) -> list[Copied]:
    """Runs of at least so many words that the page has as well; case, punctuation and line breaks do not count."""
    have = _tokens(source)
    said = _tokens(text)
    grams = {tuple(w for w, _, _ in have[i : i + at_least]) for i in range(len(have) - at_least + 1)}
    marked = [False] * len(said)
    for i in range(len(said) - at_least + 1):
        if tuple(w for w, _, _ in said[i : i + at_least]) in grams:
            marked[i : i + at_least] = [True] * at_least
    return [Copied(said[first][1], said[last - 1][2], last - first) for first, last in _runs(marked)]


def copied_share(source: str, text: str) -> float:
    """Share of the runs of eight words in the text that stand on the page; 0 for a text shorter than that."""
    have, said = ([w for w, _, _ in _tokens(t)] for t in (source, text))
    page = {tuple(have[i : i + GRAM]) for i in range(len(have) - GRAM + 1)}
    mine = [tuple(said[i : i + GRAM]) for i in range(len(said) - GRAM + 1)]
    return sum(gram in page for gram in mine) / len(mine) if mine else 0.0


def _tokens(text: str) -> list[tuple[str, int, int]]:
    return [(fold(m[0]), m.start(), m.end()) for m in _WORD.finditer(text)]


def _runs(marked: list[bool]) -> Iterator[tuple[int, int]]:
    first = None
    for at, mark in enumerate([*marked, False]):
        if mark and first is None:
            first = at
        elif not mark and first is not None:
            yield first, at
            first = None
