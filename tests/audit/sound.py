"""A small log as it was written, with what surrounds it: mirror, store, decisions, key, signed checkpoints."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

from audit.checkpoint import SigningKey
from audit.merkle import EMPTY_ROOT, Frontier, leaf_hash
from audit.verify import Decision
from tests.audit.conftest import History

NOWHERE = 10**9
"""Beyond any log."""


@dataclass(frozen=True)
class Sound:
    """A log as it was written."""

    lines: tuple[bytes, ...]
    decisions: tuple[Decision, ...]
    key: SigningKey
    segment: int
    """Events in a file of the mirror."""
    signed: tuple[int, ...]
    """Sizes at which checkpoints were signed; the mirror has the last one."""
    witnessed: tuple[int, ...]
    """Those that a witness keeps."""

    @cached_property
    def roots(self) -> list[bytes]:
        """Root by size."""
        return roots_of(self.lines)

    def note(self, size: int) -> str:
        """The checkpoint that was signed at a size."""
        return self.key.sign(size, self.roots[size])

    @cached_property
    def files(self) -> dict[int, bytes]:
        """The mirror: number of the first event and content of each file."""
        return lay_out(self.lines, self.segment)

    @cached_property
    def copies(self) -> "Copies":
        """All copies as they were written."""
        notes = [self.note(size) for size in self.witnessed]
        return Copies(self.files, self.note(self.signed[-1]).encode(), self.lines, self.decisions, notes)


@dataclass(frozen=True)
class Copies:
    """What a verification looks at."""

    files: dict[int, bytes]
    note: bytes | None
    store: Sequence[bytes]
    decisions: Sequence[Decision]
    witnessed: Sequence[str]

    def write(self, folder: Path) -> None:
        """Put the mirror into a folder, in the place of what is there."""
        for old in folder.iterdir():
            old.unlink()
        for first, data in self.files.items():
            (folder / f"events-{first:08d}.jsonl").write_bytes(data)
        if self.note is not None:
            (folder / "checkpoint").write_bytes(self.note)


def make_sound(rng: random.Random, history: Callable[..., History], key: SigningKey) -> Sound:
    """A random log of 8 to 36 events in at least two files."""
    size = rng.randint(8, 36)
    made = history(size, rng.randrange(2**32), clock_steps=True)
    signed = sorted(rng.sample(range(1, size + 1), rng.randint(2, 5)))
    witnessed = sorted(rng.sample(signed, rng.randint(1, 2)))
    lines, decisions = tuple(made.lines), tuple(made.decisions)
    return Sound(lines, decisions, key, rng.randint(2, size // 2), tuple(signed), tuple(witnessed))


def lay_out(lines: Sequence[bytes], segment: int) -> dict[int, bytes]:
    """Lines as the files of a mirror."""
    return {
        first: b"".join(line + b"\n" for line in lines[first : first + segment])
        for first in range(0, len(lines), segment)
    }


def first_difference(lines: Sequence[bytes], others: Sequence[bytes]) -> int:
    """Number of the first event that differs; `NOWHERE` where none does."""
    pairs = enumerate(zip_longest(lines, others))
    return next((number for number, (one, other) in pairs if one != other), NOWHERE)


def roots_of(lines: Sequence[bytes]) -> list[bytes]:
    """Merkle roots by size, from 0."""
    tree, roots = Frontier(), [EMPTY_ROOT]
    for line in lines:
        tree.append(leaf_hash(line))
        roots.append(tree.root())
    return roots
