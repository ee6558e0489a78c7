"""Organisations tied to a person: hospitals, agencies, schools, congregations, employers."""

import re
from collections.abc import Iterator

from policies.names import Entity
from redaction import gazetteers
from redaction.folding import word_set
from redaction.lexicon import FUNCTION_WORDS, TITLES
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.spoken_numbers import is_number, spoken_numbers
from redaction.words import Page, Word

CARE = word_set(
    "hospital hospice clinic infirmary pharmacy rehab rehabilitation oncology cardiology pediatrics "
    "dental dialysis homecare healthcare"
)
LEARNING = word_set("university college academy elementary preschool seminary kindergarten")
OTHER = word_set(
    "school church parish cathedral temple mosque synagogue chapel tabernacle ministries fellowship "
    "ministry gurdwara bank credit union library museum mill mine mines plant factory foundry shipyard "
    "dairy farm farms bakery cafe restaurant diner grill bar hotel inn motel casino lodge legion post "
    "center centre institute foundation association society agency department company corporation "
    "industries enterprises services systems group partners associates manufacturing electric trucking "
    "freight logistics insurance mutual health care medical memorial regional general home homes house "
    "manor villa place pointe terrace gardens living lutheran methodist baptist presbyterian cemetery "
    "mortuary funeral salon nails barbershop market grocery hardware lumber motors stadium arena airport "
    "station depot district local plant club hall branch transport transportation cheese high middle "
    "junior council nation tribe mandir wat gurdwara lab labs network trust companions providers "
    "project program programme alliance coalition initiative outreach collaborative cooperative consortium federation "
    "commission authority conservancy partnership"
)
STRONG = CARE | LEARNING
NOUNS = STRONG | OTHER
SERVED = word_set(
    "families family children kids youth women men seniors elders aging ageing veterans caregivers carers patients "
    "survivors refugees immigrants workers farmers students blind deaf disabled homeless living change hope justice"
)
"""Whom or what an organisation says in its name that it is for."""
ANY_CASE = STRONG | word_set("church school center temple mosque nursing medical regional memorial health")
GENERIC = word_set(
    "the a an my his her their our your this that any some every each no one another same other new old "
    "local nearest big little good bad home at in of for and or to from on by with whole first second "
    "third last next high middle elementary grade public private catholic christian nursing emergency "
    "veterans state community children's mental physical occupational outpatient inpatient urgent primary "
    "grocery law medical nurse day night sunday visiting in-home regular real free general assisted "
    "senior retail teaching business beauty dental animal walk-in family sleep pain memory hospice "
    "hospital church school clinic rehab college pharmacy health care insurance mom's dad's respite "
    "support palliative hospice's medicare is was are were be it he she they i you we"
)
CONNECTORS = word_set("of the and at for in de &")
SAINTS = word_set("saint st st. san santa our")
DIRECTIONS = word_set("north south east west northeast northwest southeast southwest")
WORKING = word_set("work works worked working job i'm he's she's they're was been started retired")


CONGREGATION = re.compile(
    r"(?i)\b(?:first|second|third|fourth|greater|grace|faith|hope|trinity|calvary|bethel|zion|bethany|[ie]mm?anuel|antioch)"
    r"(?: (?:united|free|missionary|primitive|independent|evangelical|reformed|african))?"
    r" (?:baptist|methodist|lutheran|presbyterian|episcopal|catholic|pentecostal|nazarene|adventist|congregational"
    r"|unitarian|orthodox|christian|reformed|assembly of god)(?: (?:church|chapel|temple|fellowship|school|academy))?\b"
)
"""How congregations are commonly named, in small letters too: their number or patron, and their denomination."""


def name_end(page: Page, stop: int) -> int:
    """Where an organisation's name ends whose first words end before the word at `stop`.

    More nouns for organisations belong to it (Valley Alliance Center), and whom it is for (Alliance for Families).
    """
    words = page.words
    while stop < len(words) and words[stop].tight:
        ahead = stop
        while page.fold_at(ahead) in {"for", "of", "the", "and"} and ahead - stop < 2 and ahead + 1 < len(words):
            ahead += 1
        word = words[ahead]
        told = word.fold in NOUNS if page.fold_at(stop) in {word.fold, "and"} else word.fold in SERVED
        if not (told and word.tight and (word.capital or word.caseless)):
            break
        stop = ahead + 1
    return stop


