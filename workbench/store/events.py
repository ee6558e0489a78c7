"""The audit log's rows: the exact canonical line of each event."""

from collections.abc import Iterator

from workbench.store.connection import Connection

_BATCH = 10_000


def append(db: Connection, first: int, lines: list[bytes]) -> None:
    """Store the lines of events `first`, `first` + 1, …"""
    db.insert("events", [(first + offset, line.decode("ascii")) for offset, line in enumerate(lines)])


def size(db: Connection) -> int:
    """How many events there are."""
    return int(db.value("SELECT count(*) FROM events"))


def lines(db: Connection, start: int, stop: int) -> Iterator[bytes]:
    """The lines of events start to stop (exclusive), in order."""
    for low in range(start, stop, _BATCH):
        high = min(low + _BATCH, stop)
        for (line,) in db.rows(
            "SELECT line FROM events WHERE sequence >= ? AND sequence < ? ORDER BY sequence", [low, high]
        ):
            yield line.encode("ascii")
