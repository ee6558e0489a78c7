"""What is told of a release in numbers; every small cell is already held back (None: not told)."""

from pydantic import BaseModel, ConfigDict

from workbench.release.cells import Count

OTHERS = "other groups"
NOT_STATED = "not stated"


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Split(_Told):
    """A data set, or one of its splits: rows and the people behind them; a person stands in one split only."""

    config: str
    split: str | None
    """None: the data set as a whole."""
    rows: Count
    people: Count


class Length(_Told):
    """Words between white space on one side of the rows of a data set that go."""

    config: str
    side: str
    rows: int
    mean: float
    smallest: int
    largest: int
    deviation: float
    """Standard deviation (n - 1)."""


class Histogram(_Told):
    """How many records are how long: bar `i` counts those of `edges[i]` words or more, and fewer than `edges[i + 1]`.

    Bars are as wide as it takes for each to hold nobody or enough.
    """

    config: str
    side: str
    edges: tuple[int, ...]
    before: tuple[int, ...] | None
    """As they were generated, before any filter, redaction or edit; None where few were kept back, who would show."""
    after: tuple[int, ...]
    """The rows that go, as they go."""


class Flagged(_Told):
    """Records with a kind of flag, among those that go and those that stay."""

    flag: str
    going: Count
    staying: Count


class Redacted(_Told):
    """An entity that was replaced in rows that go: in how many, and at how many places."""

    entity: str
    rows: Count
    places: Count


class Effort(_Told):
    """Active time of all reviewers together over the rows that go, as far as it was taken."""

    people: int
    rows: Count
    """With a time taken; where it is not told, there are no bars either."""
    minutes: int
    median_seconds: int
    """Half of the rows took less."""
    edges: tuple[int, ...]
    """Seconds; the last one is without end."""
    counts: tuple[int, ...]


class Group(_Told):
    """People of the release by a group of the manifest, as `gender`."""

    group: str
    people: dict[str, Count]


class MultiTurn(_Told):
    """The sessions that multi-turn records were cut from, and the turns before the answer in those that go."""

    coach_turns: Count
    short_turns: Count
    mean_context: float
    largest_context: int


class ReleaseStatistics(_Told):
    """All that is told of a release in numbers.  None is "not told", a missing part is not there or too small."""

    smallest_cell: int
    composition: tuple[Split, ...]
    rows: Count
    people: Count
    """Subjects; a session without a manifest counts as one person."""
    lengths: tuple[Length, ...]
    histograms: tuple[Histogram, ...]
    topics: dict[str, Count]
    """Rows by topic; a row may have several."""
    flags: tuple[Flagged, ...]
    redactions: tuple[Redacted, ...]
    decisions: dict[str, Count]
    """By round and verdict, as `first approve`."""
    edited: Count
    """Rows whose text a reviewer changed."""
    effort: Effort | None
    coverage: tuple[Group, ...]
    excluded: dict[str, Count]
    multi_turn: MultiTurn | None

    @property
    def labels(self) -> tuple[str, ...]:
        """Words of the manifest in these numbers; the only ones that are not from a closed vocabulary."""
        found = (label for one in self.coverage for label in (one.group, *one.people))
        return tuple(label for label in found if label not in (OTHERS, NOT_STATED))
