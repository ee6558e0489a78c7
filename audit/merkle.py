"""Merkle tree of RFC 6962, section 2.1: hashing, the growing right edge, and proofs.

A leaf is the exact bytes of a stored line.  Hashes are 32 bytes (SHA-256).  Verification of proofs follows
RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(line: bytes) -> bytes:
    """Hash of one leaf."""
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Root over neighbouring nodes of one height, whose number is a power of two."""
    if not hashes or len(hashes) & (len(hashes) - 1):
        raise ValueError("not the nodes of a perfect subtree")
    nodes = hashes
    while len(nodes) > 1:
        pairs = iter(nodes)
        # Written out and not node_hash, because this is where a verification spends its time.
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return nodes[0]


class Frontier:
    """The right edge of a growing tree: roots of its perfect subtrees, widest first (one per set bit of `size`)."""

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        if size < 0 or len(roots) != size.bit_count() or any(len(root) != 32 for root in roots):
            raise ValueError("not the right edge of a tree of this size")
        self.size = size
        self.roots = list(roots)

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf; O(log size)."""
        self.push(leaf, 1)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add the hashes of many leaves; the same as appending each, and faster."""
        start = 0
        while start < len(leaves):
            width = 1 << (len(leaves) - start).bit_length() - 1
            if self.size:
                width = min(width, self.size & -self.size)
            self.push(perfect_root(leaves[start : start + width]), width)
            start += width

    def push(self, node: bytes, width: int) -> None:
        """Add the root of a perfect subtree of `width` leaves, which must begin at a multiple of its width."""
        if width <= 0 or width & (width - 1) or self.size % width:
            raise ValueError("no perfect subtree of this width can begin here")
        size = self.size // width
        while size & 1:
            node = node_hash(self.roots.pop(), node)
            size >>= 1
        self.roots.append(node)
        self.size += width

    def root(self) -> bytes:
        """Root hash of the tree as it stands."""
        return join_roots(self.roots)

    def copy(self) -> "Frontier":
        """An independent copy."""
        return Frontier(self.size, self.roots)


def join_roots(roots: Sequence[bytes]) -> bytes:
    """Root over neighbouring perfect subtrees, widest first."""
    if not roots:
        return EMPTY_ROOT
    node = roots[-1]
    for left in reversed(roots[:-1]):
        node = node_hash(left, node)
    return node


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root hash over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two below `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1


Range = tuple[int, int]
"""A range of leaves, first and one past the last, whose root is one hash of a proof."""


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose roots lead from leaf `index` to the root over `size` leaves, lowest first.

    They cover every leaf but `index` once.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    ranges: list[Range] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """The ranges whose roots show that the tree over `old` leaves is a beginning of the tree over `size`.

    They cover every leaf once; the first is left out where it is the older tree itself, whose root is known.
    """
    if not 0 < old <= size:
        raise ValueError("the older tree must hold between one and all of the leaves")
    ranges: list[Range] = []
    low, high = 0, size
    while old < high:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    if low:
        ranges.append((low, high))
    return ranges[::-1]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Hashes that lead from leaf `index` to the root over these leaf hashes, lowest first."""
    return [root_of(leaves[start:stop]) for start, stop in inclusion_ranges(index, len(leaves))]


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Hashes which show that the tree over the first `old` leaves is a beginning of the tree over all."""
    return [root_of(leaves[start:stop]) for start, stop in consistency_ranges(old, len(leaves))]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that the leaf hash stands at `index` of the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        return False
    node, position, last = leaf, index, size - 1
    for step in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(step, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, step)
        position >>= 1
        last >>= 1
    return last == 0 and node == root


def verify_consistency(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether `proof` shows that the tree of `old` leaves is a beginning of the tree of `size` leaves."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        return False
    position, last = old - 1, size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            after = node_hash(after, step)
        position >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == root
