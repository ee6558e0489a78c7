"""The script of the far side: its arithmetic, what it names, and that it needs nothing but Python."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import release_note, verify_release
from audit.events import canonical_json
from audit.verify_release import D, L, P, parse_json, verify_ed25519
from tests.audit.sealed import DATA, Sealed, seal_bundle

SCRIPT = Path(verify_release.__file__)

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
        "8dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce8"
        "0e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac1"
        "7ad9bef1177331a704",
    ),
]
"""Section 7.1: public key, message, signature."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return seal_bundle(tmp_path_factory.mktemp("release") / "pilot-1")


@pytest.fixture
def sealed(whole: Sealed, tmp_path: Path) -> Sealed:
    """A copy to be spoilt."""
    shutil.copytree(whole.path, tmp_path / "pilot-1")
    return whole._replace(path=tmp_path / "pilot-1")


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032, ids=["empty", "1", "2", "SHA(abc)"])
def test_the_vectors_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify_ed25519(key, text, signed)
    assert not verify_ed25519(key, text + b"x", signed)
    for at in (0, 31, 32, 63):
        assert not verify_ed25519(key, text, signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :])


@settings(max_examples=15, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=80), at=st.integers(0, 63))
def test_it_says_of_a_signature_what_a_library_says(seed: bytes, message: bytes, at: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify_ed25519(public, message, signature)
    wrong = signature[:at] + bytes([signature[at] ^ 4]) + signature[at + 1 :]
    assert not verify_ed25519(public, message, wrong)


def test_a_signature_and_a_key_have_one_spelling() -> None:
    public, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little")
    assert not verify_ed25519(public, message, signature[:32] + (scalar + L).to_bytes(32, "little"))
    # The neutral element signs everything with everything, and y + p is its second spelling.
    for key in ((1).to_bytes(32, "little"), (P + 1).to_bytes(32, "little"), (1 | 1 << 255).to_bytes(32, "little")):
        assert not verify_ed25519(key, message, key + bytes(32))
        assert not verify_ed25519(key, message, (1).to_bytes(32, "little") + bytes(32))
    not_on_curve = next(
        y for y in range(2, 99) if pow((y * y - 1) * pow(D * y * y + 1, P - 2, P) % P, (P - 1) // 2, P) == P - 1
    )
    assert not verify_ed25519(not_on_curve.to_bytes(32, "little"), message, signature)
    assert not verify_ed25519(public[:31], message, signature)
    assert not verify_ed25519(public, message, signature[:63])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(value=st.dictionaries(st.text(), JSON, max_size=4))
def test_canonical_json_is_that_of_the_log(value: dict[str, object]) -> None:
    assert parse_json(canonical_json(value)) == value
    other = json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert parse_json(other) is None or other == canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"a":1.0}', b'{"a":1e3}', b'{"a":NaN}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b'{"a":01}',
     b'{"a":"\\u00E9"}', b'{"a":"\xc3\xa9"}', b'{"a":"/"}x', b'{"a":"\\/"}', b"[" * 100_000, b"\xff",
     b'{"a":' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_any_other_spelling_is_refused(data: bytes) -> None:
    assert parse_json(data) is None


def run(path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The bundle's own copy of the script, as the far side runs it."""
    command = [sys.executable, str(path / "verify_release.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_far_side_runs_the_copy_in_the_bundle(sealed: Sealed, tmp_path: Path) -> None:
    key = tmp_path / "log.pub"
    key.write_text(sealed.key.text + "\n")
    done = run(sealed.path, "--public-key", str(key))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"7 rows, manifest {sealed.digest}" in done.stdout
    assert "steward/berta" in done.stdout
    assert "stands in the log" in done.stdout
    done = run(sealed.path)
    assert done.returncode == 0
    assert "signature was not checked" in done.stdout
    # Nothing beside it is imported, and each fault is told.
    (sealed.path / "hashlib.py").write_text("raise SystemExit(0)")
    (sealed.path / "README.md").write_text("another card")
    done = run(sealed.path, "--public-key", str(key))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "hashlib.py does not belong to the bundle.",
        "README.md is not as it was when the release was built.",
    ]
    done = run(sealed.path, "--public-key", str(tmp_path / "nowhere"))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


def test_the_script_is_one_file_for_python_39_that_needs_nothing_else() -> None:
    tree = ast.parse(SCRIPT.read_bytes(), feature_version=(3, 9))
    imported = {
        name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))


def test_every_fault_is_named(sealed: Sealed) -> None:
    names = list(DATA)
    (sealed.path / names[0]).unlink()
    (sealed.path / names[1]).write_bytes(b"PAR1")
    (sealed.path / "more\x1b[2J.txt").touch()
    (sealed.path / "empty").mkdir()
    (sealed.path / "link").symlink_to("/etc/passwd")
    (sealed.path / "SHA256SUMS").write_text("")
    (sealed.path / "RELEASE.note").unlink()
    (sealed.path / "release.tlog-proof").write_text("c2sp.org/tlog-proof@v1\n")
    found = sealed.check().faults
    expected = [
        "link is a link or special file",
        "SHA256SUMS does not fit",
        f"{names[0]} is missing",
        "empty does not belong",
        "'more\\x1b[2J.txt' does not belong",
        f"{names[1]} is not as it was",
        "0 of the 2 signatures",
        "release.tlog-proof is damaged",
    ]
    assert len(found) == len(expected)
    for sentence, part in zip(found, expected, strict=True):
        assert part in sentence


def test_signatures_of_strangers_do_not_count(sealed: Sealed) -> None:
    text = release_note.body(sealed.manifest, sealed.digest)
    stranger = sealed.log_key
    line = release_note.sign(text, stranger)
    note = (sealed.path / "RELEASE.note").read_text()
    lines = sorted([*note.removeprefix(f"{text}\n").splitlines(keepends=True), line])
    (sealed.path / "RELEASE.note").write_text(f"{text}\n{''.join(lines)}")
    assert any("nobody who may sign" in sentence for sentence in sealed.check().faults)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13])
def test_the_merkle_path_is_that_of_the_log(size: int) -> None:
    from audit.merkle import inclusion_proof, leaf_hash, root_of

    lines = [f"event {number}".encode() for number in range(size)]
    leaves = [leaf_hash(line) for line in lines]
    for number, line in enumerate(lines):
        path = inclusion_proof(leaves, number)
        assert verify_release.root_of_path(line, number, size, path) == root_of(leaves)
        assert verify_release.root_of_path(line, number, size, [*path, leaves[0]]) is None
        for other in set(range(size)) - {number}:
            assert verify_release.root_of_path(line, other, size, path) != root_of(leaves)
