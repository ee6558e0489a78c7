"""Places below state level: street addresses written or spoken, boxes, ZIP codes, towns, counties, landmarks."""

import re
from collections.abc import Iterator

from policies.names import Entity
from redaction import gazetteers
from redaction.folding import word_set
from redaction.lexicon import FUNCTION_WORDS, TITLES
from redaction.quantities import is_measure
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.spoken_numbers import is_number, spoken_numbers
from redaction.words import Page

SUFFIXES = word_set(
    "street st avenue ave road rd drive dr lane ln boulevard blvd court ct circle cir place pl terrace "
    "parkway pkwy highway hwy alley pike turnpike trail crossing plaza loop square freeway causeway "
    "expressway"
    " bend bluff branch brook cove creek crest dale estates ferry ford forest garden gardens glen green grove harbor "
    "haven heights hill hills hollow island knoll lake landing manor meadow meadows mill oaks orchard park pass path "
    "point ridge row run shore spring springs station stream trace valley view village vista walk way woods"
)
ALWAYS_SUFFIXES = word_set(
    "street st avenue ave road rd drive lane ln boulevard blvd court ct circle place terrace parkway pkwy highway hwy "
    "alley pike turnpike trail crossing plaza loop square freeway causeway expressway way"
)
"""Suffixes that need no capital after a house number."""
LONE_SUFFIXES = word_set("street avenue road drive lane boulevard parkway terrace highway turnpike court")
"""Suffixes that make an address of the words before them without a house number."""
NUMBERED_WAYS = word_set("highway hwy route interstate fm")
LANDMARKS_BEFORE = word_set("lake mount mt fort camp cape port point isle")
LANDMARKS_AFTER = word_set(
    "lake river creek mountain mountains county parish township valley beach park bridge island bay "
    "canyon ridge heights estates village manor apartments towers square hollow ranch reservation springs "
    "falls bayou"
)
PLACE_CUES = word_set("in from to near at outside toward towards past around through by over of into visit")
DIRECTIONAL = word_set("up down out over back live lives lived living clear move moved moving born raised")
BOX = re.compile(
    r"(?i)(?<!\w)(?:p\.?\s?o\.?|post office)\s?box\s+(?:number\s+)?[\w-]+(?:\s(?:hundred|\d+|[a-z]+ty(?:[- ][a-z]+)?))?"
)
STAR_ROUTE = re.compile(r"(?<!\w)(?:Box \d+(?:,? Star Route)?|Star Route)(?!\w)")
RURAL = re.compile(r"(?i)(?<!\w)(?:rural route|r\.?\s?r\.?)\s+(?:\d+|one|two|three|four|five|six)(?:,? box \w+)?(?!\w)")
ZIP_AFTER_STATE = re.compile(r"(?<![\w-])(?:[A-Z]{2}|[A-Z][a-z]+),?\s+(\d{5}(?:-\d{4})?)(?![\w-])")
ZIP_BY_CUE = re.compile(r"(?i)\bzip(?:\s?code)?(?:\s+is|'s|:)?\s+(\d{5}(?:-\d{4})?)(?![\w-])")
POSTCODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d)(?![\w-])"
)
"""Postal codes of the United Kingdom and of Canada (the shapes that Royal Mail and Canada Post give)."""
UNIT = re.compile(r"(?i)(?<!\w)(?:apartment|apt\.?|unit|suite|lot)\s+#?(?:\d+[- ]?[a-z]?|[a-z]|[a-z]-?\d+)(?!\w)")
WAY_CUES = word_set("on off at between down up along and of to")
GENERIC_WAYS = word_set("dirt gravel long side back busy same other wrong right open main dead one two country county")
ALONG = word_set("on off down along up across")
MAX_TOWN_WORDS = 3


