"""Near duplicates among rows: those that share most of their runs of five words.

Candidates come from MinHash signatures and locality-sensitive hashing (A. Broder, "On the resemblance and containment
of documents", 1997; J. Leskovec, A. Rajaraman and J. Ullman, Mining of Massive Datasets, chapter 3).  Each candidate is
then compared exactly, so that nothing is reported that is none; a pair at the threshold is missed in less than one case
of a thousand.  Fixed multipliers make every run the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
    Signatures = NDArray[np.uint32]

SHINGLE = 5
"""Words of a run."""
HASHES = 128
"""Of a signature."""
MISSED = 0.001
"""How often a pair at the threshold may not become a candidate."""
_WORD = re.compile(r"\w+")
_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Near:
    """A row that is nearly another, with the degree (Jaccard) to which they are."""

    row: int
    other: int
    alike: float


@dataclass(frozen=True, slots=True)
class Text:
    """A row by the number of its exchange, with the person it is of."""

    exchange: int
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """Rows that are nearly another row, by exchange: each is named with one that it is like, and no pair that follows
    from the others is named.
    """

    pairs: tuple[Near, ...]
    rows: int
    """How many were compared."""
    across: int
    """How many of the pairs are of two people."""


def find(texts: Iterable[Text], threshold: float) -> Report:
    """Near duplicates among rows, `threshold` or more alike; the rows need not fit into memory with their texts."""
    exchanges: list[int] = []
    subjects: list[str] = []
    shingles: list[Hashes] = []
    known: dict[str, int] = {}
    for row in texts:
        exchanges.append(row.exchange)
        subjects.append(row.subject)
        shingles.append(_shingles(row.text, known))
    found = _pairs(shingles, threshold)
    named = tuple(Near(exchanges[a], exchanges[b], alike) for a, b, alike in found)
    across = sum(subjects[a] != subjects[b] for a, b, _ in found)
    return Report(named, len(exchanges), across)


def _pairs(shingles: Sequence["Hashes"], threshold: float) -> list[tuple[int, int, float]]:
    """(place, earlier place, Jaccard) that join all rows which hang together."""
    if len(shingles) < 2:
        return []
    groups = _Groups(len(shingles))
    found: list[tuple[int, int, float]] = []
    for places in _buckets(shingles, _rows_a_band(threshold)):
        seen: list[int] = []
        for place in places:
            for other in seen:
                if groups.joined(place, other):
                    break
                if (alike := _jaccard(shingles[place], shingles[other], threshold)) >= threshold:
                    groups.join(place, other)
                    found.append((place, other, alike))
                    break
            else:
                seen.append(place)
    return sorted(found)


def _buckets(shingles: Sequence["Hashes"], width: int) -> Iterable[list[int]]:
    """Places of rows whose signatures agree in a band, for each band; always in the same order."""
    signatures = _signatures(shingles)
    for start in range(0, HASHES - width + 1, width):
        band: dict[bytes, list[int]] = defaultdict(list)
        for place, signature in enumerate(signatures):
            band[signature[start : start + width].tobytes()].append(place)
        yield from (places for places in band.values() if len(places) > 1)


def _rows_a_band(threshold: float) -> int:
    """The widest band with which a pair at the threshold is hardly ever missed."""
    widths = (width for width in range(1, 17) if (1 - threshold**width) ** (HASHES // width) <= MISSED)
    return max(widths, default=1)


def _shingles(text: str, known: dict[str, int]) -> "Hashes":
    """The runs of words of a text, as numbers, each once, in order; `known` are the numbers of words so far."""
    import numpy as np

    words = _WORD.findall(text.casefold())
    numbers = np.array([known.get(word) or known.setdefault(word, _number(word)) for word in words], dtype=np.uint64)
    runs = max(1, len(words) - SHINGLE + 1)
    mixed = np.zeros(runs, dtype=np.uint64)
    for place in range(min(SHINGLE, len(words))):
        mixed = (mixed ^ numbers[place : place + runs]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    unique: Hashes = np.unique(mixed)
    return unique


def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()) or 1


def _signatures(shingles: Sequence["Hashes"]) -> "Signatures":
    """The least value of each hash function over each row's runs."""
    import numpy as np

    chance = np.random.default_rng(_SEED)
    multipliers = chance.integers(1, 2**63, HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    signatures = np.empty((len(shingles), HASHES), dtype=np.uint32)
    for place, runs in enumerate(shingles):
        # Multiply-shift hashing (Dietzfelbinger et al., 1997): the upper half is the hash.
        signatures[place] = ((runs[:, None] * multipliers) >> np.uint64(32)).min(axis=0)
    return signatures


def _jaccard(one: "Hashes", other: "Hashes", threshold: float) -> float:
    """The share of runs that both have; 0 where their numbers alone make it less than the threshold."""
    import numpy as np

    if min(len(one), len(other)) < threshold * max(len(one), len(other)):
        return 0.0
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)


class _Groups:
    """Rows that hang together (union-find)."""

    def __init__(self, size: int) -> None:
        self._of = list(range(size))

    def joined(self, one: int, other: int) -> bool:
        """Whether two rows hang together already."""
        return self._root(one) == self._root(other)

    def join(self, one: int, other: int) -> None:
        """They do from now on."""
        roots = sorted((self._root(one), self._root(other)))
        self._of[roots[1]] = roots[0]

    def _root(self, place: int) -> int:
        while self._of[place] != place:
            self._of[place] = self._of[self._of[place]]
            place = self._of[place]
        return place
