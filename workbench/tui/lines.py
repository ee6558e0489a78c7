"""Which words stand on which line once a text is wrapped."""

from bisect import bisect_right
from dataclasses import dataclass

from textual.content import Content


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a wrapped text: where each begins and ends in it, blanks at its edges apart."""

    spans: tuple[tuple[int, int], ...]

    def between(self, first: int, last: int) -> tuple[int, int] | None:
        """Where the words of lines `first` to `last` (exclusive) begin and end; None where there are none."""
        spans = [(start, stop) for start, stop in self.spans[max(0, first) : last] if start < stop]
        return (spans[0][0], spans[-1][1]) if spans else None

    def line_of(self, place: int) -> int:
        """The line on which a place of the text stands."""
        return max(0, bisect_right(self.spans, place, key=lambda span: span[0]) - 1)


def wrapped(content: Content, width: int) -> Lines:
    """The lines of a text at a width in columns."""
    # Wrapping takes blanks away at the ends of lines and nothing else, so that words can be counted off.
    ink = [place for place, sign in enumerate(content.plain) if not sign.isspace()]
    spans, used = [], 0
    for line in content.wrap(width):
        count = sum(map(len, line.plain.split()))
        if count:
            spans.append((ink[used], ink[used + count - 1] + 1))
            used += count
        else:
            edge = spans[-1][1] if spans else 0
            spans.append((edge, edge))
    return Lines(tuple(spans))
