"""The incremental tree and its proofs agree with the recursive definition of RFC 6962."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    perfect_root,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.audit import rfc6962

# Leaves and roots of the test data that Certificate Transparency implementations share.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

lines = st.lists(st.binary(max_size=4), max_size=40)


def naive(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = max(1 << bit for bit in range(10) if 1 << bit < len(entries))
    return sha256(b"\x01" + naive(entries[:k]) + naive(entries[k:])).digest()


@pytest.mark.parametrize("size", list(ROOTS))
def test_roots_are_those_that_other_implementations_compute(size: int) -> None:
    assert root_of([leaf_hash(line) for line in LEAVES[:size]]).hex() == ROOTS[size]


@settings(deadline=None)
@given(lines)
def test_the_growing_tree_has_the_defined_root_at_every_size(entries: list[bytes]) -> None:
    frontier = Frontier()
    for size in range(len(entries) + 1):
        assert frontier.root() == naive(entries[:size])
        assert Frontier(frontier.size, frontier.roots).root() == frontier.root()
        if size < len(entries):
            frontier.append(leaf_hash(entries[size]))


def test_a_copy_grows_by_itself() -> None:
    frontier = Frontier()
    frontier.append(leaf_hash(b"a"))
    before = frontier.root()
    frontier.copy().append(leaf_hash(b"b"))
    assert (frontier.size, frontier.root()) == (1, before)


@pytest.mark.parametrize(("size", "roots"), [(-1, []), (1, []), (2, [b"x" * 32] * 2), (1, [b"short"])])
def test_a_frontier_of_the_wrong_shape_is_refused(size: int, roots: list[bytes]) -> None:
    with pytest.raises(ValueError, match="right edge"):
        Frontier(size, roots)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_inclusion_is_proved_for_the_leaf_and_nothing_else(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([number]) + line) for number, line in enumerate(entries)]
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = root_of(leaves), inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, len(leaves), proof, root)
    assert not verify_inclusion(leaf_hash(b"other"), index, len(leaves), proof, root)
    assert not verify_inclusion(leaves[index], index, len(leaves), [*proof, root], root)
    assert not verify_inclusion(leaves[index], len(leaves), len(leaves), proof, root)
    for other in range(len(leaves)):
        assert verify_inclusion(leaves[index], other, len(leaves), proof, root) == (other == index)
    if proof:
        assert not verify_inclusion(leaves[index], index, len(leaves), proof[:-1], root)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_consistency_is_proved_for_a_true_beginning_and_nothing_else(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([number]) + line) for number, line in enumerate(entries)]
    old = data.draw(st.integers(1, len(leaves)))
    old_root, root = root_of(leaves[:old]), root_of(leaves)
    proof = consistency_proof(leaves, old)
    assert verify_consistency(old, len(leaves), proof, old_root, root)
    assert not verify_consistency(old, len(leaves), [*proof, root], old_root, root)
    changed = data.draw(st.integers(0, old - 1))
    forged = root_of([*leaves[:changed], leaf_hash(b"forged"), *leaves[changed + 1 : old]])
    assert not verify_consistency(old, len(leaves), proof, forged, root)
    if proof:
        assert not verify_consistency(old, len(leaves), proof[:-1], old_root, root)
    for size in range(1, len(leaves) + 1):
        if size != old:
            assert not verify_consistency(size, len(leaves), proof, old_root, root)


def test_there_is_no_proof_for_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof([], 0)
    with pytest.raises(ValueError, match="older tree"):
        consistency_proof([leaf_hash(b"")], 2)


@given(st.lists(st.integers(0, 50), max_size=6))
def test_many_leaves_at_once_make_the_same_tree_as_one_by_one(batches: list[int]) -> None:
    leaves = [leaf_hash(bytes([number % 256, number // 256])) for number in range(sum(batches))]
    one_by_one, together, done = Frontier(), Frontier(), 0
    for leaf in leaves:
        one_by_one.append(leaf)
    for batch in batches:
        together.extend(leaves[done : done + batch])
        done += batch
    assert (together.size, together.roots) == (one_by_one.size, one_by_one.roots)


@settings(max_examples=50)
@given(st.integers(1, 80), st.data())
def test_proofs_are_those_of_an_independent_implementation(size: int, data: st.DataObject) -> None:
    entries = [bytes([number]) for number in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = inclusion_proof(leaves, index), consistency_proof(leaves, old)
    assert inclusion == rfc6962.path(index, entries)
    assert consistency == rfc6962.subproof(old, entries)
    root, old_root = rfc6962.root(entries), rfc6962.root(entries[:old])
    assert rfc6962.root_from_path(index, size, entries[index], inclusion) == root == root_of(leaves)
    assert rfc6962.roots_from_subproof(old, size, consistency, old_root) == (old_root, root)
    assert verify_inclusion(leaves[index], index, size, inclusion, root)
    assert verify_consistency(old, size, consistency, old_root, root)


def test_only_perfect_subtrees_that_fit_are_taken() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(3)]
    with pytest.raises(ValueError, match="perfect subtree"):
        perfect_root(leaves)
    with pytest.raises(ValueError, match="can begin here"):
        Frontier(1, leaves[:1]).push(leaves[1], 2)
