"""One way to fold a word, for lists, propagation, placeholders and the check for leaks."""

import unicodedata

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2032": "'"})
_BASE_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d"})


def fold(text: str) -> str:
    """Lower case, without diacritics, with plain apostrophes; the length can change."""
    text = text.translate(_APOSTROPHES).casefold()
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text.translate(_BASE_LETTERS))
    return "".join(c for c in letters if not unicodedata.combining(c))


def without_possessive(folded: str) -> str:
    """A folded word without a possessive ending ('s, or a bare apostrophe after s)."""
    if folded.endswith("'s"):
        return folded[:-2]
    return folded[:-1] if folded.endswith("'") else folded


def word_set(listing: str) -> frozenset[str]:
    """The words of a listing separated by blanks, as a set."""
    return frozenset(listing.split())
