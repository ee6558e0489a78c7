"""How well findings cover marked identifiers, with intervals.

A mention counts as covered when every letter and digit of it lies in some finding, whatever the finding's entity:
what matters is that nothing identifying is left standing.  INDIRECT findings stand apart in every figure.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from policies.names import Entity

ALL = "ALL"
RESAMPLES = 2000
CONFIDENCE = 0.95
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Mention:
    """A marked identifier: where it stands (`end` exclusive) and what it is."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """One page of a gold file."""

    session: str
    page: str
    text: str
    mentions: tuple[Mention, ...]

    @property
    def id(self) -> str:
        """How found lines name this page."""
        return f"{self.session}:{self.page}"


@dataclass(frozen=True, slots=True)
class Span:
    """A finding as scoring sees it."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a count with its 95 % interval."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share; 1 where there was nothing to count."""
        return self.count / self.of if self.of else 1.0


@dataclass(frozen=True, slots=True)
class LabelScore:
    """What became of the mentions of one label."""

    label: str
    covered: Share
    touched: Share
    precision: Share | None
    """Share of the words found under this label's own entity that are marked at all; None where none was found."""
    f2: float | None
    """F-measure of coverage and precision that weighs a miss four times a false alarm (beta = 2)."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A mention that is not wholly covered: the page's id, the mention, and how many of its characters were found."""

    page: str
    mention: Mention
    found: int


@dataclass(frozen=True, slots=True)
class Score:
    """All figures of one comparison; `labels` ends with ALL."""

    labels: tuple[LabelScore, ...]
    precision: Share
    leaking: Share
    """Pages on which some mention is not wholly covered."""
    misses: tuple[Miss, ...]


@dataclass(slots=True)
class _Tally:
    """Counts of one session."""

    mentions: Counter[str]
    covered: Counter[str]
    touched: Counter[str]
    found_words: Counter[str]
    right_words: Counter[str]


def score(pages: Sequence[MarkedPage], found: Sequence[Sequence[Span]]) -> Score:
    """Compare findings with the marks, page by page in the same order.

    Intervals of coverage and precision come from a bootstrap over sessions (2,000 resamples, seeded), because the
    mentions of one session are not independent; from Wilson's formula for leaking pages, for a single
    session, and where all or none were found, so that no resample could differ.
    """
    sessions: dict[str, _Tally] = {}
    misses: list[Miss] = []
    leaking = 0
    for page, spans in zip(pages, found, strict=True):
        tally = sessions.setdefault(page.session, _Tally(Counter(), Counter(), Counter(), Counter(), Counter()))
        missed = _tally(page, [s for s in spans if s.entity != Entity.INDIRECT], tally)
        misses += missed
        leaking += bool(missed)
    tallies = list(sessions.values())
    labels = sorted({label for tally in tallies for label in tally.mentions} - {ALL})
    shares = _Bootstrap(tallies)
    precision = shares.of("right_words", "found_words", ALL)
    rows = [_row(label, shares) for label in [*labels, ALL]]
    return Score(tuple(rows), precision, wilson(leaking, len(pages)), tuple(misses))


def wilson(count: int, of: int) -> Share:
    """A share with Wilson's interval (E. B. Wilson, 1927)."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    # Loads for a second, and few commands score.
    from scipy.stats import binomtest

    interval = binomtest(count, of).proportion_ci(CONFIDENCE, method="wilson")
    return Share(count, of, float(interval.low), float(interval.high))


def _row(label: str, shares: "_Bootstrap") -> LabelScore:
    covered = shares.of("covered", "mentions", label)
    precision = shares.of("right_words", "found_words", label)
    known = precision.of > 0
    f2 = None
    if known and covered.of:
        p, r = precision.value, covered.value
        f2 = 5 * p * r / (4 * p + r) if p + r else 0.0
    return LabelScore(label, covered, shares.of("touched", "mentions", label), precision if known else None, f2)


def _tally(page: MarkedPage, spans: Sequence[Span], tally: _Tally) -> list[Miss]:
    hit, marked = bytearray(len(page.text)), bytearray(len(page.text))
    owner: list[str] = [""] * len(page.text)
    for span in spans:
        for at in range(max(0, span.start), min(span.end, len(page.text))):
            hit[at], owner[at] = 1, span.entity
    misses = []
    for mention in page.mentions:
        letters = [k for k in range(mention.start, mention.end) if page.text[k].isalnum()]
        count = sum(hit[k] for k in letters)
        for label in (mention.label, ALL):
            tally.mentions[label] += 1
            tally.covered[label] += count == len(letters)
            tally.touched[label] += count > 0
        if count < len(letters):
            misses.append(Miss(page.id, mention, count))
        marked[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    for word in _WORD.finditer(page.text):
        entities = {owner[k] for k in range(word.start(), word.end()) if hit[k]}
        right = any(marked[word.start() : word.end()])
        for label in (*sorted(entities), *([ALL] if entities else [])):
            tally.found_words[label] += 1
            tally.right_words[label] += right
    return misses


class _Bootstrap:
    """Shares over sessions drawn again and again with replacement."""

    def __init__(self, tallies: Sequence[_Tally]) -> None:
        rng = random.Random(0)
        self._tallies = tallies
        self._draws = [rng.choices(range(len(tallies)), k=len(tallies)) for _ in range(RESAMPLES)] if tallies else []

    def of(self, part: str, whole: str, label: str) -> Share:
        counts = [(getattr(t, part)[label], getattr(t, whole)[label]) for t in self._tallies]
        count, total = sum(c for c, _ in counts), sum(n for _, n in counts)
        if len(self._tallies) < 2 or count in {0, total}:
            return wilson(count, total)
        values = []
        for draw in self._draws:
            size = sum(counts[i][1] for i in draw)
            if size:
                values.append(sum(counts[i][0] for i in draw) / size)
        values.sort()
        tail = (1 - CONFIDENCE) / 2
        return Share(count, total, values[int(tail * len(values))], values[int((1 - tail) * len(values)) - 1])
