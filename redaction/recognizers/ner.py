"""The shipped NER model as one recognizer among the others."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from policies.names import Entity
from redaction import gazetteers
from redaction.engines import RecognizerResult
from redaction.folding import fold, word_set
from redaction.lexicon import BACK_CHANNELS, CONTRACTIONS, FUNCTION_WORDS, TITLES
from redaction.ner.encoding import LABELS
from redaction.ner.tagger import CHANCE, Tagged, shipped_tagger
from redaction.quantities import is_measure, is_service
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.recognizers.dates import DAYS, HOLIDAYS, MONTHS, SHORT
from redaction.recognizers.facilities import name_end
from redaction.spoken_numbers import SpokenNumber, is_number, spoken_numbers
from redaction.words import WORD, Page, Word

PROPER = frozenset({Entity.NAME, Entity.LOCATION, Entity.FACILITY})
WEEKDAYS = frozenset(f"{day}{s}" for day in DAYS.split("|") for s in ("", "s"))
RANGE = word_set("to through thru until till and or every")
DATED = re.compile(rf"{MONTHS}|(?:{SHORT})$|{HOLIDAYS}|spring|summer|fall|autumn|winter|eve$|year|day$|eid")
NUMBERED = frozenset({Entity.ID, Entity.PHONE, Entity.AGE, Entity.DATE, *PROPER})
OLD = 90
"""Ages from here on identify (45 CFR 164.514(b)(2)(i)(C))."""
OLDEST = 122
"""The greatest age that is documented (Jeanne Calment, 1875-1997)."""
CERTAIN = 0.9
"""From this chance on, a given name that is also a season or a brand (April, Mercedes) is taken for the name."""
EXPLANATION = "the language model for spoken identifiers reads it as one"


class NerRecognizer(RuleRecognizer):
    """Names, places, organisations, dates and numbers as the model reads them; see redaction/ner/README.md.

    `keep_states` marks the names of states and countries by themselves as kept.
    """

    entities = LABELS

    def __init__(self, keep_states: bool) -> None:
        self._keep_states = keep_states
        super().__init__()

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Presidio's entry point; the scanner has the pages of a session tagged together and sends the tags along."""
        page = getattr(nlp_artifacts, "page", None) or Page(text)
        tags = getattr(nlp_artifacts, "tags", None)
        if tags is None:
            tags = shipped_tagger().tag([page.text])[0]
        return [self._result(hit) for hit in self.hits(page, tags)]

    def find(self, page: Page) -> Iterator[Hit]:
        """What the model reports on a page by itself."""
        return self.hits(page, shipped_tagger().tag([page.text])[0])

    def hits(self, page: Page, tags: Sequence[Tagged]) -> Iterator[Hit]:
        """The model's tags of a page without those that identify nobody."""
        words, starts = page.words, [word.start for word in page.words]
        numbers = spoken_numbers(page, letters=True) if tags else []
        for at, tag in enumerate(tags):
            read = " ".join(fold(w) for w in WORD.findall(page.text[tag.start : tag.end]))
            first = max(0, bisect_right(starts, tag.start) - 1)
            inside = [word for word in words[first : bisect_left(starts, tag.end)] if word.full_end > tag.start]
            if tag.entity in PROPER and not _certain_name(tag, read):
                if _known(read) or _cut_short(page, tag, inside):
                    continue
                if _says_nothing(tag, inside) and not _between_names(page, tags, at):
                    continue
            if tag.entity is Entity.DATE and _no_date(inside):
                continue
            if tag.entity in NUMBERED and _counts(page, tag, inside, numbers):
                continue
            keep = self._keep_states and tag.entity is Entity.LOCATION and read in gazetteers.regions()
            end = tag.end
            if tag.entity is Entity.NAME:
                # What follows a contraction is the next clause ("hannah shes seventy").
                end = next((before.end for before, word in pairwise(inside) if word.fold in CONTRACTIONS), end)
            if tag.entity is Entity.FACILITY and inside:
                end = max(end, words[name_end(page, bisect_left(starts, tag.end)) - 1].end)
            yield Hit(tag.start, end, _score(tag.score), EXPLANATION, tag.entity, keep)


def _known(read: str) -> bool:
    """In the list of what identifies nobody, also in the plural or with a lost apostrophe (two Alexas, hodgkins)."""
    listed = gazetteers.not_identifiers()
    named = read in gazetteers.first_names() or read in gazetteers.surnames()
    return read in listed or (read.endswith("s") and len(read) > 4 and read[:-1] in listed and not named)


