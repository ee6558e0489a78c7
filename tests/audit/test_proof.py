"""Proofs have the published form, agree with an independent implementation, and show nothing that is not so."""

import base64
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, SigningKey, open_checkpoint
from audit.errors import AuditError, LogFault
from audit.merkle import leaf_hash, root_of
from audit.mirror import Mirror, MirrorReader
from audit.proof import Proof, prove_consistency, prove_inclusion
from tests.audit import rfc6962

Make = Callable[..., Any]
SIZE = 600


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory, history: Make, key: SigningKey) -> tuple[MirrorReader, list[bytes]]:
    """A mirror that is only read, and its lines."""
    made = history(SIZE, 7)
    mirror = Mirror(tmp_path_factory.mktemp("log") / "mirror", segment_events=250)
    for start in range(0, SIZE, 100):
        mirror.append(made.lines[start : start + 100], first=start)
        mirror.write_checkpoint(key.sign(mirror.size, root_of([leaf_hash(line) for line in made.lines[: mirror.size]])))
    return MirrorReader(mirror.path), made.lines


@cache
def root_at(lines: tuple[bytes, ...], size: int) -> bytes:
    return rfc6962.root(list(lines[:size]))


def test_a_proof_has_the_published_form(log: tuple[MirrorReader, list[bytes]], key: SigningKey) -> None:
    mirror, lines = log
    text = prove_inclusion(mirror, 70, key.public)[0].text()
    head, body, signature = text.split("\n\n")
    header, extra, index, *hashes = head.split("\n")
    assert header == "c2sp.org/tlog-proof@v1"
    assert extra == "extra " + base64.b64encode(lines[70]).decode()
    assert index == "index 70"
    assert [base64.b64decode(step) for step in hashes] == rfc6962.path(70, lines)
    assert body.split("\n") == [key.name, "600", base64.b64encode(rfc6962.root(lines)).decode()]
    assert signature.startswith(f"— {key.name} ")
    assert text.endswith("\n")
    assert Proof.parse(text).verify(key.public) == Checkpoint(key.name, SIZE, rfc6962.root(lines))


@given(index=st.integers(0, SIZE - 1))
def test_every_proof_of_inclusion_is_that_of_an_independent_implementation(
    index: int, log: tuple[MirrorReader, list[bytes]], key: SigningKey
) -> None:
    mirror, lines = log
    proof, mending = prove_inclusion(mirror, index, key.public)
    assert proof.line == lines[index]
    assert mending.wrong == ()
    assert rfc6962.root_from_path(index, SIZE, lines[index], list(proof.hashes)) == root_at(tuple(lines), SIZE)
    assert Proof.parse(proof.text()) == proof


@given(sizes=st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)).map(sorted))
def test_every_proof_of_consistency_is_that_of_an_independent_implementation(
    sizes: list[int], log: tuple[MirrorReader, list[bytes]]
) -> None:
    mirror, lines = log
    old, new = sizes
    before, after = root_at(tuple(lines), old), root_at(tuple(lines), new)
    hashes, _ = prove_consistency(mirror, Checkpoint("x", old, before), Checkpoint("x", new, after))
    if old:
        assert hashes == rfc6962.subproof(old, lines[:new])
        assert rfc6962.roots_from_subproof(old, new, hashes, before) == (before, after)


@settings(max_examples=300)
@given(position=st.integers(0, 10**5), character=st.sampled_from("\n A0b=/+—z"), cut=st.booleans())
def test_a_changed_proof_is_no_proof(
    position: int, character: str, cut: bool, log: tuple[MirrorReader, list[bytes]], key: SigningKey
) -> None:
    text = prove_inclusion(log[0], 70, key.public)[0].text()
    position %= len(text)
    changed = text[:position] if cut else text[:position] + character + text[position + 1 :]
    if changed == text:
        return
    with pytest.raises((LogFault, AuditError)):
        Proof.parse(changed).verify(key.public)


