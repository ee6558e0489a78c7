"""Word lists that ship with the room: given names, surnames, towns, counties and common words (see README.md)."""

import gzip
from functools import cache
from importlib import resources

from redaction.folding import fold

COMMON, KNOWN, RARE = 3, 2, 1
"""Tiers of the name lists: borne by many, in an ordinary list, seen a few times."""


@cache
def _tiers(name: str) -> dict[str, int]:
    packed = (resources.files("redaction.gazetteers") / f"{name}.txt.gz").read_bytes()
    pairs = (line.rpartition("\t") for line in gzip.decompress(packed).decode().splitlines())
    return {word: int(tier) for word, _, tier in pairs}


@cache
def _lines(name: str) -> frozenset[str]:
    body = (resources.files("redaction.gazetteers") / f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in body.splitlines() if line.strip() and not line.startswith("#"))


def first_names() -> dict[str, int]:
    """Given names in folded form, with their tier."""
    return _tiers("first_names")


def surnames() -> dict[str, int]:
    """Family names in folded form, with their tier."""
    return _tiers("surnames")


def places() -> dict[str, int]:
    """Towns, cities and counties in folded form, with their tier (3: more than one or a large one)."""
    return _tiers("places")


def common_words() -> dict[str, int]:
    """Words that English text writes in lower case, with the digits of their count in the source (0: once or twice)."""
    return _tiers("common_words")


def not_identifiers() -> frozenset[str]:
    """Folded words and phrases that are written with a capital and identify nobody (drugs, brands, languages)."""
    return _lines("not_identifiers")


def regions() -> frozenset[str]:
    """Folded names of US states and territories and of countries, which a policy may keep."""
    return _lines("regions")


@cache
def nickname_groups() -> tuple[frozenset[str], ...]:
    """Groups of folded given names that are used for one another."""
    return tuple(frozenset(fold(line).split()) for line in sorted(_lines("nicknames")))
