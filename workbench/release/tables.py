"""The statistics of a release as tables, for the card (Markdown) and for the report."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from workbench.desk.reasons import in_words
from workbench.release import cells
from workbench.release.cells import Count
from workbench.release.figures import alt
from workbench.release.told import ReleaseStatistics

Cell = str | int | float | None
"""None is a count that is not told."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title and what must be known to read it."""

    key: str
    title: str
    remark: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def figure(self) -> str:
        """The name of the figure that shows the same; all groups of people are in one."""
        return self.key.partition(" ")[0]


def sheets(stats: ReleaseStatistics) -> list[Sheet]:
    """Every table in which some number is told, in the order of a reader's questions."""
    return [sheet for sheet in _all(stats) if any(_is_told(cell) for row in sheet.rows for cell in row[1:])]


def _is_told(cell: Cell) -> bool:
    return isinstance(cell, int | float) and cell != 0


def markdown(stats: ReleaseStatistics, *, without: Collection[str] = (), pictures: Collection[str] = ()) -> str:
    """The tables in Markdown, under headings of the third rank, each with its figure.

    `without` names tables (`Sheet.key`) to leave out, `pictures` are the paths of the figures as the card sees them.
    """
    paths = {path.rpartition("/")[2].removesuffix(".png"): path for path in pictures}
    texts = alt(stats)
    parts = [rule(stats)]
    for sheet in sheets(stats):
        if sheet.key not in without:
            parts.append(f"### {sheet.title}\n\n{sheet.remark}")
            if path := paths.pop(sheet.figure, None):
                parts.append(f"![{escaped(texts[sheet.figure])}]({path})")
            lines = [f"| {' | '.join(sheet.columns)} |", "|---" + "|---:" * (len(sheet.columns) - 1) + "|"]
            if sheet.columns[1] in WORDED:
                lines[1] = "|---|---" + "|---:" * (len(sheet.columns) - 2) + "|"
            parts.append("\n".join([*lines, *(f"| {' | '.join(map(shown, row))} |" for row in sheet.rows)]))
    return "\n\n".join(parts) + "\n"


WORDED = frozenset({"split", "side"})
"""Columns beside the first that hold words, not numbers."""


def rule(stats: ReleaseStatistics) -> str:
    """What happens to small cells, in a sentence or two."""
    if not sheets(stats):
        return f"There are too few rows: beyond how many they are no count below {stats.smallest_cell} is told."
    if stats.smallest_cell == 1:
        return "All counts are told as they are."
    return (
        f"Beyond how many rows a data set has, a count of 1 to {stats.smallest_cell - 1} rows or people is not told, "
        "nor is any other from which it would follow (cell size suppression as of CMS)."
    )


def shown(cell: Cell) -> str:
    """A cell as it stands in Markdown."""
    if cell is None or isinstance(cell, int):
        return cells.told(cell)
    return f"{cell:,.2f}" if isinstance(cell, float) else escaped(cell)


def escaped(words: str) -> str:
    """Words of the manifest may have signs that mean something in a line of Markdown."""
    return _MEANT.sub(r"\\\1", " ".join(words.split()))


_MEANT = re.compile(r"([\\`*<|\[\]])")


def _all(stats: ReleaseStatistics) -> Iterator[Sheet]:
    yield Sheet(
        "composition",
        "Composition",
        "Rows, and the people behind them; a person stands in one split only, and may be in several data sets.",
        ("data set", "split", "rows", "people"),
        tuple((one.config, one.split or "all", one.rows, one.people) for one in stats.composition),
    )
    yield Sheet(
        "lengths",
        "Lengths",
        "Words between white space, of the rows as they go.",
        ("data set", "side", "rows", "mean", "smallest", "largest", "standard deviation"),
        tuple(
            (one.config, one.side, one.rows, one.mean, one.smallest, one.largest, one.deviation)
            for one in stats.lengths
        ),
    )
    yield Sheet(
        "topics",
        "Topics",
        "Rows whose input has a word of the topic, by a fixed list of words; a row may have several topics.",
        ("topic", "rows"),
        _counted(stats.topics),
    )
    yield Sheet(
        "flags",
        "Flags",
        "What screening pointed out to the reviewers, in records that go and in records that stay.",
        ("flag", "rows that go", "records that stay"),
        tuple((one.flag, one.going, one.staying) for one in stats.flags),
    )
    yield Sheet(
        "redactions",
        "Redactions",
        "Identifiers that were replaced in the rows that go: in how many rows, and at how many places.",
        ("entity", "rows", "places"),
        tuple((one.entity, one.rows, one.places) for one in stats.redactions if one.rows != 0),
    )
    decided = {name.replace("_", " "): number for name, number in stats.decisions.items() if number != 0}
    yield Sheet(
        "decisions",
        "Decisions",
        "Every decision on a record of the study, by round; a later one may have replaced it.",
        ("decision", "number"),
        (*_counted(decided), ("rows whose text a reviewer changed", stats.edited)) if decided else (),
    )
    if effort := stats.effort:
        yield Sheet(
            "effort",
            "Reviewers' effort",
            f"Active time of {effort.people} reviewers together, as far as it was taken; never of one of them.",
            ("measure", "value"),
            (
                ("rows with time taken", effort.rows),
                ("minutes in total", effort.minutes),
                ("median seconds a row", effort.median_seconds),
            ),
        )
    for group in stats.coverage:
        yield Sheet(
            f"coverage {group.group}",
            f"People by {group.group.replace('_', ' ')}",
            "As the hospital's manifest states it; groups that few people share are put together, unnamed.",
            (group.group.replace("_", " "), "people"),
            _counted(group.people),
        )
    if many := stats.multi_turn:
        yield Sheet(
            "multi_turn",
            "Multi-turn rows",
            "Of the sessions that they were cut from, and of the rows that go.",
            ("measure", "value"),
            (
                ("turns of the coach in these sessions", many.coach_turns),
                ("of these, short ones", many.short_turns),
                ("mean turns before the answer", many.mean_context),
                ("most turns before the answer", many.largest_context),
            ),
        )
    yield Sheet(
        "excluded",
        "What stayed behind",
        "Records of the study that do not go, by the first reason for it.",
        ("reason", "records"),
        _counted({in_words(reason): number for reason, number in stats.excluded.items()}),
    )


def _counted(counts: dict[str, Count]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(counts.items())
