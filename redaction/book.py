"""What a study remembers of its identifiers; the caller keeps it, `redaction` only asks."""

import random
from collections.abc import Iterable
from typing import Protocol

from policies.names import Entity


class SurrogateBook(Protocol):
    """The study's map from identifiers to their surrogates."""

    def surrogate(self, entity: Entity, key: str, candidates: Iterable[str]) -> str | None:
        """The surrogate of this key.

        At first use it is the first candidate that stands for nobody else and is itself no identifier in the book; None
        where there is no such candidate.
        """
        ...

    def chance(self, entity: Entity, key: str) -> random.Random:
        """A stream of the study's own secret randomness for this key, the same every time."""
        ...


class StudyBook(SurrogateBook, Protocol):
    """What a study remembers of its identifiers, kept by the caller."""

    def number(self, entity: Entity, key: str) -> int:
        """The number (from 1) of this key among those of its entity; the same key always gets the same number."""
        ...

    def days(self) -> int:
        """By how many days the dates of the present subject move: constant for a subject, whole weeks, never 0."""
        ...
