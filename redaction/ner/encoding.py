"""How text becomes the model's input, in training and when scanning: tokens, the case of their words, windows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tokenizers import Tokenizer

from policies.names import Entity

LABELS = (
    Entity.NAME, Entity.LOCATION, Entity.FACILITY, Entity.DATE, Entity.AGE,
    Entity.PHONE, Entity.EMAIL, Entity.URL, Entity.ID,
)  # fmt: skip
"""What the model tells apart; the finer kinds of number (MRN, account, ...) are the rules' business."""
TAGS = ("O", *(f"{mark}-{label}" for label in LABELS for mark in "BI"))
"""The model's output classes in order: outside, then begin and inside of each label."""
WINDOW = 192
"""Tokens in one window, its two frame tokens included."""
OVERLAP = 32
"""Tokens that two neighbouring windows of one text share, so that each token is seen with context on both sides."""
FRAME = (101, 102)
"""BERT's [CLS] and [SEP], around every window."""
PADDING = 0


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as tokens: ids, whether the token's word begins with a capital, and (start, end) in the text."""

    ids: list[int]
    capitals: list[int]
    offsets: list[tuple[int, int]]

    def windows(self) -> Iterator[tuple[int, int]]:
        """Token ranges (first, last + 1) of the windows that cover the text."""
        size, at = WINDOW - len(FRAME), 0
        while True:
            stop = min(at + size, len(self.ids))
            yield at, stop
            if stop == len(self.ids):
                return
            at += size - OVERLAP


@cache
def tokenizer() -> Tokenizer:
    """The encoder's own WordPiece tokenizer (lower case, accents stripped)."""
    loaded = Tokenizer.from_str((resources.files("redaction.ner") / "tokenizer.json").read_text(encoding="utf-8"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def encode(text: str) -> Encoded:
    """Tokens of a text.  The encoder is uncased; capitals go in beside it, as BERT's second segment.

    A word counts as capitalised when its first letter is upper case and the rest is not (a single letter counts), so
    that a line in capitals looks like one in lower case.
    """
    encoding = tokenizer().encode(text, add_special_tokens=False)
    capitals = [_capital(text, start) for start, _ in encoding.offsets]
    return Encoded(encoding.ids, capitals, encoding.offsets)


def _capital(text: str, at: int) -> int:
    while at > 0 and text[at - 1].isalnum() and text[at].isalnum():
        at -= 1
    follows = text[at + 1 : at + 2]
    return int(text[at].isupper() and not (follows.isalpha() and follows.isupper()))
