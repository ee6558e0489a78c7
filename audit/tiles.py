"""Stored Merkle tiles: the tree's hashes beside the mirror, so that a proof reads a few small files and no events.

The layout is that of C2SP `tlog-tiles` (c2sp.org/tlog-tiles): `tile/LEVEL/NUMBER` holds 256 hashes of 32 bytes, on
level 0 the leaf hashes, above it the roots of the 256-wide tiles below.  A tile at the right edge is partial and
stands as `tile/LEVEL/NUMBER.p/WIDTH`, one for each checkpoint, until the full one takes its place.

Tiles are a cache.  They are written without waiting for the disk and can be made again from the lines at any time;
nothing is believed because a tile says it, and a proof made from them is checked against a signed root.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from audit.merkle import Range, join_roots, leaf_hash, perfect_root

WIDTH = 256
HASH = 32
_HEIGHT = 8


class TileMissing(Exception):
    """A tile that is needed is not there, or has not the size of one.  Carries its first leaf."""

    def __init__(self, level: int, number: int) -> None:
        super().__init__(tile_name(level, number))
        self.first_leaf = number << _HEIGHT * (level + 1)


def tile_name(level: int, number: int, width: int = WIDTH) -> str:
    """Path of a tile below the folder `tile`."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    name = f"{level}/{'/'.join(reversed(groups))}"
    return name if width == WIDTH else f"{name}.p/{width}"


