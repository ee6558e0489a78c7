"""What reading yields: a transcript, its pages, and what is marked on them."""

from dataclasses import dataclass
from typing import Literal

Side = Literal["caregiver", "coach"]

LABELS: dict[Side, str] = {"caregiver": "Caregiver", "coach": "Coach"}
"""The label that stands on a page for each side, whatever the transcriber called it."""


def has_half_character(text: str) -> bool:
    """Whether text holds an unpaired surrogate, which JSON can write and neither the store nor UTF-8 can hold."""
    return any("\ud800" <= character <= "\udfff" for character in text)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn, or the part of a turn that stands on one page."""

    speaker: str | None
    """The label as the transcriber wrote it; None for text before the first label."""
    side: Side | None
    """None for a speaker that the policy does not name."""
    text: str
    """What was said, with timestamps and notes, whitespace folded to single spaces."""

    @property
    def label(self) -> str | None:
        """The label that stands on the page."""
        return LABELS[self.side] if self.side else self.speaker

    @property
    def words(self) -> int:
        """Words between white space, the label not counted."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a page that nobody said: `text[start:end]` is a timestamp or a transcriber's note.

    It is still text of the page: it can identify someone and is scanned like the rest.
    """

    start: int
    end: int
    kind: Literal["timestamp", "note"]


@dataclass(frozen=True, slots=True)
class PageText:
    """One page: lines of `Caregiver: ...` and `Coach: ...`, one line a turn."""

    number: int
    """From 1, without gaps."""
    text: str
    marks: tuple[Mark, ...]
    """In order, not overlapping."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One session as it was transcribed."""

    session_key: str
    """The session cell of a table's rows (PHI, as the text is); empty where the file is one session."""
    pages: tuple[PageText, ...]
    words: int
    """Words on all pages, labels not counted."""
    dropped: int = 0
    """Pages of the document that hold no turn: blank ones, and cover pages before the first label."""
