"""Source-aware screening: what was found on the source page, hunted in the exchange made from it.

A paraphrase has no offsets into its source, and a name in it may stand where no rule would suspect one; so each
identifier of the source is looked for by itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from policies.names import Entity
from redaction.folding import fold, without_possessive, word_set
from redaction.gazetteers import common_words, not_identifiers
from redaction.lexicon import FUNCTION_WORDS, TITLES
from redaction.nearness import near, nicknames
from redaction.spoken_numbers import digits_of, spoken_numbers
from redaction.words import WORD, Page, Word

NUMERIC = frozenset(
    {Entity.PHONE, Entity.SSN, Entity.MRN, Entity.HEALTH_PLAN, Entity.ACCOUNT, Entity.LICENCE, Entity.VEHICLE,
     Entity.DEVICE, Entity.STUDY_ID, Entity.ID}
)  # fmt: skip
GENERIC_PARTS = word_set(
    "street avenue road drive lane boulevard court place highway hospital hospice clinic church school "
    "university center county city town north south east west saint st mount lake river home care house "
    "health medical college high"
)
PROPER = frozenset({Entity.NAME, Entity.LOCATION, Entity.FACILITY})
AFTER_A_VERB = word_set(
    "a an the this that these those your my his her our their some any each every about into over for to"
)
"""What follows an ordinary word that opens a sentence and is no name: "Mark a time", "Reading about falls"."""
_LONE_INITIAL = re.compile(
    r"(?<![\w.&-])(?<!vitamin )(?<!type )(?<!plan )(?<!part )(?<!grade )(?<!hepatitis )([B-HJ-Z])\."
    r"(?=(?:['\u2019]s)? [a-z])"
)
SHORTEST_PART = 3
FEWEST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Leak:
    """A span of the exchange that repeats an identifier of the source (`end` exclusive).

    `explanation` says how the two agree and quotes neither.
    """

    start: int
    end: int
    entity: Entity
    explanation: str


def leaks(source: Iterable[tuple[Entity, str]], exchange_text: str, where: str = "on the source page") -> list[Leak]:
    """Identifiers of the source that stand in the exchange: sorted by start, minimal, never overlapping.

    `source` holds the entity and the words of each finding on the source page (and of its session, where the
    caller wants that); leave out findings that are kept.  `where` ends the explanations.
    """
    page = Page(exchange_text)
    found: list[Leak] = []
    for entity, words in dict.fromkeys(source):
        found.extend(_whole(page, entity, words))
        found.extend(_parts(page, entity, words))
        if entity is Entity.NAME:
            found.extend(_likenesses(page, words))
        if entity is Entity.NAME or (entity is Entity.FACILITY and _titled(words)):
            found.extend(_initials(page, words))
        if entity in NUMERIC:
            found.extend(_digits(page, entity, words))
        if entity is Entity.LOCATION:
            found.extend(_house_numbers(page, words))
        if entity is Entity.AGE:
            found.extend(_age(page, words))
    settled: list[Leak] = []
    for leak in sorted(set(found), key=lambda x: (x.start - x.end, x.start, x.entity, x.explanation)):
        if all(leak.end <= other.start or leak.start >= other.end for other in settled):
            settled.append(replace(leak, explanation=f"{leak.explanation} {where}"))
    return sorted(settled, key=lambda x: x.start)


def _folded(text: str) -> list[str]:
    return [without_possessive(fold(word)) for word in WORD.findall(text)]


def _whole(page: Page, entity: Entity, text: str) -> Iterator[Leak]:
    """All words of the identifier in a row, whatever the case, the diacritics and the punctuation."""
    wanted = _folded(text)
    while len(wanted) > 1 and wanted[0] in {"the", "a", "an"}:
        wanted = wanted[1:]
    if not wanted or (len(wanted) == 1 and _says_nothing(entity, wanted[0])):
        return
    words = page.words
    for at in range(len(words) - len(wanted) + 1):
        run = words[at : at + len(wanted)]
        if [w.fold for w in run] != wanted:
            continue
        # "Adult Protective" of the page is not meant by "adult protective services" in small letters.
        plain = entity in PROPER and all(_ordinary(w) and not w.capital and not w.caseless for w in run)
        if (len(wanted) > 1 and not plain) or (len(wanted) == 1 and _stands_out(page, entity, at)):
            yield Leak(run[0].start, run[-1].end, entity, "the same words as")


def _ordinary(word: Word) -> bool:
    """Whether a word, or the one that it is made from, is listed as ordinary English."""
    return (
        word.common > 0
        or re.sub(r"^(?:step|grand|un)|(?:ive|ion|al|ment|ness|ity|ful)$", "", word.fold) in common_words()
    )


def _says_nothing(entity: Entity, word: str) -> bool:
    return (
        len(word) < 2
        or word in FUNCTION_WORDS
        or (entity in {Entity.LOCATION, Entity.FACILITY} and word in not_identifiers())
    )


def _titled(text: str) -> bool:
    """Whether an organisation's name begins as a person's does ("Deacon ...")."""
    return bool(TITLES.intersection(_folded(text)[:1]))


def _stands_out(page: Page, entity: Entity, at: int) -> bool:
    """A name that is also a common word (Will, Grace), and May or March, count only with a capital in the sentence.

    Nor does any ordinary word in small letters, where the line has capitals."""
    word = page.words[at]
    if entity in PROPER and not word.capital and not word.caseless and (not word.unknown or _ordinary(word)):
        return False
    doubtful = entity in PROPER or word.fold in {"may", "march"}
    if word.common <= 1 or not doubtful:
        return True
    if not word.initial:
        return word.capital
    opens = page.fold_at(at + 1) in AFTER_A_VERB and not page.ends_clause(at)
    return word.capital and word.common <= 2 and not opens


def _parts(page: Page, entity: Entity, text: str) -> Iterator[Leak]:
    """First or last name alone; the telling word of a place or an organisation."""
    if entity not in {Entity.NAME, Entity.LOCATION, Entity.FACILITY, Entity.EMAIL}:
        return
    parts = {w for w in _folded(text) if len(w) >= SHORTEST_PART and w not in TITLES and w not in FUNCTION_WORDS}
    if entity is Entity.NAME and re.fullmatch(r"(?i)[a-z](?:[\s,.-]+[a-z])+", text.strip()):
        parts |= {re.sub(r"\W", "", fold(text))}
    said = fold(text)
    for at, word in enumerate(page.words):
        if word.fold not in parts or word.text[0].isdecimal():
            continue
        if entity is Entity.NAME and _stands_out(page, entity, at):
            yield Leak(word.start, word.end, entity, "part of a name")
        elif (
            entity is not Entity.NAME
            and word.capital
            and word.common <= 1
            and word.fold not in GENERIC_PARTS | not_identifiers()
        ):
            # St. Mary's: there the ending belongs to the name.
            end = word.full_end if f"{word.fold}'s" in said else word.end
            yield Leak(word.start, end, entity, "the telling word of a name")


def _likenesses(page: Page, text: str) -> Iterator[Leak]:
    """A nickname for a part of the name, or a near spelling of it; never a word of ordinary English."""
    parts = [w for w in _folded(text) if len(w) >= SHORTEST_PART and w not in TITLES | FUNCTION_WORDS]
    called = frozenset(n for part in parts for n in nicknames(part))
    for at, word in enumerate(page.words):
        if not (word.capital or word.caseless) or word.fold in parts:
            continue
        if word.fold in called and _stands_out(page, Entity.NAME, at):
            yield Leak(word.start, word.end, Entity.NAME, "a nickname for a name")
        elif word.common == 0 and any(near(word.fold, part) for part in parts):
            yield Leak(word.start, word.end, Entity.NAME, "a near spelling of a name")


def _initials(page: Page, text: str) -> Iterator[Leak]:
    """The first letters of a name, with points or blanks, or three together; a single one only with its point."""
    parts = [part for part in _folded(text) if part not in TITLES and part.isalpha()]
    letters = [part[0].upper() for part in parts]
    for match in _LONE_INITIAL.finditer(page.plain):
        if any(len(part) > 1 and part.startswith(match[1].lower()) for part in parts):
            yield Leak(match.start(1), match.end(), Entity.NAME, "an initial of a name")
    if len(letters) < 2:
        return
    forms = [r"\.\s?".join(letters) + r"\.?", " ".join(letters)]
    if len(letters) > 2:
        forms.append("".join(letters))
    for match in re.finditer(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", page.plain):
        yield Leak(match.start(), match.end(), Entity.NAME, "the initials of a name")


def _digits(page: Page, entity: Entity, text: str) -> Iterator[Leak]:
    """The same digits, spoken or written, however they are grouped; also a part of at least four of them."""
    wanted = digits_of(text)
    if len(wanted) < 2:
        return
    for number in spoken_numbers(page):
        read = "".join(c for c in number.value if c.isdecimal())
        same = read == wanted or (
            len(read) >= FEWEST_DIGITS and (read in wanted or (wanted in read and len(wanted) > 3))
        )
        year = re.fullmatch(r"(?:19|20)\d\d", read) is not None
        if same and (read == wanted or not year):
            start, end = _unbroken(page.plain, number.start, number.end)
            yield Leak(start, end, entity, "the same digits as")


def _unbroken(text: str, start: int, end: int) -> tuple[int, int]:
    """Written digits with all that is joined to them without a blank: the letters of a record number too."""
    if not any(c.isdecimal() for c in text[start:end]):
        return start, end
    low, high = start, end
    while low and (text[low - 1].isalnum() or text[low - 1] in "-/#"):
        low -= 1
    while high < len(text) and (text[high].isalnum() or text[high] in "-/"):
        high += 1
    while not text[low].isalnum():
        low += 1
    while not text[high - 1].isalnum():
        high -= 1
    return low, high


def _house_numbers(page: Page, text: str) -> Iterator[Leak]:
    """The number of an address, spoken or written, before words of that address."""
    wanted, parts = digits_of(text), {*_folded(text)} - FUNCTION_WORDS
    for number in spoken_numbers(page) if len(wanted) > 1 else ():
        read = "".join(c for c in number.value if c.isdecimal())
        last = number.last
        while page.fold_at(last + 1) in parts and page.words[last + 1].gap == " ":
            last += 1
        if len(read) > 1 and read in wanted and last > number.last:
            yield Leak(number.start, page.words[last].full_end, Entity.LOCATION, "the number and words of an address")


def _age(page: Page, text: str) -> Iterator[Leak]:
    wanted = digits_of(text)
    for number in spoken_numbers(page):
        if wanted and number.value == wanted:
            yield Leak(number.start, number.end, Entity.AGE, "the same age as")
