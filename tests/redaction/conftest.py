"""What the tests of this room share: one scanner, a placeholder book, and a way to ask what was found."""

import random
from collections.abc import Callable, Iterable

import pytest

from policies import Entity
from policies.schema import Redaction
from redaction.folding import fold
from redaction.recognizers.base import RuleRecognizer
from redaction.scanner import Scanner
from redaction.words import Page


class Book:
    """The smallest thing that keeps the promise of `StudyBook`; `secret` stands for the study's own."""

    def __init__(self, secret: str = "one study") -> None:
        self.secret = secret
        self.numbers: dict[Entity, dict[str, int]] = {}
        self.surrogates: dict[tuple[Entity, str], str] = {}

    def number(self, entity: Entity, key: str) -> int:
        known = self.numbers.setdefault(entity, {})
        return known.setdefault(key, len(known) + 1)

    def surrogate(self, entity: Entity, key: str, candidates: Iterable[str]) -> str | None:
        if (entity, key) not in self.surrogates:
            taken = {fold(words) for words in self.surrogates.values()} | {k for _, k in self.surrogates}
            free = next((words for words in candidates if fold(words) not in taken and fold(words) != key), None)
            if free is None:
                return None
            self.surrogates[entity, key] = free
        return self.surrogates[entity, key]

    def chance(self, entity: Entity, key: str) -> random.Random:
        return random.Random(f"{self.secret}:{entity}:{key}")

    def days(self) -> int:
        return -63


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture(scope="session")
def settings() -> Redaction:
    return Redaction()


@pytest.fixture(scope="session")
def scanner(settings: Redaction) -> Scanner:
    return Scanner(settings)


@pytest.fixture(scope="session")
def covered(scanner: Scanner) -> Callable[[str], list[tuple[str, str]]]:
    """Entity and words of every finding that the default policy does not keep."""

    def ask(text: str) -> list[tuple[str, str]]:
        return [(str(f.entity), f.text_in(text)) for f in scanner.scan(text) if not f.keep]

    return ask


@pytest.fixture(scope="session")
def alone() -> Callable[[RuleRecognizer, str], list[str]]:
    """What one recognizer by itself reports, widest first where hits overlap, without the others' help."""

    def ask(recognizer: RuleRecognizer, text: str) -> list[str]:
        return [text[h.start : h.end] for h in recognizer.find(Page(text))]

    return ask