class LocationRecognizer(RuleRecognizer):
    """Addresses, towns, counties, landmarks."""

    entities = (Entity.LOCATION,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Every place below state level."""
        yield from self._written(page)
        yield from self._ways(page)
        yield from self._spoken(page)
        yield from self._landmarks(page)
        yield from self._towns(page)
        yield from self._ordinary(page)

    @staticmethod
    def _written(page: Page) -> Iterator[Hit]:
        for match in BOX.finditer(page.plain):
            yield Hit(match.start(), match.end(), 0.9, "a post office box")
        for pattern in (RURAL, STAR_ROUTE):
            for match in pattern.finditer(page.plain):
                yield Hit(match.start(), match.end(), 0.8, "a rural route or box")
        for match in UNIT.finditer(page.plain):
            yield Hit(match.start(), match.end(), 0.5, "an apartment, unit or lot")
        for match in POSTCODE.finditer(page.plain):
            yield Hit(match.start(), match.end(), 0.95, "the shape of a postal code")
        for pattern in (ZIP_AFTER_STATE, ZIP_BY_CUE):
            for match in pattern.finditer(page.plain):
                yield Hit(match.start(1), match.end(1), 0.85, "a ZIP code")

    @staticmethod
    def _ways(page: Page) -> Iterator[Hit]:
        """Street names before a suffix, with the house number where there is one; numbered highways."""
        words = page.words
        numbers = {n.last: n for n in spoken_numbers(page)}
        for at, word in enumerate(words):
            if word.fold in NUMBERED_WAYS and at + 1 < len(words) and words[at + 1].tight and is_number(words[at + 1]):
                start = at - 1 if at and words[at - 1].fold in {"county", "state", "us"} and word.tight else at
                number = next((n for n in numbers.values() if n.first == at + 1), None)
                end = number.end if number else words[at + 1].end
                yield Hit(words[start].start, end, 0.7, "a numbered road")
            if word.fold not in SUFFIXES or not word.tight or (len(word.fold) < 4 and not word.capital):
                continue
            first = at
            while first and at - first < 3 and words[first].tight and LocationRecognizer._street_word(page, first - 1):
                first -= 1
            number = numbers.get(first - 1)
            named_way = word.fold in ALWAYS_SUFFIXES or (first < at and word.capital)
            if number and words[first].tight and named_way:
                reason = "a house number and a street"
                if first < at or number.pieces > 1 or number.digits > 2:
                    yield Hit(number.start, word.end, 0.85, reason)
            elif first < at and word.fold in LONE_SUFFIXES:
                cued = page.fold_at(first - 1) in WAY_CUES and words[first].fold not in GENERIC_WAYS
                named = cued or any(words[i].capital or not words[i].common for i in range(first, at))
                ordinal = re.fullmatch(r"\d+(st|nd|rd|th)", words[at - 1].fold)
                if named or ordinal:
                    yield Hit(words[first].start, word.end, 0.65, "a street name")

    @staticmethod
    def _street_word(page: Page, at: int) -> bool:
        word = page.words[at]
        if is_number(word) and not re.fullmatch(r"\d+(st|nd|rd|th)", word.fold):
            return False
        if word.fold in FUNCTION_WORDS and not (word.capital and not word.initial):
            return False
        return word.capital or word.caseless or bool(re.fullmatch(r"\d+(st|nd|rd|th)", word.fold))

    @staticmethod
    def _spoken(page: Page) -> Iterator[Hit]:
        """A house number before capitals ("one one eight oh six Sharpview"); a ZIP code after a state's name."""
        words = page.words
        for number in spoken_numbers(page):
            after = number.last + 1
            if is_measure(page, number):
                continue
            if 2 <= number.digits <= 5 and after < len(words) and words[after].tight:
                stop = after
                while stop < len(words) and stop - after < 3 and words[stop].tight and words[stop].capital:
                    stop += 1
                told = words[after]
                if stop == after and told.caseless and number.digits > 2 and told.fold not in FUNCTION_WORDS:
                    listed = told.fold in gazetteers.surnames() or told.fold in gazetteers.places()
                    if told.unknown or (listed and told.common < 2):
                        yield Hit(number.start, told.end, 0.55, "a number before a word that can name a street")
                if stop > after and words[after].fold not in gazetteers.not_identifiers() and number.digits > 2:
                    yield Hit(number.start, words[stop - 1].end, 0.6, "a number before a name written with a capital")
            before = number.first - 1
            if number.digits == 5 and before >= 0:
                one, two = page.fold_at(before), f"{page.fold_at(before - 1)} {page.fold_at(before)}"
                known = gazetteers.regions() | gazetteers.places().keys()
                if one in known or two in known:
                    yield Hit(number.start, number.end, 0.7, "five digits after the name of a place")
                elif "zip" in {one, page.fold_at(before - 1), page.fold_at(before - 2)}:
                    yield Hit(number.start, number.end, 0.8, "a ZIP code")

    @staticmethod
    def _landmarks(page: Page) -> Iterator[Hit]:
        words = page.words
        for at, word in enumerate(words):
            if word.fold in LANDMARKS_AFTER and word.tight:
                first = at
                while first and at - first < 2 and words[first].tight and LocationRecognizer._named(page, first - 1):
                    first -= 1
                if first < at and (word.capital or word.caseless or word.fold in {"county", "river", "creek"}):
                    yield Hit(words[first].start, word.end, 0.6, "a landmark, county or part of a town")
            if word.fold in LANDMARKS_BEFORE and word.capital and at + 1 < len(words):
                after = words[at + 1]
                if after.tight and after.capital:
                    yield Hit(word.start, after.end, 0.6, "a landmark")

    @staticmethod
    def _named(page: Page, at: int) -> bool:
        word = page.words[at]
        if word.fold in FUNCTION_WORDS or is_number(word):
            return False
        if word.capital and (not word.initial or not word.caseless):
            return True
        known = word.fold in gazetteers.places() or word.fold in gazetteers.surnames()
        return word.caseless and known and not word.common

    @staticmethod
    def _towns(page: Page) -> Iterator[Hit]:
        words = page.words
        places = gazetteers.places()
        at = 0
        while at < len(words):
            size = 0
            for length in range(min(MAX_TOWN_WORDS, len(words) - at), 0, -1):
                span = words[at : at + length]
                if all(w.tight for w in span[1:]) and " ".join(w.fold for w in span) in places:
                    size = length
                    break
            if size:
                score = LocationRecognizer._town_score(page, at, size)
                if score:
                    yield Hit(
                        words[at].start, words[at + size - 1].end, score, "a town or county in the list of places"
                    )
            elif LocationRecognizer._unlisted_town(page, at):
                yield Hit(words[at].start, words[at].end, 0.5, "an unknown word where a place is named")
            at += max(size, 1)

    @staticmethod
    def _ordinary(page: Page) -> Iterator[Hit]:
        """A street or quarter named by one ordinary word: "on the Crescent", "down the Narrows"."""
        for first, stop in page.runs():
            word = page.words[first]
            if stop - first > 1 or word.initial or word.caseless or not word.common or page.fold_at(first - 1) != "the":
                continue
            if word.fold in FUNCTION_WORDS or word.fold in TITLES or word.fold in gazetteers.not_identifiers():
                continue
            if page.fold_at(first - 2) in ALONG and word.gap == " " and len(word.fold) > 3:
                yield Hit(word.start, word.end, 0.45, "an ordinary word with a capital where a street is named")

    @staticmethod
    def _cue(page: Page, at: int) -> int:
        """How strongly the words before speak for a place: 0 not, 1 a preposition, 2 with "live", "down" ..."""
        before, two = page.fold_at(at - 1), page.fold_at(at - 2)
        if before in PLACE_CUES and not page.words[at].initial:
            return 2 if two in DIRECTIONAL or before in {"in", "from", "near", "outside"} else 1
        return 0

    @staticmethod
    def _town_score(page: Page, at: int, size: int) -> float:
        words = page.words[at : at + size]
        cue = LocationRecognizer._cue(page, at)
        capital = all(w.capital for w in words if w.fold not in {"of", "the"})
        plain = all(w.common or w.fold in FUNCTION_WORDS for w in words)
        if size == 1 and (words[0].fold in gazetteers.not_identifiers() or words[0].fold in FUNCTION_WORDS):
            return 0.0
        if " ".join(w.fold for w in words) in gazetteers.regions():
            return 0.0
        after = page.words[at + size] if at + size < len(page.words) else None
        of_people = after is not None and after.tight and after.capital and after.fold in gazetteers.not_identifiers()
        if of_people and size == 1 and words[0].common and not cue:
            return 0.0  # "Black Irish", "White Russian"
        before_region = after is not None and after.fold in gazetteers.regions() and after.gap in {", ", " "}
        if before_region and (capital or words[0].caseless) and not (plain and words[0].fold in FUNCTION_WORDS):
            return 0.85
        if capital and not words[0].initial:
            return 0.75 if cue == 2 else 0.65 if cue else 0.5 if not plain else 0.45
        if words[0].caseless and not plain:
            return 0.7 if cue == 2 else 0.55 if cue else 0.45 if size > 1 else 0.0
        if capital and not plain and page.ends_clause(at + size - 1):
            return 0.5
        return 0.0

    @staticmethod
    def _unlisted_town(page: Page, at: int) -> bool:
        """A word that no list knows, in small letters after "in", "from" or "down to"."""
        word = page.words[at]
        if not word.caseless or word.common or not word.fold.isalpha() or len(word.fold) < 4:
            return False
        if word.fold in FUNCTION_WORDS or word.fold in gazetteers.not_identifiers():
            return False
        return page.fold_at(at - 1) in {"in", "from", "near", "outside"} and word.gap == " "
