"""Drawing text with its findings, so that each is seen by colour and by a mark in the text.

Nothing here is parsed as markup: square brackets in a transcript stay square brackets.  Characters that a terminal
would obey are replaced one for one, so that offsets into the text stay true.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
class Drawn:
    """Text ready to be shown, and where in it the chosen span begins."""

    content: Content
    anchor: int | None = None

    def __add__(self, other: "Drawn") -> "Drawn":
        anchor = self.anchor
        if anchor is None and other.anchor is not None:
            anchor = len(self.content.plain) + other.anchor
        return Drawn(self.content + other.content, anchor)


def plain(text: str, style: str = "") -> Drawn:
    """Text in one style, without highlights."""
    return Drawn(Content.styled(harmless(text), style))


def draw(text: str, highlights: Sequence[Highlight], chosen: tuple[int, int] | None = None) -> Drawn:
    """Text with its highlights; the chosen span is drawn in reverse and anchored.

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

    def put(piece: str, style: str | None = None) -> None:
        nonlocal length
        if style is not None:
            signs.append((length, length + len(piece), style))
        drawn.append(piece)
        length += len(piece)

    last = 0
    for edge in sorted(edges):
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
    put(text[last:])

    content = Content("".join(drawn), strip_control_codes=False)
    for span in sorted(spans, key=lambda h: h.start - h.stop):
        content = content.stylize(span.style, after[span.start], before[span.stop])
    for start, stop, style in signs:
        content = content.stylize(style, start, stop)
    if chosen is None:
        return Drawn(content)
    return Drawn(content.stylize("reverse bold", after[chosen[0]], before[chosen[1]]), after[chosen[0]])
