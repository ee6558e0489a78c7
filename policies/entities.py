"""What each entity covers, in words for the people who set policies."""

from dataclasses import dataclass
from functools import cache

import yaml

from policies.loader import read_shipped
from policies.names import Entity


@dataclass(frozen=True, slots=True)
class About:
    """`letter` is that of 45 CFR 164.514(b)(2)(i); `example` is invented."""

    letter: str
    covers: str
    example: str


def about(entity: Entity) -> About:
    """What an entity covers."""
    return _all()[entity]


@cache
def _all() -> dict[Entity, About]:
    raw = yaml.safe_load(read_shipped("reference", "entities", ".yaml"))
    return {Entity(name): About(**fields) for name, fields in raw.items()}