class FacilityRecognizer(RuleRecognizer):
    """Named organisations, found by the noun that ends or begins their names."""

    entities = (Entity.FACILITY,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Names around a telling noun, saints, runs of capitals where an organisation is named."""
        yield from self._before_noun(page)
        yield from self._saints(page)
        yield from self._of(page)
        yield from self._after_cue(page)
        for match in CONGREGATION.finditer(page.plain):
            yield Hit(match.start(), match.end(), 0.75, "a congregation by its number or patron")

    @staticmethod
    def _before_noun(page: Page) -> Iterator[Hit]:
        words = page.words
        for at, word in enumerate(words):
            if word.fold not in NOUNS or not word.tight:
                continue
            if not word.capital and word.fold not in ANY_CASE and not word.caseless:
                continue
            first, named = at, False
            while first and at - first < 5 and words[first].tight:
                if not FacilityRecognizer._part(page, first - 1) and not FacilityRecognizer._joins(page, first - 1):
                    break
                named = named or FacilityRecognizer._telling(page, first - 1, word)
                first -= 1
            while first < at and (words[first].fold in CONNECTORS or words[first].fold in TITLES):
                first += 1
            stop = name_end(page, at + 1)
            if first < at and named:
                score = 0.85 if word.fold in STRONG else 0.65 if word.capital else 0.5
                yield Hit(
                    words[first].start, words[stop - 1].full_end, score, "a name before a word for an organisation"
                )

    @staticmethod
    def _joins(page: Page, at: int) -> bool:
        """A small word within a name; "at" only after a noun (Gardens at Oak Manor), never between person and place."""
        word, before = page.words[at], page.words[at - 1]
        if at < 1 or word.fold not in CONNECTORS or not before.capital or not word.tight:
            return False
        return word.fold != "at" or before.fold in NOUNS

    @staticmethod
    def _part(page: Page, at: int) -> bool:
        word = page.words[at]
        if word.caseless and not word.capital:
            return word.fold not in GENERIC and word.fold not in FUNCTION_WORDS and not is_number(word)
        return word.capital and word.fold not in FUNCTION_WORDS and not (word.initial and word.fold in GENERIC)

    @staticmethod
    def _telling(page: Page, at: int, noun: Word) -> bool:
        """A word that can name one organisation among many: no generic adjective."""
        word = page.words[at]
        if word.fold in GENERIC or word.fold in NOUNS:
            return False
        if word.caseless and not word.capital:
            known = word.fold in gazetteers.places() or word.fold in gazetteers.surnames()
            return word.common <= 1 or (known and word.common < 4) or (noun.fold in CARE and word.common < 4)
        return not word.initial or not word.common or noun.capital

    @staticmethod
    def _saints(page: Page) -> Iterator[Hit]:
        words = page.words
        for at, word in enumerate(words):
            if word.fold not in {"saint", "st"} or at + 1 >= len(words) or not words[at + 1].tight:
                continue
            after = words[at + 1]
            if after.fold in FUNCTION_WORDS or after.common > 2 or not (after.capital or word.caseless):
                continue
            stop = at + 2
            while (
                stop < len(words)
                and words[stop].tight
                and words[stop].capital
                and not words[stop - 1].caseless
                and not page.is_pronoun(stop)
            ):
                stop += 1
            yield Hit(word.start, words[stop - 1].full_end, 0.65, "named after a saint")

    @staticmethod
    def _of(page: Page) -> Iterator[Hit]:
        """ "Hospice of Wake County", "Our Lady of ...", "Church of ..."."""
        words = page.words
        heads = STRONG | word_set("church lady university house order knights sisters archdiocese diocese bank")
        for at, word in enumerate(words):
            if word.fold in heads and page.fold_at(at + 1) == "of" and at + 2 < len(words):
                stop = at + 2
                if words[stop].fold == "the" and stop + 1 < len(words):
                    stop += 1
                first = stop
                while (
                    stop < len(words)
                    and stop - first < 4
                    and words[stop].tight
                    and (
                        words[stop].capital
                        or (words[stop].caseless and not words[stop].common and words[stop].fold not in FUNCTION_WORDS)
                    )
                ):
                    stop += 1
                if stop > first and (word.capital or word.caseless):
                    start = at - 1 if page.fold_at(at - 1) == "our" else at
                    yield Hit(
                        words[start].start, words[stop - 1].end, 0.75, "an organisation named by its place or patron"
                    )

    @staticmethod
    def _after_cue(page: Page) -> Iterator[Hit]:
        """Runs of capitals after "at" or "works for"; without capitals, unknown words after "at" and "at the"."""
        words = page.words
        for at, word in enumerate(words):
            cue = page.fold_at(at - 2) if page.fold_at(at - 1) == "the" else page.fold_at(at - 1)
            if word.caseless and not word.capital and cue == "at" and word.gap == " " and word.unknown:
                yield Hit(word.start, word.full_end, 0.5, "an unknown word where a workplace is named")
            if word.fold == "local" and at + 1 < len(words) and words[at + 1].tight and is_number(words[at + 1]):
                numbers = [n for n in spoken_numbers(page) if n.first == at + 1]
                yield Hit(word.start, numbers[0].end if numbers else words[at + 1].end, 0.65, "a numbered union local")
        for begin, stop in page.runs():
            first = begin
            while first < stop - 1 and words[first].fold in TITLES:
                first += 1  # the name of a person, which other rules know; an organisation can still follow
            fitting = [
                w for w in words[first:stop] if w.fold in DIRECTIONS or w.fold not in gazetteers.not_identifiers()
            ]
            # "works at", and with one word between: "works nights at".
            before = [word.text.lower() for word in words[max(0, first - 3) : max(0, first - 1)]]
            working = page.fold_at(first - 1) in {"at", "for"} and any(word in WORKING for word in before)
            if working and not words[first].caseless and words[first].fold not in FUNCTION_WORDS:
                last = stop
                while page.fold_at(last) in {"and", "of", "for"} and last + 1 < len(words) and words[last + 1].capital:
                    last += 2
                yield Hit(words[first].start, words[last - 1].full_end, 0.6, "named as somebody's place of work")
            if " ".join(w.fold for w in words[first:stop]) in gazetteers.regions():
                continue
            if (words[first].initial and stop - first == 1) or not fitting or words[first].fold in FUNCTION_WORDS:
                continue
            cue = page.fold_at(first - 1)
            if cue == "the":
                cue = page.fold_at(first - 2)
            if cue in {"at", "with", "for"} and not words[first].common and words[first] in fitting:
                yield Hit(
                    words[first].start,
                    words[stop - 1].full_end,
                    0.5,
                    "written with a capital where a workplace is named",
                )
            elif len(fitting) > 1 and not words[first].caseless and all(w.fold not in FUNCTION_WORDS for w in fitting):
                yield Hit(words[first].start, words[stop - 1].end, 0.45, "several capitals in a row")
