"""Names of people: cue words, lists, capitals."""

from collections.abc import Iterator
from functools import cache

from policies.names import Entity
from redaction import gazetteers
from redaction.folding import word_set
from redaction.lexicon import FUNCTION_WORDS, TITLES
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import Page, Word

STRONG_TITLES = word_set(
    "dr doctor mr mister mrs ms miss missus nurse pastor reverend rev rabbi imam sheikh deacon chaplain "
    "aunt auntie aunty uncle sergeant sgt colonel lieutenant dona senora senor deputy professor"
)
OFFICES = word_set("nurse doctor deputy professor pastor rabbi imam chaplain deacon sergeant colonel lieutenant")
"""Titles that are also said of somebody without a name, so that the next word can be any."""
KIN = word_set(
    "mother mom mama father dad daddy brother sister son daughter husband wife aunt auntie uncle cousin "
    "niece nephew grandson granddaughter grandmother grandma grandfather grandpa grandbaby boy girl baby "
    "kid boyfriend girlfriend fiance fiancee partner friend buddy neighbor neighbour roommate boss "
    "supervisor landlord stepson stepdaughter stepmother stepfather stepdad stepmom brother-in-law "
    "sister-in-law law twin twins pastor preacher priest chaplain nurse aide doctor oncologist "
    "neurologist cardiologist surgeon therapist counselor lawyer teacher coach coordinator manager "
    "sponsor ex caregiver worker lady guy man woman fella gal kids"
)
NAMING_VERBS = word_set("call calls called calling named name")
OBJECTS = word_set("me him her us them it")
POSSESSIVES = word_set("my his her our their your mom's dad's s the a this one")
SURNAME_PARTICLES = word_set("de la del der van von da dos das di el al bin ibn mac mc st o san santa le du ten viuda")
NAMES_OF_MONTHS = word_set("april may june august")
NOT_AFTER_NAME = word_set("street avenue road drive lane boulevard county hospital clinic hospice church school")


def name_weight(word: Word) -> float:
    """How much the lists alone speak for a given or family name, 0..1; common words and known non-names get 0."""
    if len(word.fold) < 2 or word.fold in gazetteers.not_identifiers() or word.fold in FUNCTION_WORDS:
        return 0.0
    if word.fold in gazetteers.regions() and gazetteers.first_names().get(word.fold, 0) < gazetteers.COMMON:
        return 0.0
    first, last = gazetteers.first_names().get(word.fold, 0), gazetteers.surnames().get(word.fold, 0)
    if word.common:
        return 0.3 if first >= gazetteers.KNOWN else 0.15 if last == gazetteers.COMMON else 0.0
    if first >= gazetteers.KNOWN:
        return 0.8
    if first:
        return 0.5
    return 0.45 if last >= gazetteers.KNOWN else 0.35 if last else 0.0


