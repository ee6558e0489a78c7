"""Checkpoints and keys are those of the published formats, and a changed one is refused."""

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import (
    Checkpoint,
    PublicKey,
    SigningKey,
    open_checkpoint,
    read_checkpoint,
    save_public_key,
)
from audit.errors import KeyFileError, LogFault
from audit.merkle import EMPTY_ROOT

# The key pair of the example in the documentation of Go's note package, the format's first implementation.
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ROOT = bytes(range(32))


def test_keys_are_read_and_written_as_other_implementations_do() -> None:
    key = SigningKey.parse(PRIVATE)
    assert key.text == PRIVATE
    assert key.public == PublicKey.parse(PUBLIC)
    assert key.public.text == PUBLIC


def test_a_checkpoint_has_the_published_shape() -> None:
    note = SigningKey.parse(PRIVATE).sign(7, ROOT)
    body, signature = note.split("\n\n")
    assert body == "PeterNeumann\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    # 4 bytes of key id make the base64 of every signature by this key begin alike, as in the published example.
    assert signature.startswith("— PeterNeumann x08go")
    assert open_checkpoint(note, PublicKey.parse(PUBLIC)) == Checkpoint("PeterNeumann", 7, ROOT)


@settings(deadline=None)
@given(size=st.integers(1, 10**15), root=st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_read_back(size: int, root: bytes, key: SigningKey) -> None:
    note = key.sign(size, root)
    assert open_checkpoint(note, key.public) == read_checkpoint(note) == Checkpoint(key.name, size, root)


def test_an_empty_log_has_the_root_of_nothing(key: SigningKey) -> None:
    assert read_checkpoint(key.sign(0, EMPTY_ROOT)).size == 0
    with pytest.raises(LogFault, match="damaged"):
        read_checkpoint(key.sign(0, ROOT))


@settings(deadline=None)
@given(position=st.integers(0, 10_000), character=st.characters(codec="utf-8"))
def test_no_character_of_a_note_can_be_changed(position: int, character: str, key: SigningKey) -> None:
    note = key.sign(123, ROOT)
    position %= len(note)
    changed = note[:position] + character + note[position + 1 :]
    if changed != note:
        with pytest.raises(LogFault) as caught:
            open_checkpoint(changed, key.public)
        assert caught.value.kind in {"checkpoint", "signature"}


def test_another_key_of_the_same_name_is_not_the_logs(key: SigningKey) -> None:
    note = SigningKey.generate(key.name).sign(3, ROOT)
    with pytest.raises(LogFault, match="not signed with the log's key"):
        open_checkpoint(note, key.public)


def test_signatures_of_others_beside_the_logs_own_are_left_alone(key: SigningKey) -> None:
    body, own = key.sign(3, ROOT).split("\n\n")
    other = SigningKey.generate("witness").sign(3, ROOT).split("\n\n")[1]
    assert open_checkpoint(f"{body}\n\n{other}{own}", key.public).size == 3


@pytest.mark.parametrize("size", ["07", "-1", "+7", "7 ", "", "seven", "9" * 17])
def test_a_size_has_one_spelling(size: str) -> None:
    note = SigningKey.parse(PRIVATE).sign(7, ROOT).replace("\n7\n", f"\n{size}\n")
    with pytest.raises(LogFault, match="damaged"):
        read_checkpoint(note)


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path, key: SigningKey) -> None:
    path, public = tmp_path / "log.key", tmp_path / "log.pub"
    key.save(path)
    save_public_key(key.public, public)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load(path) == key
    assert PublicKey.load(public) == key.public
    with pytest.raises(KeyFileError, match=r"log\.key cannot be written"):
        key.save(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="0600"):
        SigningKey.load(path)


@pytest.mark.parametrize(
    "text",
    ["", "x", PUBLIC, PRIVATE[:-1], PRIVATE.replace("c74f20a3", "c74f20a4"), PRIVATE.replace("+AYEK", "+AYEL")],
)
def test_a_damaged_signing_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        SigningKey.parse(text)
    assert "AYE" not in str(caught.value)


@pytest.mark.parametrize("text", ["", PRIVATE, PUBLIC[:-1], PUBLIC.replace("c74f20a3", "c74f20a4"), PUBLIC + "A"])
def test_a_damaged_public_key_is_refused(text: str) -> None:
    with pytest.raises(KeyFileError):
        PublicKey.parse(text)


def test_a_missing_or_binary_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"none\.key"):
        SigningKey.load(tmp_path / "none.key")
    (tmp_path / "bin.key").write_bytes(b"\xff\xfe")
    with pytest.raises(KeyFileError, match=r"bin\.key is not a key file"):
        PublicKey.load(tmp_path / "bin.key")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_a_key_name_must_fit_the_format(name: str) -> None:
    with pytest.raises(KeyFileError):
        SigningKey.generate(name)


def test_a_secret_is_not_printed_by_accident() -> None:
    key = SigningKey.parse(PRIVATE)
    assert key.seed.hex() not in repr(key)
    assert PRIVATE not in repr(key)
