"""Realistic stand-ins: the same person, place or number gets the same one throughout a study.

Nothing is drawn here by chance of its own: the caller's book keeps the map and gives each key its own random stream, so
that who became whom stays in the encrypted store.
"""

import re
from collections.abc import Callable

from policies.names import Entity
from redaction import gazetteers
from redaction.book import SurrogateBook
from redaction.folding import fold
from redaction.spoken_numbers import digits_of
from redaction.standins import name_for, name_lists, other_character, place_for

OFTEN = 2
"""A word of so many digits' count in the word list belongs to the sentence ("last four") and not to a code ("SN")."""
TESTING_NETWORKS = ("192.0.2.", "198.51.100.", "203.0.113.")
"""Addresses for documentation (RFC 5737)."""


def surrogate_for(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """What stands for these words of a finding; None where nothing realistic can, and a placeholder must do.

    `key` is what two mentions of the same identifier have in common (`treatments.placeholder_key`).
    """
    maker = _MAKERS.get(entity, _shaped)
    made = maker(entity, words, key, book)
    return None if made is None or fold(made) == fold(words) else made


def _shaped(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """Other digits and letters in the same places; a number that was said comes back in digits."""
    said = [fold(word) for word in re.findall(r"\b[^\W\d_]{2,}\b", words)]
    spoken = bool(said) and (not re.search(r"\d", words) or any(map(_is_ordinary, said)))
    digits = digits_of(words) or re.sub(r"\D", "", words)
    if not digits:
        return None
    chance = book.chance(entity, key)
    shape = digits if spoken else words
    candidates = ("".join(other_character(c, chance) for c in shape) for _ in range(50))
    return book.surrogate(entity, key, candidates)


def _is_ordinary(word: str) -> bool:
    return gazetteers.common_words().get(word, 0) >= OFTEN


def _phone(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """A number from 555-0100 to 555-0199, which the North American plan keeps for fiction."""
    if len(digits_of(words)) < 7:
        return None
    chance = book.chance(entity, key)
    areas = [area for area in range(201, 990) if area % 100 != 11]  # 911 and its like are no areas
    return book.surrogate(
        entity, key, (f"{chance.choice(areas)}-555-01{chance.randint(0, 99):02d}" for _ in range(500))
    )


def _ssn(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """A number with area 000, which is never issued; of the last four digits only other digits."""
    if len(digits_of(words)) < 9:
        return _shaped(entity, words, key, book)
    chance = book.chance(entity, key)
    return book.surrogate(
        entity, key, (f"000-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}" for _ in range(50))
    )


def _email(entity: Entity, words: str, key: str, book: SurrogateBook) -> str | None:
    """An address at example.org, which is reserved (RFC 2606)."""
    chance, own = book.chance(entity, key), fold(words)
    family = [name for name in name_lists()["S", "US"] if fold(name) not in own]
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


_MAKERS: dict[Entity, Callable[[Entity, str, str, SurrogateBook], str | None]] = {
    Entity.NAME: name_for,
    Entity.LOCATION: place_for,
    Entity.FACILITY: place_for,
    Entity.PHONE: _phone,
    Entity.SSN: _ssn,
    Entity.EMAIL: _email,
    Entity.URL: _url,
    Entity.IP_ADDRESS: _ip,
}
