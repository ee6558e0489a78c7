"""Checkpoints: the size and root of the log, signed, in formats that other tools read.

A checkpoint is a C2SP `tlog-checkpoint` (c2sp.org/tlog-checkpoint) inside a C2SP `signed-note`
(c2sp.org/signed-note) with an Ed25519 signature.  Keys use the note format's own text forms,
`PRIVATE+KEY+name+id+key` for signing and `name+id+key` for verifying.
"""

import base64
import binascii
import contextlib
import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.errors import KeyFileError, LogFault
from audit.merkle import EMPTY_ROOT

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_MAX_SIGNATURES = 100


@dataclass(frozen=True)
class Checkpoint:
    """What the log was at one moment: `size` events with this Merkle `root` (32 bytes)."""

    origin: str
    """Name of the log; the same as the name of the key that signs it."""
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


@dataclass(frozen=True)
class PublicKey:
    """Verifies the checkpoints of one log."""

    name: str
    raw: bytes
    """Ed25519 public key, 32 bytes."""

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of the same name apart (signed-note: SHA-256 over name, newline, type, key)."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    @property
    def text(self) -> str:
        """The key in its text form."""
        return f"{self.name}+{self.id.hex()}+{encode_base64(_ED25519 + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Raises `KeyFileError`."""
        name, raw, given = _parse_key(text.strip())
        key = cls(name, raw)
        if key.id != given:
            raise KeyFileError("the log's public key is damaged: its id does not belong to it")
        return key

    @classmethod
    def load(cls, path: Path) -> "PublicKey":
        """Read a key file.  Raises `KeyFileError`."""
        return cls.parse(_read_key(path))


@dataclass(frozen=True, repr=False)
class SigningKey:
    """Signs the checkpoints of one log; belongs to the server or the steward, never to a reviewer."""

    name: str
    seed: bytes
    """Ed25519 private key, 32 bytes."""

    @classmethod
    def generate(cls, name: str) -> "SigningKey":
        """A new key.  Raises `KeyFileError` if the name is empty or holds a space or a plus sign."""
        if not _NAME.fullmatch(name):
            raise KeyFileError("the name of a log key must not be empty or hold spaces or plus signs")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return PublicKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The key in its text form: a secret."""
        return f"{_PRIVATE}{self.name}+{self.public.id.hex()}+{encode_base64(_ED25519 + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> "SigningKey":
        """Raises `KeyFileError`."""
        text = text.strip()
        if not text.startswith(_PRIVATE):
            raise KeyFileError(f"a log's signing key begins with {_PRIVATE}; this is something else")
        name, seed, given = _parse_key(text.removeprefix(_PRIVATE))
        key = cls(name, seed)
        if key.public.id != given:
            raise KeyFileError("the log's signing key is damaged: its id does not belong to it")
        return key

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read a key file.  Raises `KeyFileError`, also if others may read the file."""
        text = _read_key(path)
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{path} can be read by others; set its mode to 0600")
        return cls.parse(text)

    def save(self, path: Path) -> None:
        """Write the key to a new file of mode 0600.  Raises `KeyFileError`, also if the file exists."""
        _write_key(path, self.text, 0o600)

    def sign(self, size: int, root: bytes) -> str:
        """The signed note of a checkpoint of this log."""
        body = Checkpoint(self.name, size, root).body()
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(body.encode())
        return f"{body}\n— {self.name} {encode_base64(self.public.id + signature)}\n"


def save_public_key(key: PublicKey, path: Path) -> None:
    """Write a public key to a new file that all may read.  Raises `KeyFileError`, also if the file exists."""
    _write_key(path, key.text, 0o644)


def read_checkpoint(note: str) -> Checkpoint:
    """The checkpoint of a signed note, its signature not checked.  Raises `LogFault` of kind `checkpoint`."""
    body, _ = _split_note(note)
    lines = body.split("\n")
    if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise _damaged()
    root = decode_base64(lines[2])
    if root is None or len(root) != 32:
        raise _damaged()
    checkpoint = Checkpoint(lines[0], int(lines[1]), root)
    if checkpoint.size == 0 and root != EMPTY_ROOT:
        raise _damaged()
    return checkpoint


def open_checkpoint(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint of a note that `key` has signed.  Raises `LogFault` of kind `checkpoint` or `signature`."""
    body, signatures = _split_note(note)
    checkpoint = read_checkpoint(note)
    mine = [blob[4:] for name, blob in signatures if name == key.name and blob[:4] == key.id]
    if not mine or checkpoint.origin != key.name:
        raise LogFault("the checkpoint is not signed with the log's key", kind="signature")
    verifier = Ed25519PublicKey.from_public_bytes(key.raw)
    for signature in mine:
        try:
            verifier.verify(signature, body.encode())
        except InvalidSignature:
            raise LogFault("the signature of the checkpoint is wrong", kind="signature") from None
    return checkpoint


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text (with its line end) and signatures (key name, key id and signature) of a signed note."""
    text, separator, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    has_control = any(ord(character) < 0x20 and character != "\n" for character in note)
    if not separator or lines.pop() != "" or not 0 < len(lines) <= _MAX_SIGNATURES or has_control:
        raise _damaged()
    signatures = []
    for line in lines:
        dash, name, encoded = parts if len(parts := line.split(" ")) == 3 else ("", "", "")
        blob = decode_base64(encoded)
        if dash != "—" or not _NAME.fullmatch(name) or blob is None or len(blob) < 5:
            raise _damaged()
        signatures.append((name, blob))
    return text + "\n", signatures


def _damaged() -> LogFault:
    return LogFault("the checkpoint is damaged: it is not a signed note of a log's size and root", kind="checkpoint")


def encode_base64(data: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes | None:
    """Standard base64 in its one spelling, else None."""
    with contextlib.suppress(binascii.Error, ValueError):
        data = base64.b64decode(text, validate=True)
        return data if encode_base64(data) == text else None
    return None


def _parse_key(text: str) -> tuple[str, bytes, bytes]:
    """Name, 32 key bytes and key id of `name+id+base64(type, key)`."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    blob = decode_base64(encoded) or b""
    if not _NAME.fullmatch(name) or not re.fullmatch("[0-9a-f]{8}", key_id) or len(blob) != 33 or blob[:1] != _ED25519:
        raise KeyFileError("this is not an Ed25519 key in the text form of a signed note (name+id+key)")
    return name, blob[1:], bytes.fromhex(key_id)


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise KeyFileError(f"{path} is not a key file") from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read ({error.strerror}); name the log's key file") from None


def _write_key(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with open(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, mode)
            file.write(text + "\n")
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written ({error.strerror}); choose another place for the key") from None