class TileReader:
    """Hashes of the tree, from its tiles.  Reads each tile once: make a new reader for each proof."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tiles: dict[tuple[int, int], bytes] = {}

    def roots(self, ranges: Iterable[Range]) -> list[bytes]:
        """Root over each range of leaves, as the ranges of a proof are made.  Raises `TileMissing`."""
        return [self._root(start, stop) for start, stop in ranges]

    def hashes(self, level: int, number: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile.  Raises `TileMissing`."""
        data = self._tiles.get((level, number), b"")
        if len(data) < width * HASH:
            data = self._tiles[level, number] = self._read(level, number, width)
        return [data[at : at + HASH] for at in range(0, width * HASH, HASH)]

    def _root(self, start: int, stop: int) -> bytes:
        """Root over a range that begins at a multiple of every perfect subtree in it."""
        nodes = []
        while start < stop:
            height = (stop - start).bit_length() - 1
            level, above = divmod(height, _HEIGHT)
            first = start >> _HEIGHT * level
            inside, count = first % WIDTH, 1 << above
            nodes.append(perfect_root(self.hashes(level, first // WIDTH, inside + count)[inside:]))
            start += 1 << height
        return join_roots(nodes)

    def _read(self, level: int, number: int, width: int) -> bytes:
        """The bytes of a tile that is at least so wide, the full one if there is one."""
        for name in chain([tile_name(level, number)], self._partial(level, number, width)):
            with contextlib.suppress(OSError):
                data = read_tile(self._folder / name)
                if len(data) >= width * HASH:
                    return data
        raise TileMissing(level, number)

    def _partial(self, level: int, number: int, least: int) -> Iterator[str]:
        folder = self._folder / (tile_name(level, number) + ".p")
        with contextlib.suppress(OSError):
            widths = (int(name) for name in os.listdir(folder) if name.isascii() and name.isdigit())
            yield from (tile_name(level, number, width) for width in sorted(widths) if least <= width < WIDTH)


class TileWriter:
    """Writes tiles while the log grows; what is at the right edge is kept in memory.

    Starts with the tiles that are there and makes those that are missing from the lines.  Every method raises
    `OSError` if the disk refuses and `AuditError` if the lines cannot be read.
    """

    def __init__(self, folder: Path, size: int, lines: Callable[[int, int], Iterable[bytes]]) -> None:
        """`lines(start, stop)` gives the log's lines, of which there are `size`."""
        self._folder = folder
        self.size = 0
        self._edges: list[list[bytes]] = []
        """Hashes of the partial tile of each level."""
        self._resume(size)
        if self.size < size:
            self.add(map(leaf_hash, lines(self.size, size)))

    def add(self, leaves: Iterable[bytes]) -> None:
        """Take in the hashes of the next leaves, and write the tiles that they fill."""
        for leaf in leaves:
            self.size += 1
            self._push(0, leaf)

    def seal(self, *, is_end: bool = True) -> None:
        """Write the partial tiles of the tree as it stands: those that a checkpoint of this size needs.

        `is_end`: the log ends here, so that a full tile in the place of a partial one is left from a state of the log
        that was given up, and is removed.
        """
        for level, edge in enumerate(self._edges):
            if edge:
                number = self.size >> _HEIGHT * (level + 1)
                if is_end:
                    self._remove(tile_name(level, number))
                self._put(tile_name(level, number, len(edge)), edge)

    def _push(self, level: int, node: bytes) -> None:
        if level == len(self._edges):
            self._edges.append([])
        edge = self._edges[level]
        edge.append(node)
        if len(edge) == WIDTH:
            name = tile_name(level, (self.size >> _HEIGHT * (level + 1)) - 1)
            self._put(name, edge)
            shutil.rmtree(self._folder / (name + ".p"), ignore_errors=True)
            self._edges[level] = []
            self._push(level + 1, perfect_root(edge))

    def _resume(self, size: int) -> None:
        """Begin where the full tiles end: the greatest multiple of 256 up to `size` for which all are there."""
        start = size // WIDTH * WIDTH
        while start:
            try:
                self._edges = [[], *self._edges_above(start)]
            except TileMissing as gap:
                start = gap.first_leaf
            else:
                break
        self.size = start

    def _edges_above(self, size: int) -> Iterator[list[bytes]]:
        """The edges from level 1 on for a tree of full tiles, from the tiles below.  Raises `TileMissing`."""
        reader = TileReader(self._folder)
        level = 1
        while size >> _HEIGHT * level:
            count = size >> _HEIGHT * level
            edge: list[bytes] = []
            for at in range(count // WIDTH * WIDTH, count):
                if not (self._folder / tile_name(level - 1, at)).is_file():
                    raise TileMissing(level - 1, at)
                edge.append(perfect_root(reader.hashes(level - 1, at, WIDTH)))
            yield edge
            level += 1

    def _remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def _put(self, name: str, hashes: Sequence[bytes]) -> None:
        """Write a tile in one step, unless it is there as it should be."""
        data = b"".join(hashes)
        with contextlib.suppress(OSError):
            if read_tile(self._folder / name) == data:
                return
        self._write(name, data)

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        _make_folders(self._folder.parent, path.parent)
        temporary = path.parent / f".{secrets.token_hex(8)}"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
            with open(descriptor, "wb") as file:
                os.fchmod(descriptor, 0o640)
                file.write(data)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


class TileMender(TileWriter):
    """Compares all tiles with the lines, believing none, and writes those anew that were wrong or missing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 0, lambda start, stop: ())
        self._wrong: list[str] = []
        self.refused = False
        """Whether the disk refused a tile, as it does where one may only read."""

    @property
    def wrong(self) -> list[str]:
        """Names of the tiles that were wrong or missing; a partial one is not missed where the full one is."""
        return [name for name in self._wrong if ".p/" not in name or not self._is_full(name.partition(".p/")[0])]

    def _is_full(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def _write(self, name: str, data: bytes) -> None:
        self._wrong.append(name)
        try:
            super()._write(name, data)
        except OSError:
            self.refused = True

    def _remove(self, name: str) -> None:
        if self._is_full(name):
            self._wrong.append(name)
            try:
                super()._remove(name)
            except OSError:
                self.refused = True


def read_tile(path: Path) -> bytes:
    """The bytes of a tile; raises `OSError`, also for a file that is no tile."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with open(descriptor, "rb") as file:
        data = file.read(WIDTH * HASH + 1)
    if not data or len(data) % HASH or len(data) > WIDTH * HASH:
        raise OSError(f"{path} is no tile")
    return data


def _make_folders(top: Path, path: Path) -> None:
    """Make the folders below `top` that are missing, with mode 0750 whatever the umask."""
    missing = []
    while path != top and not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o750)