def test_a_proof_says_nothing_of_another_line_or_under_another_key(
    log: tuple[MirrorReader, list[bytes]], key: SigningKey
) -> None:
    mirror, lines = log
    proof, _ = prove_inclusion(mirror, 70, key.public)
    with pytest.raises(LogFault, match="does not show that this is event 70") as caught:
        proof.verify(key.public, lines[71])
    assert caught.value.kind == "proof"
    with pytest.raises(LogFault) as caught:
        proof.verify(SigningKey.generate(key.name).public)
    assert caught.value.kind == "signature"
    bare = Proof(proof.index, proof.hashes, proof.note)
    assert Proof.parse(bare.text()) == bare
    assert bare.verify(key.public, lines[70]).size == SIZE
    with pytest.raises(AuditError, match="does not carry its event"):
        bare.verify(key.public)


@pytest.mark.parametrize(
    "text", ["", "c2sp.org/tlog-proof@v1\nindex 07\n\nx\n", "c2sp.org/tlog-proof@v2\nindex 0\n\nx"]
)
def test_what_is_no_proof_is_named_as_such(text: str) -> None:
    with pytest.raises(LogFault, match="not a proof"):
        Proof.parse(text)


@settings(max_examples=60)
@given(rng=st.randoms(use_true_random=False), same_length=st.booleans())
def test_a_log_that_was_changed_proves_nothing_of_the_change(
    rng: random.Random, same_length: bool, history: Make, key: SigningKey
) -> None:
    made = history(40, rng.randrange(5))
    with TemporaryDirectory() as folder:
        mirror = Mirror(Path(folder, "mirror"), segment_events=16)
        mirror.append(made.lines, first=0)
        mirror.write_checkpoint(key.sign(40, made.log.root))
        index = rng.randrange(40)
        first, file = mirror.segments()[index // 16]
        line = made.lines[index]
        forged = line.replace(b'"outcome":"ok"', b'"outcome":"xx"' if same_length else b'"outcome":"refused"')
        lines = [forged if line == made.lines[index] else line for line in made.lines[first : first + 16]]
        file.write_bytes(b"".join(line + b"\n" for line in lines))
        with pytest.raises(LogFault) as caught:
            prove_inclusion(MirrorReader(mirror.path), index, key.public)
        assert caught.value.kind == "root"
        other = rng.choice([number for number in range(40) if number != index])
        # The tiles still hold what the checkpoint vouches for, so that the other events can be proved.
        proof, _ = prove_inclusion(MirrorReader(mirror.path), other, key.public)
        assert proof.line == made.lines[other]


def test_the_fault_between_two_states_is_named(tmp_path: Path, history: Make, key: SigningKey) -> None:
    ours, other = history(20, 1), history(20, 2)
    mirror = Mirror(tmp_path / "mirror")
    mirror.append(ours.lines, first=0)

    def state(made: Any, size: int) -> Checkpoint:
        root = root_of([leaf_hash(line) for line in made.lines[:size]])
        return open_checkpoint(key.sign(size, root), key.public)

    def kind(old: Checkpoint, new: Checkpoint) -> tuple[str, int | None]:
        with pytest.raises(LogFault) as caught:
            prove_consistency(mirror, old, new)
        return caught.value.kind, caught.value.sequence

    assert kind(state(ours, 20), state(ours, 12)) == ("rollback", 12)
    assert kind(state(other, 12), state(ours, 20)) == ("fork", 11)
    assert kind(state(other, 20), state(ours, 20)) == ("fork", 19)
    assert kind(state(ours, 12), state(other, 20)) == ("root", 19)
    assert kind(state(ours, 12), Checkpoint(key.name, 30, b"r" * 32)) == ("truncated", 20)


def test_what_cannot_be_proved_is_refused_with_a_reason(tmp_path: Path, history: Make, key: SigningKey) -> None:
    made = history(5)
    mirror = Mirror(tmp_path / "mirror")
    mirror.append(made.lines, first=0)
    with pytest.raises(AuditError, match="has no checkpoint"):
        prove_inclusion(mirror, 0, key.public)
    mirror.write_checkpoint(key.sign(5, made.log.root))
    with pytest.raises(AuditError, match="event 5 is not among them"):
        prove_inclusion(mirror, 5, key.public)
