"""The rows that may go, in order of the study: sixty bytes each, for a million of them are held at once."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from workbench.release.rules import Going

DIGEST_BYTES = 32


class Rows(Sequence[Going]):
    """Rows by column; each is made where it is asked for.  `add` puts one behind the others."""

    def __init__(self, rows: Iterable[Going] = ()) -> None:
        self.exchanges, self.versions = array("i"), array("i")
        self.sessions, self.pages, self.numbers = array("i"), array("i"), array("i")
        self.subjects: dict[int, str | None] = {}
        """By session."""
        self.configs: list[str] = []
        """The data sets that any row goes into."""
        self.config = array("B")
        """Of each row, by its place in `configs`."""
        self._digests = bytearray()
        for row in rows:
            self.add(row)

    def add(self, row: Going) -> None:
        """Take a row."""
        if row.config not in self.configs:
            self.configs.append(row.config)
        self.exchanges.append(row.exchange)
        self.versions.append(row.version)
        self._digests += bytes.fromhex(row.digest)
        self.config.append(self.configs.index(row.config))
        self.sessions.append(row.session)
        self.subjects[row.session] = row.subject
        self.pages.append(row.page)
        self.numbers.append(row.number)

    def digest(self, number: int) -> bytes:
        """The keyed digest under which the text of a row was approved."""
        return bytes(self._digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES])

    def digests(self, these: slice) -> bytes:
        """Those of rows that follow each other, one behind the other."""
        start, stop, _ = these.indices(len(self))
        return bytes(self._digests[start * DIGEST_BYTES : stop * DIGEST_BYTES])

    def __len__(self) -> int:
        return len(self.exchanges)

    @overload
    def __getitem__(self, at: int) -> Going: ...

    @overload
    def __getitem__(self, at: slice) -> list[Going]: ...

    def __getitem__(self, at: int | slice) -> Going | list[Going]:
        if isinstance(at, slice):
            return [self._row(number) for number in range(*at.indices(len(self)))]
        return self._row(range(len(self))[at])

    def __iter__(self) -> Iterator[Going]:
        return map(self._row, range(len(self)))

    def _row(self, number: int) -> Going:
        session = self.sessions[number]
        return Going(
            self.exchanges[number],
            self.versions[number],
            self.digest(number).hex(),
            self.configs[self.config[number]],
            session,
            self.subjects[session],
            self.pages[number],
            self.numbers[number],
        )
