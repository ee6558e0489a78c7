"""Who is at the study now.  In memory only: a restart gives fresh leases and asks for proofs anew."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Seat = tuple[str, str]
"""A person in a sitting."""


@dataclass(slots=True)
class Presence:
    """Signs of life, locked screens, and who has proved to be the person of their sitting."""

    clock: Callable[[], float] = time.monotonic
    locked: set[Seat] = field(default_factory=set)
    proved: set[Seat] = field(default_factory=set)
    proving: set[str] = field(default_factory=set)
    """People whose secret is being checked right now."""
    _signs: dict[str, float] = field(default_factory=dict)
    _opened: float = field(init=False)

    def __post_init__(self) -> None:
        self._opened = self.clock()

    def sign_of_life(self, person: str) -> None:
        """This person has just asked for something."""
        self._signs[person] = self.clock()

    def is_here(self, person: str, minutes: float) -> bool:
        """Whether a person gave a sign of life within so many minutes; the opening of the study counts as one."""
        return self.clock() - self._signs.get(person, self._opened) <= minutes * 60

    def is_locked(self, person: str, sitting: str) -> bool:
        """Whether this person's screen is locked."""
        return (person, sitting) in self.locked

    def lock(self, seat: Seat) -> None:
        """Somebody's screen is locked; what they had proved no longer counts."""
        self.locked.add(seat)
        self.proved.discard(seat)

    def unlock(self, seat: Seat, *, proved: bool) -> None:
        """Somebody is back at their screen; `proved` says that a secret was asked for and was right."""
        self.locked.discard(seat)
        if proved:
            self.proved.add(seat)

    def leave(self, seat: Seat) -> None:
        """A sitting is over."""
        self.locked.discard(seat)
        self.proved.discard(seat)
