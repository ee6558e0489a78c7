"""A revocation list is taken only as the log's key has signed it."""

from pathlib import Path

import pytest

from audit import revocation
from audit.bundle import verify_bundle
from audit.checkpoint import SigningKey
from audit.errors import BundleError
from audit.release_note import sign
from tests.audit.sealed import seal_bundle

KEY = SigningKey.generate("study-of-the-tests")
OTHER = "0" * 64
DIGEST = "a" * 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / revocation.LIST


def test_a_list_names_the_rows_of_a_bundle(path: Path) -> None:
    sealed = seal_bundle(path.parent / "pilot-1")
    bundle = verify_bundle(sealed.path)
    first, second = sealed.rows[0].id, sealed.rows[3].id
    lines = [("pilot-1", sealed.digest, second), ("pilot-0", OTHER, first), ("pilot-1", sealed.digest, first)]
    revocation.write(path, [*lines, lines[0]], 41, sealed.log_key)
    assert path.stat().st_mode & 0o777 == 0o644
    read = revocation.read(path, sealed.key)
    assert (read.log_size, len(read.rows)) == (41, 3)
    assert read.rows_of(bundle) == {first, second}
    revocation.write(path, [], 42, sealed.log_key)
    assert revocation.read(path, sealed.key).rows_of(bundle) == set()
    assert [file.name for file in path.parent.iterdir() if file.is_file()] == [path.name]


def test_no_byte_of_a_list_can_be_changed(path: Path) -> None:
    revocation.write(path, [("pilot-1", DIGEST, f"row{number}") for number in range(3)], 7, KEY)
    data = path.read_bytes()
    for at in range(len(data)):
        for changed in (data[at] ^ 1, data[at] ^ 0x20):
            path.write_bytes(data[:at] + bytes([changed]) + data[at + 1 :])
            with pytest.raises(BundleError):
                revocation.read(path, KEY.public)
    for other in (b"", data + b"\n", data[:-1], data.replace(b"\n", b"\r\n"), data + data, data.split(b"\n\n")[0]):
        path.write_bytes(other)
        with pytest.raises(BundleError):
            revocation.read(path, KEY.public)
    lines = data.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(BundleError, match="that the log's key has signed"):
        revocation.read(path, KEY.public)


def test_another_key_s_list_is_refused(path: Path) -> None:
    revocation.write(path, [], 7, SigningKey.generate(KEY.name))
    with pytest.raises(BundleError, match="that the log's key has signed"):
        revocation.read(path, KEY.public)
    with pytest.raises(BundleError, match="cannot be read"):
        revocation.read(path.with_name("nowhere"), KEY.public)


@pytest.mark.parametrize(
    "text",
    ["curation-revocations/2\n7\n", "curation-revocations/1\nx\n", "curation-revocations/1\n",
     "curation-release/1\n7\n", f"curation-revocations/1\n7\npilot-1 {DIGEST}\n",
     f"curation-revocations/1\n7\npilot-1 {DIGEST} a b\n"],
)  # fmt: skip
def test_what_the_log_s_key_signed_for_another_purpose_is_no_list(path: Path, text: str) -> None:
    path.write_text(f"{text}\n{sign(text, KEY)}")
    with pytest.raises(BundleError, match="is not a revocation list of the form"):
        revocation.read(path, KEY.public)


def test_a_checkpoint_is_no_list(path: Path) -> None:
    path.write_text(KEY.sign(7, b"r" * 32))
    with pytest.raises(BundleError, match="is not a revocation list of the form"):
        revocation.read(path, KEY.public)
