"""Names and places that stand for names and places, part by part, so that "Maria Lopez" and "Maria" agree."""

import gzip
import itertools
import random
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from importlib import resources

from policies.names import Entity
from redaction import gazetteers
from redaction.book import SurrogateBook
from redaction.folding import fold, word_set
from redaction.spoken_dates import ordinal_ending
from redaction.spoken_numbers import digits_of

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
NUMBER_OR_WORD = re.compile(rf"(?P<digits>\d+)(?P<letters>[^\W\d_]*)|{WORD.pattern}")
SPELLED = re.compile(r"[^\W\d_](?:[\s.,-]+[^\W\d_]){2,}\.?")
POSSESSIVE = re.compile(r"['\u2019][sS]$")
POST_OFFICE = re.compile(r"(?i)\bp\.?\s?o\b")
ORDINALS = frozenset({"st", "nd", "rd", "th"})
TITLES = word_set("dr doctor mr mrs ms miss nurse pastor reverend rev father sister brother aunt auntie uncle rabbi")
"""Forms of address that are nobody's name."""
_GENERIC = word_set(
    """
    street avenue road drive lane boulevard court place way circle terrace trail highway parkway route county
    town city township village north south east west lake river creek bay valley hill hills bridge park
    mountain mount island beach hospital hospice clinic church school university college center centre medical
    health care home house manor general regional memorial community elementary middle high academy baptist
    methodist lutheran catholic presbyterian temple mosque synagogue chapel parish library pharmacy company
    bank farm farms plant mill saint st ave rd blvd dr ln hwy rural rr box p o po apartment apt unit suite floor
    room ward wing building the of and at in on for by near behind off from to a an old new my our his her their
    """
)
"""Words of a place that tell no place apart, and stay."""
_PARTICLES = word_set("de la del van der den von bin ibn al el the and")
_SUFFIXES = word_set("jr sr ii iii iv")


@cache
def name_lists() -> dict[tuple[str, str], tuple[str, ...]]:
    """Names by kind (F, M: given names; S: family names) and country."""
    packed = (resources.files("redaction.gazetteers") / "standins.txt.gz").read_bytes()
    found: dict[tuple[str, str], list[str]] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        name, kind, country = line.split("\t")
        found.setdefault((kind, country), []).append(name)
    return {place: tuple(names) for place, names in found.items()}


@cache
def _origins() -> dict[str, dict[str, str]]:
    """What a folded name is known as: kind to country; where it is known in several, the United States first."""
    found: dict[str, dict[str, str]] = {}
    for (kind, country), names in sorted(name_lists().items(), key=lambda item: item[0][1] != "US"):
        for name in names:
            found.setdefault(fold(name), {}).setdefault(kind, country)
    return found


class Position(Enum):
    """Where a part stands in a name."""

    ALONE = 0
    FIRST = 1
    LAST = 2


def _kind(folded: str, position: Position, chance: random.Random) -> str:
    """F, M or S (family name): by what the name is known as, then by where it stands, then by its nicknames."""
    known = [kind for kind in "FMS" if kind in _origins().get(folded, {})]
    given = [kind for kind in known if kind != "S"]
    often = gazetteers.first_names().get(folded, 0), gazetteers.surnames().get(folded, 0)
    family = "S" in known and not given
    if position is Position.LAST:
        family = "S" in known or not (given or often[0] > often[1])
    elif position is Position.ALONE and "S" in known and given:
        family = often[1] > often[0]
    elif position is Position.ALONE and not known:
        family = often[1] >= often[0] and not _called_for(folded)
    elif position is Position.FIRST and family:
        family = often[1] > often[0]  # "Smith-Jones"
    return "S" if family else chance.choice(given or _called_for(folded) or ["F", "M"])


def _called_for(folded: str) -> list[str]:
    """Kinds of the given names that this nickname is used for."""
    mates = {mate for group in gazetteers.nickname_groups() if folded in group for mate in group}
    return sorted({kind for mate in mates for kind in _origins().get(mate, {}) if kind != "S"})


def _name_part(part: str, position: Position, book: SurrogateBook) -> str | None:
    """One part of a name by another of the same kind: given or family name, gender and country where known."""
    folded = fold(part)
    if len(folded) == 1:
        return book.surrogate(Entity.NAME, folded, (c.upper() for c in _mixed("ABCDEFGHJKLMNPRSTVW", folded, book)))
    kind = _kind(folded, position, book.chance(Entity.NAME, folded))
    near = name_lists().get((kind, _origins().get(folded, {}).get(kind, "")), ())
    candidates = itertools.chain(_mixed(near, folded, book), _mixed(name_lists()[kind, "US"], folded, book))
    return book.surrogate(Entity.NAME, folded, (c for c in candidates if fold(c) != folded))


