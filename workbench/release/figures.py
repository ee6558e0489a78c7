"""The figures of a release, drawn from its statistics alone: the same numbers give the same bytes.

Colours are those of M. Okabe and K. Ito (Color Universal Design, 2008), which people tell apart however they see
colours; the second series is hatched as well.  What is not told is written, never drawn as a gap.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.many import many
from workbench.release.cells import Count, told
from workbench.release.told import Histogram, ReleaseStatistics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY, INK = "#0072B2", "#E69F00", "#5A656D", "#1D2328"
DPI = 150
WIDTH = 8.0
"""Inches."""
STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "grid.color": "#E4E9EC",
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # a dollar sign is one
}
NAMES = {"interview": "interview", "synthetic": "synthetic", "multi_turn": "multi-turn"}
SERIES = ("as generated", "as they go")


def draw(stats: ReleaseStatistics, folder: Path) -> list[Path]:
    """Draw every figure that there are numbers for as PNG into a folder; none where matplotlib is not installed."""
    try:
        # Draws without any screen, and takes a second to load.
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        return []
    files = []
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # nothing of the machine's own settings shows
        matplotlib.rcParams.update(STYLE)
        for name, (has, paint) in _FIGURES.items():
            if has(stats):
                figure = Figure(layout="constrained", dpi=DPI)
                FigureCanvasAgg(figure)
                paint(stats, figure)
                folder.mkdir(parents=True, exist_ok=True)
                files.append(folder / f"{name}.png")
                # Without the program's version, which says nothing of the numbers.
                figure.savefig(files[-1], format="png", metadata={"Software": None})
    return files


def alt(stats: ReleaseStatistics) -> dict[str, str]:
    """What each figure shows, in words, by the name of its file without the ending."""
    return {name: " ".join(_ALT[name](stats)) for name, (has, _) in _FIGURES.items() if has(stats)}


def _bars(axes: "Axes", labels: Sequence[str], counts: Sequence[Count], colour: str = BLUE, hatch: str = "") -> None:
    """Lying bars with their numbers; what is not told has words in the place of its bar."""
    places = range(len(labels))
    axes.barh(places, [count or 0 for count in counts], height=0.62, color=colour, hatch=hatch, edgecolor="white")
    most = max((count or 0 for count in counts), default=0) or 1
    for place, count in zip(places, counts, strict=True):
        axes.text(
            (count or 0) + most * 0.012, place, told(count), va="center", fontsize=9, color=INK if count else GREY
        )
    axes.set_yticks(places, labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(0, most * 1.14)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _size(figure: "Figure", bars: int, *, parts: int = 1) -> None:
    figure.set_size_inches(WIDTH, 0.3 * bars + 0.62 * parts + 0.1)


def _composition(stats: ReleaseStatistics, figure: "Figure") -> None:
    whole = [one for one in stats.composition if one.split is not None]
    labels = [f"{NAMES[one.config]}, {one.split}" for one in whole]
    _size(figure, len(labels))
    rows, people = figure.subplots(1, 2, sharey=True)
    _bars(rows, labels, [one.rows for one in whole])
    rows.set_title("Rows")
    _bars(people, labels, [one.people for one in whole], ORANGE, "//")
    people.set_title("People")


def _lengths(stats: ReleaseStatistics, figure: "Figure") -> None:
    shown = stats.histograms
    configs = list(dict.fromkeys(one.config for one in shown))
    figure.set_size_inches(WIDTH, 2.7 * len(configs) + 0.3)
    grid = figure.subplots(len(configs), 2, squeeze=False)
    for row, config in zip(grid, configs, strict=True):
        for axes, side in zip(row, ("input", "output"), strict=True):
            found = [one for one in shown if (one.config, one.side) == (config, side)]
            axes.set_title(f"{NAMES[config]}, {side}")
            if found:
                _lengths_of(axes, found[0])
            else:
                axes.text(0.5, 0.5, told(None), ha="center", color=GREY, transform=axes.transAxes)
    if any(one.before for one in shown):
        handles, labels = next(
            axes.get_legend_handles_labels() for axes in grid.flat if axes.get_legend_handles_labels()
        )
        figure.legend(handles, labels, loc="outside upper right", ncols=2)


def _lengths_of(axes: "Axes", one: Histogram) -> None:
    """Bars are of different widths, so that the height is rows for ten words of width."""
    widths = [high - low for low, high in zip(one.edges, one.edges[1:], strict=False)]

    def heights(counts: Sequence[int]) -> list[float]:
        return [10 * count / width for count, width in zip(counts, widths, strict=True)]

    if one.before:
        axes.stairs(
            heights(one.before), one.edges, fill=True, facecolor="#F9E3B4", edgecolor=ORANGE, hatch="///", lw=1.4,
            label=SERIES[0],
        )  # fmt: skip
    axes.stairs(
        heights(one.after),
        one.edges,
        fill=True,
        facecolor=(0, 0.447, 0.698, 0.35),
        edgecolor=BLUE,
        lw=1.8,
        label=SERIES[1],
    )
    axes.set_xlabel("words")
    axes.set_ylabel("rows for 10 words")
    axes.grid(axis="y")
    axes.set_xlim(one.edges[0], one.edges[-1])
    axes.set_ylim(bottom=0)


def _topics(stats: ReleaseStatistics, figure: "Figure") -> None:
    _size(figure, len(stats.topics))
    _bars(figure.subplots(), list(stats.topics), list(stats.topics.values()))
    figure.axes[0].set_title("Rows whose input speaks of a topic")


def _flags(stats: ReleaseStatistics, figure: "Figure") -> None:
    labels = [one.flag for one in stats.flags]
    _size(figure, len(labels))
    going, staying = figure.subplots(1, 2, sharey=True)
    _bars(going, labels, [one.going for one in stats.flags])
    going.set_title("Rows that go")
    _bars(staying, labels, [one.staying for one in stats.flags], ORANGE, "//")
    staying.set_title("Records that stay")


def _redactions(stats: ReleaseStatistics, figure: "Figure") -> None:
    shown = [one for one in stats.redactions if one.rows != 0]
    labels = [one.entity.replace("_", " ").lower() for one in shown]
    _size(figure, len(shown))
    rows, places = figure.subplots(1, 2, sharey=True)
    _bars(rows, labels, [one.rows for one in shown])
    rows.set_title("Rows with a replaced identifier")
    _bars(places, labels, [one.places for one in shown], ORANGE, "//")
    places.set_title("Replaced places")


def _effort(stats: ReleaseStatistics, figure: "Figure") -> None:
    assert stats.effort is not None
    labels = [words for words, _ in _times(stats)]
    _size(figure, len(labels))
    _bars(figure.subplots(), labels, stats.effort.counts)
    figure.axes[0].set_title("Rows by the reviewers' active time over each")


def _times(stats: ReleaseStatistics) -> Iterator[tuple[str, int]]:
    assert stats.effort is not None
    edges = stats.effort.edges
    for low, high, count in zip(edges, edges[1:], stats.effort.counts, strict=False):
        if high == edges[-1]:
            yield f"{_time(low)} or more" if low else "any time", count
        else:
            yield f"{_time(low)} to {_time(high)}" if low else f"less than {_time(high)}", count


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"


def _coverage(stats: ReleaseStatistics, figure: "Figure") -> None:
    # Every group has the same people, so that bars of all groups are as long for as many of them.
    shown = stats.coverage
    most = max((count or 0 for one in shown for count in one.people.values()), default=0) or 1
    sizes = [len(one.people) for one in shown]
    _size(figure, sum(sizes), parts=len(shown))
    grid = figure.subplots(len(shown), 1, squeeze=False, height_ratios=sizes)
    for axes, one in zip(grid.flat, shown, strict=True):
        _bars(axes, list(one.people), list(one.people.values()))
        axes.set_xlim(0, most * 1.14)
        axes.set_title(f"People by {one.group.replace('_', ' ')}")


Paint = Callable[[ReleaseStatistics, "Figure"], None]

_FIGURES: dict[str, tuple[Callable[[ReleaseStatistics], bool], Paint]] = {
    "composition": (lambda stats: any(one.rows or one.people for one in stats.composition), _composition),
    "lengths": (lambda stats: bool(stats.histograms), _lengths),
    "topics": (lambda stats: any(stats.topics.values()), _topics),
    "flags": (lambda stats: any(one.going or one.staying for one in stats.flags), _flags),
    "redactions": (lambda stats: any(one.rows for one in stats.redactions), _redactions),
    "effort": (lambda stats: stats.effort is not None and bool(stats.effort.counts), _effort),
    "coverage": (lambda stats: any(any(one.people.values()) for one in stats.coverage), _coverage),
}


def _say_composition(stats: ReleaseStatistics) -> Iterator[str]:
    yield "Bar charts of rows and people by data set and split."
    for one in stats.composition:
        where = f"{NAMES[one.config]}, {one.split or 'all splits'}"
        yield f"{where}: {told(one.rows)} rows, {told(one.people)} people."


def _say_lengths(stats: ReleaseStatistics) -> Iterator[str]:
    yield "Histograms of words a side, as generated and as they go."
    for one in stats.lengths:
        yield f"{NAMES[one.config]}, {one.side}: mean {one.mean:.1f}, from {one.smallest} to {one.largest} words."


def _say_effort(stats: ReleaseStatistics) -> Iterator[str]:
    assert stats.effort is not None
    yield "Bar chart of rows by the active time of all reviewers over each."
    yield (
        f"{many(stats.effort.minutes, 'minute')} in total; the median row took "
        f"{many(stats.effort.median_seconds, 'second')}."
    )
    yield from (f"{label}: {count:,} rows." for label, count in _times(stats))


def _say_redactions(stats: ReleaseStatistics) -> Iterator[str]:
    yield "Bar charts of replaced identifiers: rows and places by entity."
    for one in stats.redactions:
        if one.rows != 0:
            name = one.entity.replace("_", " ").lower()
            yield f"{name}: {told(one.rows)} rows, {told(one.places)} places."


_ALT: dict[str, Callable[[ReleaseStatistics], Iterator[str]]] = {
    "composition": _say_composition,
    "lengths": _say_lengths,
    "topics": lambda stats: iter(
        ["Bar chart of rows by topic.", *(f"{topic}: {told(count)}." for topic, count in stats.topics.items())]
    ),
    "flags": lambda stats: iter(
        [
            "Bar charts of flags in rows that go and in records that stay.",
            *(f"{one.flag}: {told(one.going)} and {told(one.staying)}." for one in stats.flags),
        ]
    ),
    "redactions": _say_redactions,
    "effort": _say_effort,
    "coverage": lambda stats: iter(
        [
            "Bar charts of people by group.",
            *(
                f"{one.group.replace('_', ' ')}, {value}: {told(count)}."
                for one in stats.coverage
                for value, count in one.people.items()
            ),
        ]
    ),
}