def _no_date(inside: Sequence[Word]) -> bool:
    """Weekdays without a date (monday to friday), or a medicine's name."""
    if any(word.fold in WEEKDAYS for word in inside):
        return all(word.fold in WEEKDAYS or word.fold in RANGE for word in inside)
    return len(inside) == 1 and inside[0].fold in gazetteers.not_identifiers() and not DATED.match(inside[0].fold)


def _says_nothing(tag: Tagged, inside: Sequence[Word]) -> bool:
    """Only function words, titles and stammering; but "Her" can be a name, of which the model is then sure."""
    if inside and all(word.fold in CONTRACTIONS or word.fold in BACK_CHANNELS for word in inside):
        return True
    if tag.entity is Entity.NAME and tag.score >= CERTAIN and any(len(word.fold) > 1 for word in inside):
        return False
    return bool(inside) and all(word.fold in TITLES or _only_function(word) for word in inside)


def _only_function(word: Word) -> bool:
    """A function word that is neither a number nor marked as a name by a capital inside a sentence."""
    marked = word.capital and not word.initial and len(word.fold) > 1
    return word.fold in FUNCTION_WORDS and not marked and not is_number(word)


def _between_names(page: Page, tags: Sequence[Tagged], at: int) -> bool:
    """Whether a tag joins two proper names ("Quill and Larkmoor")."""
    if not 0 < at < len(tags) - 1 or tags[at - 1].entity not in PROPER or tags[at + 1].entity not in PROPER:
        return False
    gaps = page.text[tags[at - 1].end : tags[at].start] + page.text[tags[at].end : tags[at + 1].start]
    return gaps == "  "


def _cut_short(page: Page, tag: Tagged, inside: Sequence[Word]) -> bool:
    """A part of a contraction ("ain" of "ain't"), or a verb without its g ("rockin'")."""
    if len(inside) != 1:
        return False
    (word,) = inside
    if word.fold.endswith("n't"):
        return True
    verb = word.fold.endswith("in") and word.fold + "g" in gazetteers.common_words()
    named = word.fold in gazetteers.first_names() or word.fold in gazetteers.surnames()
    return verb and (not named or page.text[word.end : word.end + 1] in {"'", "\u2019"})


def _counts(page: Page, tag: Tagged, inside: Sequence[Word], numbers: Sequence[SpokenNumber]) -> bool:
    """An age under ninety, a quantity, a bank note, a place in a list ("number two"), or a number that all dial."""
    if inside and all(word.fold == "number" for word in inside):
        return True
    within = [n for n in numbers if n.start < tag.end and n.end > tag.start]
    if len(within) != 1:
        return False
    (number,) = within
    if tag.entity is Entity.AGE:
        return _no_age(page, tag, number)
    if tag.entity is Entity.DATE:
        return number.pieces == 1 and [w.fold for w in inside[:-1]] == ["the"] and is_number(inside[-1])  # "the twenty"
    alone = number.start <= tag.start and tag.end <= number.end
    if alone and is_service(page, number):
        return True
    counted = number.digits == 1 and number.pieces == 1 and page.fold_at(number.first - 1) == "number"
    if counted and all(word.fold == "number" or is_number(word) for word in inside):
        return True
    return is_measure(page, number)


def _no_age(page: Page, tag: Tagged, number: SpokenNumber) -> bool:
    """Under ninety, over what anybody reached, or "nine times out of a hundred"."""
    if page.text[: tag.start].lower().endswith("out of "):
        return True
    if "hundred" not in page.text[number.start : number.end].lower():
        return number.value.isdecimal() and int(number.value) < OLD
    beyond = number.value.partition("00")[2]
    return beyond.isdecimal() and int(beyond) > OLDEST - 100


def _certain_name(tag: Tagged, words: str) -> bool:
    """Whether the model is sure enough of a name that many bear to overrule the list of words that identify nobody."""
    common = gazetteers.first_names().get(words, 0) == gazetteers.COMMON
    return tag.entity is Entity.NAME and tag.score >= CERTAIN and common


def _score(chance: float) -> float:
    """From the model's chance (CHANCE to 1) to Presidio's scale, where a policy's usual threshold is 0.4."""
    return 0.4 + 0.55 * max(0.0, chance - CHANCE) / (1 - CHANCE)
