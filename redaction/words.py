"""A text cut into words with what the rules need to know of each: folded form, capitals, place in the sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from redaction.folding import fold, without_possessive
from redaction.gazetteers import common_words, first_names, not_identifiers, regions
from redaction.lexicon import BACK_CHANNELS, CONTRACTIONS, COUNTED, MEASURES

WORD = re.compile(r"[^\W_]+(?:['\u2019\u02bc][^\W_]+)*")
TIMESTAMP = re.compile(r"[(\[]?\b\d{1,2}:\d{2}(?::\d{2})?\b[)\]]?")
NOTE = re.compile(r"\[[a-z -]{1,24}\]|\([a-z -]{1,24}\)")
SENTENCE_BREAK = re.compile(r"[.!?:;\n\"\u201c\u201d\u2026()\[\]]|--|\u2014")
ABBREVIATIONS = frozenset(
    {"dr", "mr", "mrs", "ms", "st", "mt", "ft", "rev", "jr", "sr", "prof", "sgt", "capt", "lt", "fr"}
)
FREQUENT = 2
"""Digits of a frequent word's count."""
PLACEHOLDER = re.compile(r"\[[A-Z_]+_\d+\]|\*{4}")
"""What treatment leaves behind; see `redaction.treatments`."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word.  `end` leaves out a possessive 's; `fold` is folded without it."""

    text: str
    fold: str
    start: int
    end: int
    gap: str
    """What stands between the word before and this one."""
    initial: bool
    """First word of a sentence or turn, where a capital means nothing."""
    caseless: bool
    """Stands in a line written all in lower or all in upper case."""

    @property
    def capital(self) -> bool:
        """Written with a capital that its line does not give to every word."""
        return self.text[0].isupper() and not (self.caseless and self.text.isupper() and len(self.text) > 1)

    @property
    def tight(self) -> bool:
        """Joined to the word before by one space, hyphen or the point of an abbreviation."""
        return self.gap in {" ", "-", "  ", "\u2010", "\u2011"} or (self.gap == ". " and not self.initial)

    @property
    def common(self) -> int:
        """Number of digits of the word's count in lower case (0: not a common word)."""
        return common_words().get(self.fold, 0)

    @property
    def unknown(self) -> bool:
        """In no list of ordinary words at all, in the plural or a verb's form either."""
        if not self.fold.isalpha() or len(self.fold) < 4:
            return False
        if self.fold in CONTRACTIONS or self.fold in BACK_CHANNELS:
            return False
        if self.fold in not_identifiers() or self.fold in regions() or self.fold in MEASURES or self.fold in COUNTED:
            return False
        if self.fold.endswith("s") and self.fold[:-1] in not_identifiers():
            return False
        stems = {self.fold, self.fold.removesuffix("s"), self.fold.removesuffix("es"), self.fold.removesuffix("ed"),
                 self.fold.removesuffix("d"), self.fold.removesuffix("ing"), self.fold.removesuffix("ing") + "e",
                 self.fold.removesuffix("in"), self.fold.removesuffix("ly"), self.fold.removesuffix("y"),
                 self.fold.removesuffix("er"), self.fold + "g",
                 self.fold.removesuffix("ier") + "y", self.fold.removesuffix("iest") + "y"}  # fmt: skip
        return not any(stem in common_words() for stem in stems)

    @property
    def compound(self) -> bool:
        """Two frequent words written as one (bookshelf, teaspoon), or a frequent word after "re"."""
        words, whole = common_words(), self.fold
        if whole.startswith("re") and words.get(whole[2:], 0) >= FREQUENT:
            return True
        cuts = range(3, len(whole) - 2)
        return any(words.get(whole[:at], 0) >= FREQUENT and words.get(whole[at:], 0) >= FREQUENT for at in cuts)

    @property
    def full_end(self) -> int:
        """The end with a possessive 's, which belongs to the name of an organisation (St. Mary's)."""
        return self.start + len(self.text)


class Page:
    """The words of one text, computed once for all rules."""

    def __init__(self, text: str) -> None:
        self.text = text
        blank = list(text)
        for pattern in (PLACEHOLDER, TIMESTAMP, NOTE):
            for match in pattern.finditer(text):
                if pattern is not NOTE or not self._names_someone(match[0]):
                    mark = "\u25a0" if pattern is PLACEHOLDER else " "
                    blank[match.start() : match.end()] = mark * len(match[0])
        self.plain = "".join(blank)
        """The text at equal length with placeholders, time stamps and transcriber's notes blanked out."""

    @staticmethod
    def _names_someone(note: str) -> bool:
        return any(first_names().get(w, 0) > 1 and w not in common_words() for w in WORD.findall(note))

    @cached_property
    def words(self) -> list[Word]:
        """All words in order."""
        lower_page = self._mostly_lower()
        words: list[Word] = []
        last = 0
        for line in re.finditer(r"[^\n]+", self.plain):
            tokens = list(WORD.finditer(line[0]))
            body = tokens[1:] if ":" in line[0][:24] and len(tokens) > 1 else tokens
            letters = [t[0] for t in body if len(t[0]) > 1 and t[0][0].isalpha()]
            upper = sum(t.isupper() for t in letters)
            caseless = lower_page or (bool(letters) and upper * 10 >= 7 * len(letters))
            for token in tokens:
                start = line.start() + token.start()
                gap = self.plain[last:start]
                initial = not words or bool(SENTENCE_BREAK.search(gap))
                if words and initial and gap == ". " and (words[-1].fold in ABBREVIATIONS or len(words[-1].fold) == 1):
                    initial = False
                folded = without_possessive(fold(token[0]))
                cut = 2 if fold(token[0]).endswith("'s") else 0
                end = line.start() + token.end()
                words.append(Word(token[0], folded, start, end - cut, gap, initial, caseless))
                last = end
        return words

    def _mostly_lower(self) -> bool:
        starts = re.findall(r"(?m)(?:^|^[^:\n]{1,24}:\s+|[.!?]\s+)([^\W\d_])[^\W\d_]", self.plain)
        bodies = re.findall(r"(?m)^[^:\n]{1,24}:\s*([^\W\d_])", self.plain) or starts
        return bool(bodies) and sum(c.islower() for c in bodies) * 2 > len(bodies)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Index ranges (first, last + 1) of neighbouring words that carry a meaningful capital; "I" ends a run."""
        at = 0
        words = self.words
        while at < len(words):
            stop = at + 1
            if words[at].capital:
                while stop < len(words) and words[stop].capital and words[stop].tight and not self.is_pronoun(stop):
                    stop += 1
                yield at, stop
            at = stop

    def is_pronoun(self, index: int) -> bool:
        """Whether a word is "I" (or "I'm", ...), whose capital means nothing; "I." can be somebody's initial."""
        text = self.words[index].text
        return text.split("'")[0] == "I" and self.text[self.words[index].end :][:1] != "."

    def ends_clause(self, index: int) -> bool:
        """Whether punctuation or the end of the text follows the word at this index."""
        return index + 1 >= len(self.words) or bool(re.search(r"[^\s'\u2019-]|\n", self.words[index + 1].gap))

    def fold_at(self, index: int) -> str:
        """Folded word at an index; empty outside the text."""
        return self.words[index].fold if 0 <= index < len(self.words) else ""
