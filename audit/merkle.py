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


class Frontier:
    """The right edge of a growing tree: roots of its perfect subtrees, widest first (one per set bit of `size`)."""

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        if size < 0 or len(roots) != size.bit_count() or any(len(root) != 32 for root in roots):
            raise ValueError("not the right edge of a tree of this size")
        self.size = size
        self.roots = list(roots)

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf; O(log size)."""
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.roots.pop(), node)
            size >>= 1
        self.roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Root hash of the tree as it stands."""
        if not self.roots:
            return EMPTY_ROOT
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> "Frontier":
        """An independent copy."""
        return Frontier(self.size, self.roots)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root hash over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two below `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Hashes that lead from leaf `index` to the root over these leaf hashes, lowest first."""
    if not 0 <= index < len(leaves):
        raise ValueError("no such leaf")
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_proof(leaves[:k], index), root_of(leaves[k:])]
    return [*inclusion_proof(leaves[k:], index - k), root_of(leaves[:k])]


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Hashes which show that the tree over the first `old` leaves is a beginning of the tree over all."""
    if not 0 < old <= len(leaves):
        raise ValueError("the older tree must hold between one and all of the leaves")
    return _consistency(leaves, old, True)


def _consistency(leaves: Sequence[bytes], old: int, whole: bool) -> list[bytes]:
    """`whole`: the older tree is a subtree here whose root the verifier already has."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = _split(len(leaves))
    if old <= k:
        return [*_consistency(leaves[:k], old, whole), root_of(leaves[k:])]
    return [*_consistency(leaves[k:], old - k, False), root_of(leaves[:k])]


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
