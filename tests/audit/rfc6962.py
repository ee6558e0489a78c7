"""RFC 6962, section 2.1, word for word and with no regard to speed: what the audit room is compared with.

Entries are the raw lines.  The checks of proofs follow the same recursion backwards, and not the loops of RFC 9162
that the audit room uses.
"""

from hashlib import sha256


def split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(entries: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return leaf(entries[0])
    k = split(len(entries))
    return node(root(entries[:k]), root(entries[k:]))


def path(index: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if index < k:
        return [*path(index, entries[:k]), root(entries[k:])]
    return [*path(index - k, entries[k:]), root(entries[:k])]


def subproof(old: int, entries: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b); PROOF(m, D[n]) with `whole` true."""
    if old == len(entries):
        return [] if whole else [root(entries)]
    k = split(len(entries))
    if old <= k:
        return [*subproof(old, entries[:k], whole), root(entries[k:])]
    return [*subproof(old - k, entries[k:], False), root(entries[:k])]


def root_from_path(index: int, size: int, entry: bytes, proof: list[bytes]) -> bytes:
    """The root that an audit path leads to."""
    if size == 1:
        assert not proof
        return leaf(entry)
    k = split(size)
    if index < k:
        return node(root_from_path(index, k, entry, proof[:-1]), proof[-1])
    return node(proof[-1], root_from_path(index - k, size - k, entry, proof[:-1]))


def roots_from_subproof(
    old: int, size: int, proof: list[bytes], old_root: bytes, whole: bool = True
) -> tuple[bytes, bytes]:
    """The roots of the older and the newer tree that a consistency proof leads to."""
    if old == size:
        assert len(proof) == (0 if whole else 1)
        return (old_root, old_root) if whole else (proof[0], proof[0])
    k = split(size)
    if old <= k:
        before, after = roots_from_subproof(old, k, proof[:-1], old_root, whole)
        return before, node(after, proof[-1])
    before, after = roots_from_subproof(old - k, size - k, proof[:-1], old_root, False)
    return node(proof[-1], before), node(proof[-1], after)
