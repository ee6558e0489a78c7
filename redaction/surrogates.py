"""Realistic stand-ins: the same person, place or number gets the same one throughout a study.

Nothing is drawn here by chance of its own: the caller's book keeps the map and gives each key its own random stream, so
that who became whom stays in the encrypted store.
"""

import gzip
import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Protocol

from policies.names import Entity
from redaction import gazetteers
from redaction.folding import fold, word_set
from redaction.spoken_numbers import digits_of

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
SPELLED = re.compile(r"[^\W\d_](?:[\s.,-]+[^\W\d_]){2,}\.?")
POSSESSIVE = re.compile(r"['\u2019][sS]$")
TESTING_NETWORKS = ("192.0.2.", "198.51.100.", "203.0.113.")
"""Addresses for documentation (RFC 5737)."""
_GENERIC = word_set(
    """
    street avenue road drive lane boulevard court place way circle terrace trail highway parkway route county
    town city township village north south east west lake river creek bay valley hill hills bridge park
    mountain mount island beach hospital hospice clinic church school university college center centre medical
    health care home house manor general regional memorial community elementary middle high academy baptist
    methodist lutheran catholic presbyterian temple mosque synagogue chapel parish library pharmacy company
    bank farm farms plant mill the of and at in on for saint st
    """
)
_PARTICLES = word_set("de la del van von der den bin ibn al el jr sr ii iii iv")


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


