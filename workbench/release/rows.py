"""Where each row of a release goes: its opaque id, its split, and a place that tells nothing of where it comes from."""

import hmac
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from audit.bundle import SPLITS
from audit.bundle_data import data_path
from workbench.release.going import Rows
from workbench.release.rules import Going
from workbench.release.splits import split_of
from workbench.study.study import Study

ROWS_PER_FILE = 250_000
ROWS_PER_GROUP = 8_192
"""Rows of a row group of Parquet; so many are put in order at once."""
ID_BYTES = 16
_DIGEST = "S32"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file of a release: its config, its split, its path within the bundle, and how many rows it holds."""

    config: str
    split: str
    path: str
    rows: int

    @property
    def groups(self) -> list[int]:
        """Rows of each of its row groups."""
        return [min(ROWS_PER_GROUP, self.rows - first) for first in range(0, self.rows, ROWS_PER_GROUP)]


@dataclass(slots=True)
class Layout:
    """The places of all rows; what is by row is in order of the study."""

    shuffle: str
    """SHA-256 (hex) of the seed that rows were ordered and subjects were split by."""
    ids: list[bytes]
    files: list[DataFile] = field(default_factory=list)
    group: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    """Row group by row, numbered through all files."""
    place: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    """Place within its row group by row."""
    splits: dict[int, str] = field(default_factory=dict)
    """By session; all sessions of a subject have the same."""
    links: list[tuple[str, int]] | None = None
    """By row, where the policy keeps what links rows: pseudonym of the subject, and which of its rows it is, from 1."""

    def split(self, row: Going) -> str:
        """The split that a row stands in."""
        return self.splits[row.session]


def lay_out(study: Study, name: str, going: Rows) -> Layout:
    """Give each row its id and its place; the same study and name always give the same."""
    release = study.policy.release
    seed = study.record_key(f"shuffle:{name}")
    layout = Layout(sha256(seed).hexdigest(), list(_ids(study.record_key(f"release:{name}"), going)))
    layout.group, layout.place = np.empty(len(going), np.int32), np.empty(len(going), np.int32)
    people = {session: owner(session, subject) for session, subject in going.subjects.items()}
    rows: Counter[str] = Counter()
    for session, number in Counter(going.sessions).items():
        rows[people[session]] += number
    by_person = split_of(rows, release.splits, seed)
    layout.splits = {session: by_person[name] for session, name in people.items()}
    shuffled = b"".join([hmac.digest(seed, row_id, "sha256") for row_id in layout.ids])
    order = np.argsort(np.frombuffer(shuffled, _DIGEST), kind="stable")
    for (config, split), numbers in _parts(going, layout, order):
        _place(layout, config, split, numbers)
    if release.keep_links:
        layout.links = _links(study.record_key(f"subjects:{name}"), going)
    return layout


def subject_of(row: Going) -> str:
    """Whose row it is."""
    return owner(row.session, row.subject)


def owner(session: int, subject: str | None) -> str:
    """Whose session it is; a file without a subject counts as one of its own."""
    return subject if subject is not None else f"session:{session}"


def _ids(key: bytes, going: Rows) -> Iterator[bytes]:
    for exchange in going.exchanges:
        yield hmac.digest(key, b"%d" % exchange, "sha256")[:ID_BYTES]


def _parts(
    going: Rows, layout: Layout, order: NDArray[np.int64]
) -> Iterator[tuple[tuple[str, str], NDArray[np.int64]]]:
    """Numbers of the rows of each config and split that has any, in a fixed order of these, and each in this order."""
    sessions, session = np.unique(np.frombuffer(going.sessions, np.int32), return_inverse=True)
    split = np.array([SPLITS.index(layout.splits[one]) for one in sessions.tolist()], np.uint8)[session][order]
    config = np.frombuffer(going.config, np.uint8)[order]
    for name in sorted(going.configs):
        for place, of in enumerate(SPLITS):
            numbers = order[(config == going.configs.index(name)) & (split == place)]
            if len(numbers):
                yield (name, of), numbers


def _place(layout: Layout, config: str, split: str, numbers: NDArray[np.int64]) -> None:
    """Files and row groups for the rows of one split, in this order."""
    first = sum(len(file.groups) for file in layout.files)
    count = -(-len(numbers) // ROWS_PER_FILE)
    for file in range(count):
        within = numbers[file * ROWS_PER_FILE : (file + 1) * ROWS_PER_FILE]
        layout.files.append(DataFile(config, split, data_path(config, split, file, count), len(within)))
        places = np.arange(len(within))
        layout.group[within] = first + places // ROWS_PER_GROUP
        layout.place[within] = places % ROWS_PER_GROUP
        first += len(layout.files[-1].groups)


def _links(key: bytes, going: Rows) -> list[tuple[str, int]]:
    """Pseudonyms and places that are new in each release."""
    places: Counter[str] = Counter()
    links: list[tuple[str, int]] = [("", 0)] * len(going)
    in_order = sorted(
        range(len(going)), key=lambda number: (going.sessions[number], going.numbers[number], going.exchanges[number])
    )
    for number in in_order:
        session = going.sessions[number]
        subject = owner(session, going.subjects[session])
        places[subject] += 1
        pseudonym = hmac.digest(key, subject.encode(), "sha256")[:ID_BYTES].hex()
        links[number] = (pseudonym, places[subject])
    return links
