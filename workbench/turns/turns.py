"""From the pages of a session to multi-turn records: a coach turn of some length, and the turns before it.

Follows the second report of MentalChat16K's authors ("Enhancing LLMs for Therapy"): clean the transcript, keep the
coach's turns of 50 words and more as targets, with the turns before each as its context.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from policies.schema import MultiTurn
from workbench.ingest.transcript import LABELS, Side
from workbench.screening.length import words
from workbench.store.sources import PageRow

NAME = "turns"
"""The name that stands where a backend's would: no model has a part in these records."""
OTHER = "Other"
"""The label of whoever is neither side.  Transcribers write names there, so their own label never goes on."""
LONGEST_CONTEXT = 15_000
"""Characters; above that the oldest turns go first, because a reviewer can edit a side of up to 20,000."""

_LABEL = re.compile(r"(?P<label>[^:]{1,40}): ")
_SIDES: dict[str, Side] = {label: side for side, label in LABELS.items()}
# What a note leaves behind when it goes: a comma that hangs in the air, a full stop before the first word.
_HANGING = re.compile(r" +(?=[,.;:?!](?:\s|$))")
_LEADING = re.compile(r"^(?:[,.;:?!] )+")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until another begins, without timestamps and notes."""

    page: int
    """The page (its number in the study) on which the turn begins."""
    side: Side | None
    """None for whoever is neither caregiver nor coach."""
    text: str

    @property
    def line(self) -> str:
        """The turn as a labelled line."""
        return f"{LABELS[self.side] if self.side else OTHER}: {self.text}"


@dataclass(frozen=True, slots=True)
class Record:
    """One multi-turn record; `page` is the one on which the coach's turn begins."""

    page: int
    question: str
    """The turns before, oldest first, a labelled line each."""
    answer: str
    """The coach's turn."""

    @property
    def raw(self) -> str:
        """Both sides as they follow each other in the session."""
        return f"{self.question}\n{LABELS['coach']}: {self.answer}"


def rules_digest() -> str:
    """SHA-256 (hex) of the rules in this file; it stands where the digest of a model would."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def session_turns(pages: Iterable[PageRow]) -> list[Turn]:
    """The turns of a session from its pages in order.

    Consecutive lines of one speaker are one turn, over a page break too.  A line of which cleaning leaves no word is
    no turn.  What stands before the first line of either side (a cover page) is left out.
    """
    turns: list[Turn] = []
    for _, group in groupby(_lines(pages), key=lambda line: line[1]):
        lines = list(group)
        page, label, _ = lines[0]
        side = _SIDES.get(label)
        if turns or side:
            turns.append(Turn(page, side, " ".join(text for _, _, text in lines)))
    return turns


def records(turns: Sequence[Turn], rules: MultiTurn) -> Iterator[Record]:
    """Every coach turn that is long enough, with up to `context_turns` turns before it.

    A session's first turn answers nothing and is no target.
    """
    for at, turn in enumerate(turns):
        if turn.side != "coach" or words(turn.text) < rules.target_words:
            continue
        context = [before.line for before in turns[max(0, at - rules.context_turns) : at]]
        while len(context) > 1 and sum(map(len, context)) > LONGEST_CONTEXT:
            context.pop(0)
        if context:
            yield Record(turn.page, "\n".join(context), turn.text)


def _lines(pages: Iterable[PageRow]) -> Iterator[tuple[int, str, str]]:
    """Page, label (empty where there is none) and cleaned text of each line that says something."""
    for page in pages:
        for raw in _unmarked(page).split("\n"):
            line = " ".join(raw.split())
            # A label whose turn was nothing but notes has lost the space behind it.
            hit = _LABEL.match(f"{line} ")
            label = hit["label"] if hit else ""
            text = _LEADING.sub("", _HANGING.sub("", line[hit.end() :] if hit else line))
            if any(character.isalnum() for character in text):
                yield page.page, label, text


def _unmarked(page: PageRow) -> str:
    """The text of a page with blanks in the place of timestamps and transcriber's notes."""
    text = page.text
    for start, stop, _ in page.marks:
        text = text[:start] + " " * (stop - start) + text[stop:]
    return text
