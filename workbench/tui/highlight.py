"""Drawing text with its findings, so that each is seen by colour and by a mark in the text.

Nothing here is parsed as markup: square brackets in a transcript stay square brackets.  Characters that a terminal
would obey are replaced one for one, so that offsets into the text stay true.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from workbench.harmless import harmless
from workbench.tui.words import FRAME, SETTLED_FRAME


@dataclass(frozen=True, slots=True)
class Highlight:
    """One span to draw (`stop` exclusive); with a label it is framed like «LABEL words», more lightly once settled."""

    start: int
    stop: int
    colour: str
    label: str = ""
    settled: bool = False

    @property
    def style(self) -> str:
        """The style of the words themselves: what needs attention is underlined too."""
        return f"{self.colour} underline" if self.label else self.colour


@dataclass(frozen=True, slots=True)
class Piece:
    """So many characters of a text (`part` names it) from `start` on, as they stand in what is drawn from `at` on."""

    part: str
    start: int
    at: int
    length: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Text ready to be shown, where in it the chosen span begins, and what of it belongs to which text."""

    content: Content
    anchor: int | None = None
    pieces: tuple[Piece, ...] = ()

    def __add__(self, other: "Drawn") -> "Drawn":
        anchor, length = self.anchor, len(self.content.plain)
        if anchor is None and other.anchor is not None:
            anchor = length + other.anchor
        moved = tuple(replace(piece, at=piece.at + length) for piece in other.pieces)
        return Drawn(self.content + other.content, anchor, self.pieces + moved)

    def between(self, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
        """What of which text (its name, start, stop) is drawn between two places."""
        for piece in self.pieces:
            first, last = max(start, piece.at), min(stop, piece.at + piece.length)
            if first < last:
                yield piece.part, piece.start + first - piece.at, piece.start + last - piece.at

    def place_of(self, part: str, offset: int) -> int | None:
        """Where a character of a text is drawn."""
        for piece in self.pieces:
            if piece.part == part and piece.start <= offset < piece.start + piece.length:
                return piece.at + offset - piece.start
        return None


def plain(text: str, style: str = "") -> Drawn:
    """Text in one style, without highlights."""
    return Drawn(Content.styled(harmless(text), style))


def draw(text: str, highlights: Sequence[Highlight], chosen: tuple[int, int] | None = None, part: str = "") -> Drawn:
    """Text, called `part`, with its highlights; the chosen span is drawn in reverse and anchored.

    Highlights may overlap; those with the same span share one frame.  Spans that are empty or outside the text are
    left out.
    """
    text = harmless(text)
    spans = sorted((h for h in highlights if 0 <= h.start < h.stop <= len(text)), key=lambda h: (h.start, -h.stop))
    frames: dict[tuple[int, int], list[Highlight]] = {}
    for span in spans:
        if span.label or span.settled:
            frames.setdefault((span.start, span.stop), []).append(span)
    if chosen is not None and not 0 <= chosen[0] < chosen[1] <= len(text):
        chosen = None
    edges = {edge for h in spans for edge in (h.start, h.stop)} | set(chosen or ())

    drawn: list[str] = []
    length = 0
    after: dict[int, int] = {}  # text offset -> offset behind the frames that open there
    before: dict[int, int] = {}  # text offset -> offset ahead of the frames that close there
    signs: list[tuple[int, int, str]] = []
    pieces: list[Piece] = []

    def put(piece: str, style: str | None = None) -> None:
        nonlocal length
        if style is not None:
            signs.append((length, length + len(piece), style))
        drawn.append(piece)
        length += len(piece)

    last = 0
    for edge in sorted(edges):
        pieces.append(Piece(part, last, length, edge - last))
        put(text[last:edge])
        last = edge
        before[edge] = length
        for (start, stop), framed in reversed(frames.items()):
            if stop == edge and start < edge:
                put((SETTLED_FRAME if all(h.settled for h in framed) else FRAME)[1], framed[0].colour)
        for (start, _), framed in frames.items():
            if start == edge:
                labels = " ".join(dict.fromkeys(h.label for h in framed if not h.settled))
                put(f"{FRAME[0]}{labels} " if labels else SETTLED_FRAME[0], framed[0].colour)
        after[edge] = length
    pieces.append(Piece(part, last, length, len(text) - last))
    put(text[last:])

    content = Content("".join(drawn), strip_control_codes=False)
    for span in sorted(spans, key=lambda h: h.start - h.stop):
        content = content.stylize(span.style, after[span.start], before[span.stop])
    for start, stop, style in signs:
        content = content.stylize(style, start, stop)
    if chosen is None:
        return Drawn(content, None, tuple(pieces))
    content = content.stylize("reverse bold", after[chosen[0]], before[chosen[1]])
    return Drawn(content, after[chosen[0]], tuple(pieces))
