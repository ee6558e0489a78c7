"""The statistics of a release: counts and lengths alone, with every small cell already held back.

Nothing in them comes from a text but its length and which of a closed list of topics it speaks of.  A number of rows
or people below the policy's `smallest_cell` is not told, nor does it follow from what is told (`cells`).  A subject's
groups come from the manifest: one that few people share is not even named.  Effort is never that of a person: with
fewer than three people, one of them could subtract his own.
"""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from policies import Entity, FlagKind, Verdict
from workbench.release.ahead import ahead
from workbench.release.bars import bars, heights
from workbench.release.cells import Count, part, suppress, suppress_table, total
from workbench.release.counting import count_topics, count_words
from workbench.release.gate import Part
from workbench.release.going import Rows
from workbench.release.sample import person
from workbench.release.told import (
    NOT_STATED,
    OTHERS,
    Effort,
    Flagged,
    Group,
    Histogram,
    Length,
    MultiTurn,
    Redacted,
    ReleaseStatistics,
    Split,
)
from workbench.release.topics import TOPICS
from workbench.store import statistics as stored
from workbench.store import turns
from workbench.study.study import Study

__all__ = ["Accumulator", "ReleaseStatistics", "of_counts"]

SIDES = ("input", "output")
ROUNDS = ("first", "second")
SPLITS = ("train", "validation", "test")
FEWEST_PEOPLE = 3
"""Whose effort together is told; of two, each would know the other's."""
SECONDS = (0, 15, 30, 60, 120, 240, 480, 960, 1_000_000)
"""Edges of the bars over the time that a row took."""


Lengths = dict[tuple[str, str], Counter[int]]
"""By data set and side: how many rows have so many words."""


@dataclass(slots=True)
class Accumulator:
    """Counts rows and their texts; it holds numbers of them and who is behind them, and no text."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By data set and split."""
    people: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    words: Lengths = field(default_factory=dict)
    context: Counter[int] = field(default_factory=Counter)
    """Multi-turn rows with so many turns before the answer."""
    topics: Counter[str] = field(default_factory=Counter)
    """Rows by topic of their input; a row may have several."""
    before: Lengths = field(default_factory=dict)
    """As `words`, of all records as they were generated."""

    def add_rows(self, going: Rows, split: Callable[[int], str]) -> None:
        """Count rows that go; `split` is that of a session."""
        by_session = Counter(zip(going.config, going.sessions, strict=True))
        for (config, session), rows in by_session.items():
            place = going.configs[config], split(session)
            self.rows[place] += rows
            self.people.setdefault(place, set()).add(person(session, going.subjects[session]))

    def add_texts(self, going: Rows, part: Part) -> None:
        """Count the texts of some of them."""
        for config, rows in part.by_config(going):
            _add_lengths(self.words, config, *(words[rows] for words in part.words))
            if config == "multi_turn":
                spoken = part.questions.filter(pa.array(rows)).to_pylist()
                self.context.update(sum(bool(line.strip()) for line in text.splitlines()) for text in spoken)
        self.topics.update(count_topics(part.questions))


def _add_lengths(to: Lengths, config: str, questions: NDArray[np.int64], answers: NDArray[np.int64]) -> None:
    """Count rows by the words of their sides."""
    for side, words in zip(SIDES, (questions, answers), strict=True):
        rows = np.bincount(words)
        to.setdefault((config, side), Counter()).update({int(n): int(rows[n]) for n in np.flatnonzero(rows)})


def raw_lengths(study: Study) -> Lengths:
    """Of all records as they were generated."""
    found: Lengths = {}
    for raw in ahead(stored.raw_texts(study.db)):
        words = [count_words(raw.column(side).combine_chunks()) for side in ("question", "answer")]
        configs = raw.column("config").to_numpy()
        for config in np.unique(configs):
            _add_lengths(found, str(config), *(of[configs == config] for of in words))
    return found


def of_counts(study: Study, going: Rows, counted: Accumulator, excluded: Mapping[str, int]) -> ReleaseStatistics:
    """What may be told of what was counted."""
    smallest = study.policy.release.smallest_cell
    composition, rows, people = _composition(counted, smallest)
    handled = stored.handling(study.db, going.exchanges, going.versions)
    flagged = stored.flags(study.db)
    # Whatever hangs on the rows of a data set is told where these are.
    open_ = {one.config for one in composition if one.split is None and one.rows}
    staying = stored.records(study.db) - len(going)
    verdicts = stored.decisions(study.db)
    kinds = {f"{one} {verdict.value}": verdicts.get((one, verdict.value), 0) for one in ROUNDS for verdict in Verdict}
    return ReleaseStatistics(
        smallest_cell=smallest,
        composition=composition,
        rows=rows,
        people=people,
        lengths=_lengths(counted, open_),
        histograms=_histograms(counted, open_, smallest),
        topics={topic: part(counted.topics[topic], len(going), smallest) for topic in TOPICS},
        flags=tuple(
            Flagged(
                flag=kind.value,
                going=part(handled.flags[kind.value], len(going), smallest),
                staying=part(flagged[kind.value] - handled.flags[kind.value], staying, smallest),
            )
            for kind in FlagKind
        ),
        redactions=tuple(_redacted(entity.value, handled, len(going), smallest) for entity in Entity),
        decisions=suppress(kinds, smallest),
        edited=part(handled.edited, len(going), smallest),
        effort=_effort(handled, len(going), smallest),
        coverage=_coverage(study, counted, smallest) if people else (),
        excluded=suppress(excluded, smallest),
        multi_turn=_multi_turn(study, counted, smallest),
    )