def _mixed(pool: Iterable[str], key: str, book: SurrogateBook) -> Iterator[str]:
    order = list(pool)
    book.chance(Entity.NAME, key).shuffle(order)
    return iter(order)


def name_for(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """Another person's name in the same manner of writing; None where a part of the name has no stand-in."""
    if SPELLED.fullmatch(words.strip()):
        letters = "".join(c for c in words if c.isalpha())
        other = _name_part(letters, Position.ALONE, book)
        mark = next((c for c in words if not c.isalpha()), "-")
        return None if other is None else mark.join(c for c in other.upper() if c.isalpha())
    parts = [POSSESSIVE.sub("", match[0]) for match in WORD.finditer(words)]
    ours = _telling(parts)
    others: dict[int, str | None] = {}
    for index in ours:
        alone = len(ours) == 1
        place = Position.ALONE if alone else Position.LAST if index == ours[-1] else Position.FIRST
        others[index] = _name_part(parts[index], place, book)
    if not others or None in others.values() or re.search(r"\d", words):
        return None
    count = itertools.count()

    def replaced(match: re.Match[str]) -> str:
        index = next(count)
        other = others.get(index)
        return match[0] if other is None else _styled(parts[index], other) + match[0][len(parts[index]) :]

    return WORD.sub(replaced, words)


def _telling(parts: list[str]) -> list[int]:
    """Which parts of a name are names: not the titles before, the "de la" within and the "junior" after.

    "Al" and "Van" are particles in the middle of a name, and people at its beginning or end.
    """
    folded = [fold(part) for part in parts]
    first, last = 0, len(parts) - 1
    while first <= last and folded[first] in TITLES:
        first += 1
    while last > first and folded[last] in _SUFFIXES:
        last -= 1
    bearers = {i for i in (first, last) if first <= last and folded[i] in gazetteers.first_names()}
    return [i for i in range(first, last + 1) if folded[i] not in _PARTICLES or i in bearers]


def place_for(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """The telling words and numbers of a place or organisation by others; street, county and hospital stay.

    None where nothing in it tells a place apart, where a part has no stand-in, or where a house number was said.
    """
    if digits_of(POST_OFFICE.sub(" ", re.sub(r"\d", " ", words))):
        return None  # a house number that was said would stay
    changed: list[bool] = []

    def replaced(match: re.Match[str]) -> str:
        if match["digits"]:
            other = _number(entity, match["digits"], match["letters"], book)
            changed.append(other is not None)
            return other or ""
        word = match[0]
        bare = POSSESSIVE.sub("", word)
        folded = fold(bare)
        if folded in _GENERIC or folded in gazetteers.regions():
            return word
        pool = name_lists()["S", "US"]
        other = book.surrogate(entity, folded, (c for c in _mixed(pool, folded, book) if fold(c) != folded))
        changed.append(other is not None)
        return _styled(bare, other or "") + word[len(bare) :]

    new = NUMBER_OR_WORD.sub(replaced, words)
    return new if changed and all(changed) else None


def _number(entity: Entity, digits: str, letters: str, book: SurrogateBook) -> str | None:
    """Another number of as many digits; its letters ("4B", "42nd") follow it."""
    chance = book.chance(entity, digits)
    low = 10 ** (len(digits) - 1)
    other = book.surrogate(entity, digits, (str(chance.randint(low, 10 * low - 1)) for _ in range(50)))
    if other is None or not letters:
        return other
    if letters.lower() in ORDINALS:
        return other + _styled(letters, ordinal_ending(int(other)))
    return other + other_character(letters, chance) if len(letters) == 1 else None


def other_character(character: str, chance: random.Random) -> str:
    """A digit for a digit and a letter for a letter; whatever stands between them stays."""
    if character.isdigit():
        return str(chance.randint(0, 9))
    if character.isalpha():
        new = chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
        return new if character.isupper() else new.lower()
    return character


def _styled(like: str, words: str) -> str:
    if like.islower():
        return words.lower()
    return words.upper() if like.isupper() and len(like) > 1 else words
