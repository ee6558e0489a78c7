"""Two processors at one long row of work: the next piece is made while one is used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")
_END = object()


def ahead(pieces: Iterator[T]) -> Iterator[T]:
    """The same pieces in the same order; what goes wrong with one is raised in its place."""
    with ThreadPoolExecutor(1, "ahead") as beside:
        coming = beside.submit(next, pieces, _END)
        while (piece := coming.result()) is not _END:
            coming = beside.submit(next, pieces, _END)
            yield cast(T, piece)