class NameRecognizer(RuleRecognizer):
    """Given and family names."""

    entities = (Entity.NAME,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Names by cue, by list and by capital."""
        yield from self._cued(page)
        yield from self._listed(page)
        yield from self._labels(page)

    def _cued(self, page: Page) -> Iterator[Hit]:
        for at, word in enumerate(page.words):
            if word.gap not in {" ", ", ", ". ", "  "} and not self._same_clause(word.gap):
                continue
            score, reason = self._cue_before(page, at)
            if score and self._can_be_name(page, at, score):
                stop = self._extend(page, at)
                yield Hit(word.start, page.words[stop - 1].end, score, reason)

    @staticmethod
    def _same_clause(gap: str) -> bool:
        return gap in {", ", " -- ", ": "}

    def _cue_before(self, page: Page, at: int) -> tuple[float, str]:
        """Score and reason of the cue that ends just before the word at `at` (0: none)."""
        before, two = page.fold_at(at - 1), page.fold_at(at - 2)
        gap = page.words[at].gap
        if before in TITLES and gap in {" ", ". "}:
            return (0.9 if before in STRONG_TITLES else 0.8), "follows a title or form of address"
        if (before in {"is", "s"} and two in {"name", "named"}) or before in {"named", "called"}:
            return 0.85, "follows a word that introduces a name"
        if (two == "goes" and before == "by") or (two in NAMING_VERBS and before in OBJECTS):
            return 0.8, "follows a word that introduces a name"
        if gap == ": " and at > 1 and "\n" in page.words[at - 1].gap and self._asked(page, at - 2):
            return 0.65, "answers a question for a name"
        if before == "with" and two in {"i'm", "am", "speaking", "talking", "here"}:
            return 0.75, "the speaker says who is speaking"
        if (before == "is" and two in {"this", "it"}) or before in {"i'm", "im"} or (two, before) == ("i", "am"):
            return 0.75, "the speaker says who is speaking"
        said = page.words[at - 1].text.lower().replace("\u2019", "'") if at else ""
        if said == "name's":
            return 0.85, "follows a word that introduces a name"
        kin = before.removesuffix("'s")
        if kin in KIN and gap in {" ", ", "} and self._introduced(page, at - 1):
            return (0.8 if gap == " " else 0.7), "follows a word for a relative or helper"
        if before in {"is", "was", "s", "be"} and two in KIN and gap == " ":
            return 0.6, "follows a word for a relative or helper"
        if said.endswith("'s") and before in KIN and gap == " ":
            return 0.6, "follows a word for a relative or helper"
        return 0.0, ""

    @staticmethod
    def _asked(page: Page, at: int) -> bool:
        """The turn before ends by asking for a name ("what's her name", "and your wife?")."""
        asked = page.fold_at(at) in {"name", "names"} or page.fold_at(at - 1) in {"name", "name's"}
        return asked or (page.fold_at(at) in KIN and page.fold_at(at - 1) in POSSESSIVES)

    @staticmethod
    def _introduced(page: Page, at: int) -> bool:
        """A relative with "my", "his", "the" ... within the three words before, or at the start of a clause."""
        words = page.words
        for back in range(at - 1, max(at - 4, -1), -1):
            folded = words[back].fold
            if folded in POSSESSIVES or words[back].text.lower().endswith(("'s", "\u2019s")):
                return True
            if words[back + 1].initial:
                return True
        return words[at].initial

    def _can_be_name(self, page: Page, at: int, score: float) -> bool:
        word = page.words[at]
        if not word.text[0].isalpha() or len(word.fold) < 2 or word.fold in FUNCTION_WORDS:
            return False
        if word.fold in NAMES_OF_MONTHS:
            return score >= 0.6 and (word.capital or word.caseless)
        if word.fold in gazetteers.not_identifiers() and not (word.capital and name_weight_any(word) and score >= 0.8):
            return False
        if word.fold in TITLES or word.fold in KIN:
            return False
        if not word.caseless:
            return word.capital
        if word.capital:
            return True
        if word.common:
            titled = score >= 0.9 and word.common < 3 and page.fold_at(at - 1) not in OFFICES
            return word.common <= 3 and (name_weight(word) > 0 or titled) and score >= 0.65
        return name_weight(word) > 0 or score >= 0.75

    @staticmethod
    def _extend(page: Page, at: int) -> int:
        """Index after the last word of a name that starts at `at`."""
        words = page.words
        stop = at + 1
        while stop < len(words) and stop - at < 5 and words[stop].tight:
            word, previous = words[stop], words[stop - 1]
            if previous.text.lower().endswith(("'s", "\u2019s")):
                break
            if word.gap == ". " and len(previous.fold) > 1:
                break
            fits = word.capital and word.fold not in gazetteers.not_identifiers() and word.fold not in FUNCTION_WORDS
            if word.caseless and not word.capital:
                fits = not word.common and name_weight(word) > 0 and len(word.fold) > 2
            if word.fold in SURNAME_PARTICLES and stop + 1 < len(words):
                after = words[stop + 1]
                fits = after.tight and (after.capital or (word.caseless and name_weight(after) >= 0.35))
            if not fits or word.fold in NOT_AFTER_NAME:
                break
            stop += 1
        return stop

    def _listed(self, page: Page) -> Iterator[Hit]:
        at = 0
        words = page.words
        while at < len(words):
            score, reason = self._list_score(page, at)
            if not score:
                at += 1
                continue
            stop = self._extend(page, at)
            if stop - at > 1:
                score = min(0.95, score + 0.15)
            yield Hit(words[at].start, words[stop - 1].end, score, reason)
            at = stop

    @staticmethod
    def _list_score(page: Page, at: int) -> tuple[float, str]:
        word = page.words[at]
        weight = name_weight(word)
        if word.fold in NAMES_OF_MONTHS and word.capital:
            telling = not word.initial or page.ends_clause(at) or word.text.endswith(("'s", "\u2019s"))
            return (0.5, "a given name that is also a month, with no word of time before it") if telling else (0.0, "")
        if word.capital and not word.initial:
            if weight >= 0.3 and word.common:
                return 0.55, "a given name that is also a word, written with a capital"
            if weight >= 0.35:
                return max(weight, 0.6), "written with a capital and in a list of names"
            if not word.common and word.text[0].isalpha() and word.fold not in no_names():
                return (0.45, "a capital on a word that is in no list") if len(word.fold) > 2 else (0.0, "")
            return 0.0, ""
        if word.capital and weight < 0.5 and word.unknown and word.text[1:].islower():
            return 0.45, "a capital on a word that is in no list"
        if word.capital and weight >= 0.5:
            return weight - 0.1, "in a list of given names"
        if word.capital and weight >= 0.35 and page.ends_clause(at):
            return 0.45, "in a list of names, by itself in its clause"
        if word.capital and weight >= 0.3 and at + 1 < len(page.words):
            follower = page.words[at + 1]
            surname = follower.fold in gazetteers.surnames() and follower.fold not in FUNCTION_WORDS
            if (follower.capital and follower.tight and surname) or word.text.endswith(("'s", "\u2019s")):
                return 0.6, "a given name that is also a word, before a family name or with a possessive"
        if word.capital and weight >= 0.3 and word.common <= 2 and page.ends_clause(at):
            return 0.45, "a given name that is also a word, by itself in its clause"
        if word.caseless and not word.capital and weight >= 0.8:
            return 0.6, "in a list of given names, in a text without capitals"
        if word.caseless and not word.capital and word.unknown:
            if weight:
                return 0.5, "in a list of names, in a text without capitals"
            return (0.0, "") if word.compound else (0.42, "a word that is in no list")
        return 0.0, ""

    @staticmethod
    def _labels(page: Page) -> Iterator[Hit]:
        """A name used as a speaker's label at the start of a line."""
        for word in page.words:
            starts_line = word.start == 0 or "\n" in word.gap
            if starts_line and page.text[word.end : word.end + 1] == ":" and name_weight(word) >= 0.35:
                yield Hit(word.start, word.end, 0.8, "labels a speaker and is in a list of names")


@cache
def no_names() -> frozenset[str]:
    """Words that a capital does not make a name: known non-identifiers, states and countries."""
    return gazetteers.not_identifiers() | gazetteers.regions()


def name_weight_any(word: Word) -> bool:
    """Whether a word is in a list of given names at all, common word or not."""
    return gazetteers.first_names().get(word.fold, 0) >= gazetteers.KNOWN
