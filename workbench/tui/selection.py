"""Words selected by keys: by word or by letter, within one text."""

import re
from dataclasses import dataclass, replace

from workbench.tui.sheets import Span

_WORD = re.compile(r"\w+(?:[-'\u2019]\w+)*")
_LETTER = re.compile(r"\S")

Unit = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Selection:
    """From one word (or letter) to another of the same text; `head` is the end that moves.

    `texts` are those of one pane, in their order; going past the end of one comes into the next.
    """

    texts: tuple[tuple[str, str], ...]
    part: str
    anchor: Unit
    head: Unit
    by_letter: bool = False

    @classmethod
    def begin(cls, texts: tuple[tuple[str, str], ...], part: str, place: int) -> "Selection | None":
        """At the first word from a place of a text on; None where there is no word at all."""
        for name, text in sorted(texts, key=lambda named: named[0] != part):
            units = [match.span() for match in _WORD.finditer(text)]
            if units:
                found = next((unit for unit in units if name == part and unit[1] > place), units[0])
                return cls(texts, name, found, found)
        return None

    @property
    def span(self) -> Span:
        """What is selected."""
        return self.part, min(self.anchor[0], self.head[0]), max(self.anchor[1], self.head[1])

    @property
    def words(self) -> str:
        """The words selected."""
        part, start, stop = self.span
        return dict(self.texts)[part][start:stop]

    def at(self, part: str, place: int, extend: bool) -> "Selection":
        """With the end that moves at a place of a text, which must be the same one to be extended."""
        if extend and part != self.part:
            return self
        units = self._units(part)
        if not units:
            return self
        head = next((unit for unit in units if unit[1] > place), units[-1])
        return self._to(part, head, extend)

    def step(self, by: int, extend: bool) -> "Selection":
        """The next (1) or the previous (-1) word or letter; `extend` keeps the other end where it is."""
        units = self._units(self.part)
        if by > 0:
            head = next((unit for unit in units if unit[0] >= self.head[1]), None)
        else:
            head = next((unit for unit in reversed(units) if unit[1] <= self.head[0]), None)
        if head is not None:
            return self._to(self.part, head, extend)
        names = [name for name, _ in self.texts]
        there = names.index(self.part) + by
        if extend or not 0 <= there < len(names):
            return self
        beyond = self._units(names[there])
        return self._to(names[there], beyond[0 if by > 0 else -1], False) if beyond else self

    def switched(self) -> "Selection":
        """By letter instead of by word, or by word again; what is selected stays, and so does the end that moves."""
        _, start, stop = self.span
        if self.by_letter:
            return replace(self, by_letter=False, anchor=(start, stop), head=(start, stop))
        first, last = (start, start + 1), (stop - 1, stop)
        backwards = self.head < self.anchor
        return replace(self, by_letter=True, anchor=last if backwards else first, head=first if backwards else last)

    def _to(self, part: str, head: Unit, extend: bool) -> "Selection":
        return replace(self, part=part, head=head, anchor=self.anchor if extend else head)

    def _units(self, part: str) -> list[Unit]:
        pattern = _LETTER if self.by_letter else _WORD
        return [match.span() for match in pattern.finditer(dict(self.texts)[part])]
