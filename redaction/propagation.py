"""What is known of a session's people on one page, hunted on all its pages."""

from collections.abc import Iterable, Iterator, Sequence

from policies.names import Entity
from redaction import gazetteers
from redaction.finding import Finding
from redaction.folding import fold, without_possessive
from redaction.lexicon import TITLES
from redaction.words import WORD, Page, Word

CONFIDENT = 0.6
"""A name that scores at least this much is hunted in the whole session."""
SPREADS = frozenset({Entity.NAME, Entity.FACILITY, Entity.LOCATION})
ARTICLES = frozenset({"a", "an", "the"})
RECOGNIZER = "SessionRecognizer"


class SessionKnowledge:
    """Folded names of people (each part by itself) and of places and organisations (as a whole)."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self.wholes: dict[tuple[str, ...], Entity] = {}

    def learn(self, text: str, findings: Iterable[Finding]) -> None:
        """Take in what one page says with confidence."""
        for finding in findings:
            if finding.keep or finding.entity not in SPREADS or finding.score < CONFIDENT:
                continue
            words = tuple(without_possessive(fold(w)) for w in WORD.findall(finding.text_in(text)))
            if finding.entity is Entity.NAME:
                for word in words:
                    if len(word) >= 3 and not word.isdecimal() and self._can_spread(word):
                        self.parts[word] = max(self.parts.get(word, 0), finding.score)
            elif words and any(w not in gazetteers.common_words() and len(w) > 2 for w in words):
                self.wholes[words] = finding.entity

    @staticmethod
    def _can_spread(word: str) -> bool:
        no_name = word in gazetteers.not_identifiers() or word in TITLES
        return not no_name or gazetteers.first_names().get(word, 0) == gazetteers.COMMON

    def hunt(self, page: Page) -> Iterator[Finding]:
        """Where a page repeats what is known."""
        for at, word in enumerate(page.words):
            if self._known(word) and self._stands_for_a_name(page, at):
                yield Finding(
                    word.start, word.end, Entity.NAME, 0.6, RECOGNIZER, "part of a name found elsewhere in the session"
                )
        heads = {words[0]: words for words in sorted(self.wholes, key=len)}
        for at, word in enumerate(page.words):
            words = heads.get(word.fold, ())
            if words and tuple(w.fold for w in page.words[at : at + len(words)]) == words:
                end = page.words[at + len(words) - 1].end
                yield Finding(
                    word.start,
                    end,
                    self.wholes[words],
                    0.6,
                    RECOGNIZER,
                    "a place or organisation found elsewhere in the session",
                )

    def _known(self, word: Word) -> bool:
        """A part of a name, also with the s of a possessive that lost its apostrophe, as machines write speech down."""
        possessive = word.caseless and not word.common and word.fold.endswith("s")
        return word.fold in self.parts or (possessive and word.fold[:-1] in self.parts)

    @staticmethod
    def _stands_for_a_name(page: Page, at: int) -> bool:
        """A word that is also common (Will, May, Art) counts only with a capital inside a sentence or as an address.

        In small letters a rare one counts anywhere but after an article, unless it is known to mean something else.
        """
        word = page.words[at]
        if not word.common:
            return True
        if word.capital and not word.initial:
            return True
        alone = page.ends_clause(at) and (word.initial or word.gap == ", ")
        if word.capital:
            possessive = word.text.lower().endswith(("'s", "\u2019s"))
            return alone or possessive or word.common <= 2
        elsewhere = word.common > 2 or word.fold in gazetteers.not_identifiers() or page.fold_at(at - 1) in ARTICLES
        return word.caseless and (alone or not elsewhere)


def spread(texts: Sequence[str], pages: Sequence[Page], findings: Sequence[Sequence[Finding]]) -> list[list[Finding]]:
    """The findings of each page of one session with those that the other pages teach; these may overlap."""
    known = SessionKnowledge()
    for text, found in zip(texts, findings, strict=True):
        known.learn(text, found)
    return [[*found, *known.hunt(page)] for page, found in zip(pages, findings, strict=True)]
