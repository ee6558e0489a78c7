"""What of an exchange and its page has been on screen, and for how long: what a decision says of how it was read.

Words count once they have stood still in view.  What changes in an exchange has to be seen again, the rest does not.
"""

import re

from workbench.desk.commands import Reading
from workbench.desk.views import ExchangeView
from workbench.many import many
from workbench.tui.sheets import items, source_place

_WORD = re.compile(r"\S+")


class Seen:
    """A text, and which of its characters have been on screen."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Blanks need not be seen.
        self._shown = bytearray(sign.isspace() for sign in text)
        self._words = [match.span() for match in _WORD.finditer(text)]
        self._words_seen: int | None = None
        """None until they are counted again."""

    def show(self, start: int, stop: int) -> None:
        """These characters are on screen."""
        start, stop = max(0, start), min(stop, len(self._text))
        if start < stop and not self.has(start, stop):
            self._shown[start:stop] = b"\1" * (stop - start)
            self._words_seen = None

    def has(self, start: int, stop: int) -> bool:
        """Whether all of these characters have been on screen."""
        return 0 not in self._shown[start:stop]

    @property
    def whole(self) -> bool:
        """Whether the whole text has been on screen."""
        return 0 not in self._shown

    @property
    def unseen(self) -> int | None:
        """The first character that has not been on screen."""
        place = self._shown.find(0)
        return None if place < 0 else place

    @property
    def words(self) -> int:
        """Words of the text."""
        return len(self._words)

    @property
    def words_seen(self) -> int:
        """Words that have been on screen."""
        if self._words_seen is None:
            self._words_seen = sum(self.has(*span) for span in self._words)
        return self._words_seen

    def changed(self, text: str) -> "Seen":
        """What of another version of the text has been seen: what it begins and ends with like this one."""
        if text == self._text:
            return self
        before = _alike(self._text, text)
        after = _alike(self._text[before:][::-1], text[before:][::-1])
        seen = Seen(text)
        for old, new, length in ((0, 0, before), (len(self._text) - after, len(text) - after, after)):
            for offset in range(length):
                if self._shown[old + offset]:
                    seen._shown[new + offset] = 1
        return seen


def _alike(one: str, other: str) -> int:
    """With how many characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


class Attention:
    """How one exchange has been read in this sitting."""

    def __init__(self, view: ExchangeView) -> None:
        self.milliseconds = 0
        self._texts = {"source": Seen(view.source), "question": Seen(view.question), "answer": Seen(view.answer)}
        self.follow(view)

    def follow(self, view: ExchangeView) -> None:
        """The exchange has another version, or is shown once more."""
        for part, text in (("source", view.source), ("question", view.question), ("answer", view.answer)):
            self._texts[part] = self._texts[part].changed(text)
        self._must_read = view.must_read
        self._places: list[tuple[str, int, int]] = []
        for item in items(view):
            if item.side is not None and item.start is not None and item.stop is not None:
                self._places.append((item.side, item.start, item.stop))
            if place := source_place(view, item):
                self._places.append(("source", *place))

    def show(self, part: str, start: int, stop: int) -> None:
        """This part of a text (source, question or answer) is on screen."""
        if part in self._texts:
            self._texts[part].show(start, stop)

    @property
    def reading(self) -> Reading:
        """What is sent with a decision."""
        source, question, answer = (self._texts[part] for part in ("source", "question", "answer"))
        return Reading(
            milliseconds=self.milliseconds,
            source_words=source.words_seen,
            exchange_words=question.words_seen + answer.words_seen,
            whole_source=source.whole,
            whole_exchange=question.whole and answer.whole,
            evidence=all(self._texts[part].has(start, stop) for part, start, stop in self._places),
        )

    @property
    def unseen(self) -> tuple[str, int] | None:
        """What is to be read next before an approval: a text and a place in it; None when nothing is left."""
        if self._must_read == "page":
            wanted = [("source", self._texts["source"].unseen)]
        else:
            wanted = [(part, start) for part, start, stop in self._places if not self._texts[part].has(start, stop)]
        wanted += [(part, self._texts[part].unseen) for part in ("question", "answer")]
        return next(((part, place) for part, place in wanted if place is not None), None)

    @property
    def missing(self) -> str | None:
        """What has not been on screen yet, in words; None when an approval needs no more."""
        texts = self._texts
        left = {part: seen.words - seen.words_seen for part, seen in texts.items()}
        exchange = left["question"] + left["answer"]
        said = []
        if self._must_read == "page":
            said += [f"{many(left['source'], 'word')} of the page"] * (not texts["source"].whole)
        elif not self.reading.evidence:
            said.append("the place of every flag and finding")
        said += [f"{many(exchange, 'word')} of the exchange"] * (not self.reading.whole_exchange)
        return " and ".join(said) or None

    def progress(self, *parts: str) -> tuple[int, int]:
        """Words of these texts that have been on screen, of how many."""
        return sum(self._texts[part].words_seen for part in parts), sum(self._texts[part].words for part in parts)
