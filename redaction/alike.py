"""Where the same words stand in a text."""

import re

from redaction.folding import fold, without_possessive
from redaction.words import PLACEHOLDER, WORD

_APART = re.compile(r"[.!?;:]\s|\n|--|\u2014")
"""Words on both sides of this belong to different sentences."""


def alike(words: str, text: str) -> list[tuple[int, int]]:
    """Every place (start, end exclusive) where these words stand in a row, whole, in order of the text.

    Case, diacritics and possessives do not count, nor does what stands between two words, unless a sentence ends
    there and none does in `words`.  Placeholders are no words.
    """
    wanted, breaks = folded_words(words), _breaks(words)
    tokens = [token.span() for token in WORD.finditer(text)] if wanted else []
    folds = [without_possessive(fold(text[start:end])) for start, end in tokens]
    taken = [match.span() for match in PLACEHOLDER.finditer(text)]
    places: list[tuple[int, int]] = []
    at = 0
    while at + len(wanted) <= len(tokens) and wanted:
        run = tokens[at : at + len(wanted)]
        if folds[at : at + len(wanted)] == wanted and (breaks or not _breaks(text[run[0][0] : run[-1][1]])):
            start, end = run[0][0], run[-1][1]
            end -= 2 if fold(text[end - 2 : end]) == "'s" else 0
            if all(end <= first or last <= start for first, last in taken):
                places.append((start, end))
                at += len(wanted)
                continue
        at += 1
    return places


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The same place, widened to whole words and without blanks at its edges; a possessive 's may stay outside."""
    for word in WORD.finditer(text):
        bare = word.end() - (2 if fold(word[0]).endswith("'s") else 0)
        if word.start() < start < word.end():
            start = word.start()
        if word.start() < end < bare:
            end = bare
        elif bare < end < word.end():
            end = word.end()
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def folded_words(words: str) -> list[str]:
    """The words of a text in folded form, without possessive endings."""
    return [without_possessive(fold(word)) for word in WORD.findall(words)]


def _breaks(words: str) -> bool:
    return bool(_APART.search(words))