def surrogate_for(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """What stands for these words of a finding; None where nothing realistic can, and a placeholder must do.

    `key` is what two mentions of the same identifier have in common (`treatments.placeholder_key`).
    """
    maker = _MAKERS.get(entity, _shaped)
    made = maker(entity, words, key, book)
    return None if made is None or fold(made) == fold(words) else made


@cache
def _names() -> dict[tuple[str, str], tuple[str, ...]]:
    """Names by kind (F, M: given names; S: family names) and country."""
    packed = (resources.files("redaction.gazetteers") / "standins.txt.gz").read_bytes()
    found: dict[tuple[str, str], list[str]] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        name, kind, country = line.split("\t")
        found.setdefault((kind, country), []).append(name)
    return {place: tuple(names) for place, names in found.items()}


@cache
def _origins() -> dict[str, tuple[str, str]]:
    """Kind and country of a folded name; where it is known in several, the United States first."""
    found: dict[str, tuple[str, str]] = {}
    for (kind, country), names in sorted(_names().items(), key=lambda item: item[0][1] != "US"):
        for name in names:
            found.setdefault(fold(name), (kind, country))
    return found


def _name_part(part: str, book: SurrogateBook) -> str | None:
    """One part of a name by another of the same kind: given or family name, gender and country where known."""
    folded = fold(part)
    if len(folded) == 1:
        return book.surrogate(Entity.NAME, folded, (c.upper() for c in _mixed("ABCDEFGHJKLMNPRSTVW", folded, book)))
    kind, country = _origins().get(folded, ("", ""))
    if not kind:
        given = gazetteers.first_names().get(folded, 0) > gazetteers.surnames().get(folded, 0)
        kind = book.chance(Entity.NAME, folded).choice("FM") if given else "S"
    near = _names().get((kind, country), ())
    general = _names()[kind, "US"]
    candidates = itertools.chain(_mixed(near, folded, book), _mixed(general, folded, book))
    return book.surrogate(Entity.NAME, folded, (c for c in candidates if fold(c) != folded))


def _mixed(pool: Iterable[str], key: str, book: SurrogateBook) -> Iterator[str]:
    order = list(pool)
    book.chance(Entity.NAME, key).shuffle(order)
    return iter(order)


def _name(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    if SPELLED.fullmatch(words.strip()):
        letters = "".join(c for c in words if c.isalpha())
        other = _name_part(letters, book)
        mark = next((c for c in words if not c.isalpha()), "-")
        return None if other is None else mark.join(c for c in other.upper() if c.isalpha())
    parts: list[str | None] = []

    def replaced(match: re.Match[str]) -> str:
        word = match[0]
        bare, ending = (word[:-2], word[-2:]) if POSSESSIVE.search(word) else (word, "")
        if fold(bare) in _PARTICLES:
            return word
        other = _name_part(bare, book)
        parts.append(other)
        return _styled(bare, other or "") + ending

    new = WORD.sub(replaced, words)
    return None if not parts or None in parts or re.search(r"\d", new) else new


def _place(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """The telling words of a place or organisation by others; street, county, hospital and the like stay."""
    if digits_of(re.sub(r"\d", " ", words)):
        return None  # a house number that was said would stay
    chance = book.chance(entity, key)
    changed: list[bool] = []

    def replaced(match: re.Match[str]) -> str:
        word = match[0]
        bare, ending = (word[:-2], word[-2:]) if POSSESSIVE.search(word) else (word, "")
        folded = fold(bare)
        if folded in _GENERIC or folded in gazetteers.regions():
            return word
        pool = _names()["S", "US"]
        other = book.surrogate(entity, folded, (c for c in _mixed(pool, folded, book) if fold(c) != folded))
        changed.append(other is not None)
        return _styled(bare, other or "") + ending

    new = WORD.sub(replaced, re.sub(r"\d", lambda _: str(chance.randint(1, 9)), words))
    return new if changed and all(changed) else None


def _shaped(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """Other digits and letters in the same places; a number that was said comes back in digits."""
    digits = digits_of(words)
    if not digits:
        return None
    chance = book.chance(entity, key)
    spoken = bool(re.search(r"[^\W\d_]{2,}", words)) and not re.search(r"\d", words)
    shape = digits if spoken else words
    candidates = ("".join(_other(c, chance) for c in shape) for _ in range(50))
    return book.surrogate(entity, key, candidates)


def _other(character: str, chance: random.Random) -> str:
    if character.isdigit():
        return str(chance.randint(0, 9))
    if character.isalpha():
        new = chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
        return new if character.isupper() else new.lower()
    return character


def _phone(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """A number from 555-0100 to 555-0199, which the North American plan keeps for fiction."""
    if len(digits_of(words)) < 7:
        return None
    chance = book.chance(entity, key)
    return book.surrogate(
        entity, key, (f"{chance.randint(201, 989)}-555-01{chance.randint(0, 99):02d}" for _ in range(500))
    )


def _ssn(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """A number with area 000, which is never issued."""
    chance = book.chance(entity, key)
    return book.surrogate(
        entity, key, (f"000-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}" for _ in range(50))
    )


def _email(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """An address at example.org, which is reserved (RFC 2606)."""
    chance, family = book.chance(entity, key), _names()["S", "US"]
    return book.surrogate(
        entity,
        key,
        (f"{fold(chance.choice(family)).replace(' ', '')}{chance.randint(1, 999)}@example.org" for _ in range(50)),
    )


def _url(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    chance = book.chance(entity, key)
    return book.surrogate(entity, key, (f"https://example.org/{chance.randint(1000, 9_999_999)}" for _ in range(50)))


def _ip(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    chance = book.chance(entity, key)
    return book.surrogate(
        entity, key, (f"{chance.choice(TESTING_NETWORKS)}{chance.randint(1, 254)}" for _ in range(500))
    )


def _styled(like: str, words: str) -> str:
    if like.islower():
        return words.lower()
    return words.upper() if like.isupper() and len(like) > 1 else words


_MAKERS: dict[Entity, Callable[[Entity, str, str, SurrogateBook], str | None]] = {
    Entity.NAME: _name,
    Entity.LOCATION: _place,
    Entity.FACILITY: _place,
    Entity.PHONE: _phone,
    Entity.SSN: _ssn,
    Entity.EMAIL: _email,
    Entity.URL: _url,
    Entity.IP_ADDRESS: _ip,
}