def _composition(counted: Accumulator, smallest: int) -> tuple[tuple[Split, ...], Count, Count]:
    """Rows and people by data set and split, and of all."""
    configs = sorted({config for config, _ in counted.rows})
    splits = [split for split in SPLITS if any(counted.rows[config, split] for config in configs)]
    rows = suppress_table(
        {config: {split: counted.rows[config, split] for split in splits} for config in configs}, smallest
    )
    by_split = {config: {split: len(counted.people.get((config, split), ())) for split in splits} for config in configs}
    everybody = len(set().union(*counted.people.values()))
    # A list of splits whose cells cannot hide each other beside their sum takes the number of all people with it.
    sums = [total(people, smallest) for people in by_split.values()]
    people = everybody if all(sums) and everybody >= smallest else None
    found = []
    for config in configs:
        mine = by_split[config]
        whole = part(sum(mine.values()), everybody, smallest) if people else None
        cells = suppress(mine, smallest) if whole else dict.fromkeys(mine)
        found.append(Split(config=config, split=None, rows=rows.rows[config], people=whole))
        found += [
            Split(config=config, split=split, rows=rows.cells[config][split], people=cells[split]) for split in splits
        ]
    return tuple(found), rows.total, people


def _lengths(counted: Accumulator, configs: set[str]) -> tuple[Length, ...]:
    """The paper's table of lengths, of data sets whose number of rows is told."""
    found = []
    for (config, side), lengths in sorted(counted.words.items()):
        if config in configs:
            number = lengths.total()
            mean = sum(length * n for length, n in lengths.items()) / number
            squares = sum(n * (length - mean) ** 2 for length, n in lengths.items())
            found.append(
                Length(
                    config=config,
                    side=side,
                    rows=number,
                    mean=round(mean, 2),
                    smallest=min(lengths),
                    largest=max(lengths),
                    deviation=round(math.sqrt(squares / (number - 1)), 2) if number > 1 else 0.0,
                )
            )
    return tuple(found)


def _histograms(counted: Accumulator, configs: set[str], smallest: int) -> tuple[Histogram, ...]:
    raw = counted.before
    # In one data set few may stay; with the sum of all that stay, the others would tell how many.
    none: Counter[int] = Counter()
    many_stay = True
    for place in counted.words.keys() | raw.keys():
        go, made = (of.get(place, none).total() for of in (counted.words, raw))
        many_stay &= part(go, max(go, made), smallest) is not None
    found = []
    for (config, side), after in sorted(counted.words.items()):
        before = raw.get((config, side)) if many_stay else None
        edges = bars([one for one in (after, before) if one], smallest)
        if edges and config in configs:
            found.append(
                Histogram(
                    config=config,
                    side=side,
                    edges=edges,
                    before=heights(before, edges) if before else None,
                    after=heights(after, edges),
                )
            )
    return tuple(found)


def _redacted(entity: str, handled: stored.Handling, going: int, smallest: int) -> Redacted:
    """Places are told only where the rows are: few rows may have many of them."""
    rows = part(handled.treated_rows[entity], going, smallest)
    return Redacted(entity=entity, rows=rows, places=None if rows is None else handled.treated[entity])


def _effort(handled: stored.Handling, going: int, smallest: int) -> Effort | None:
    seconds = Counter(min(took // 1000, SECONDS[-1] - 1) for took in handled.milliseconds)
    edges = bars([seconds], smallest, SECONDS)
    if len(handled.people) < FEWEST_PEOPLE or seconds.total() < smallest or not edges:
        return None
    # The bars are as many as the rows, so that a few rows without a time would show.
    rows = part(seconds.total(), going, smallest)
    return Effort(
        people=len(handled.people),
        rows=rows,
        minutes=round(sum(handled.milliseconds) / 60_000),
        median_seconds=round(statistics.median(handled.milliseconds) / 1000),
        edges=edges if rows else (),
        counts=heights(seconds, edges) if rows else (),
    )


def _coverage(study: Study, counted: Accumulator, smallest: int) -> tuple[Group, ...]:
    """People by each group of the manifest; values that few people share are put together, unnamed."""
    everybody = set().union(*counted.people.values())
    subjects = {subject: of for subject, of in stored.groups(study.db).items() if subject in everybody}
    found = []
    for group in sorted({group for of in subjects.values() for group in of}):
        values = Counter(of[group] for of in subjects.values() if group in of)
        people = {value: number for value, number in sorted(values.items()) if number >= smallest}
        if not people:
            continue
        people[OTHERS] = values.total() - sum(people.values())
        people[NOT_STATED] = len(everybody) - values.total()
        if total(people, smallest) is not None:
            shown = suppress(people, smallest)
            found.append(Group(group=group, people={value: n for value, n in shown.items() if people[value]}))
    return tuple(found)


def _multi_turn(study: Study, counted: Accumulator, smallest: int) -> MultiTurn | None:
    rows = counted.context.total()
    if rows < smallest:
        return None
    coach_turns, short = turns.lengths(study.db)
    short_turns = part(short, coach_turns, smallest)
    return MultiTurn(
        coach_turns=total({"short": short, "other": coach_turns - short}, smallest),
        short_turns=short_turns,
        mean_context=round(sum(lines * n for lines, n in counted.context.items()) / rows, 2),
        largest_context=max(counted.context),
    )
