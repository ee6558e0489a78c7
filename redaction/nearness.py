"""When two different spellings are likely to mean the same person."""

from functools import cache

import jellyfish

from redaction.gazetteers import nickname_groups

SHORTEST = 5
"""Shorter words have too many neighbours that are other words."""


@cache
def nicknames(folded: str) -> frozenset[str]:
    """Other names by which somebody of this given name is called, and the reverse; empty where none is known."""
    return frozenset(w for group in nickname_groups() if folded in group for w in group) - {folded}


def near(one: str, other: str) -> bool:
    """Whether two folded words differ as a misspelling or a mishearing does.

    One letter added, lost, changed or swapped (two from eight letters on; Damerau 1964), or the same sound
    (Metaphone, Philips 1990) with at most three letters changed.  Both words must have five letters or more.
    """
    if one == other or min(len(one), len(other)) < SHORTEST or abs(len(one) - len(other)) > 2:
        return False
    distance = jellyfish.damerau_levenshtein_distance(one, other)
    if distance <= (2 if min(len(one), len(other)) >= 8 else 1):
        return True
    return distance <= 3 and jellyfish.metaphone(one) == jellyfish.metaphone(other)
