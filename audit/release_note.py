"""RELEASE.note: the signatures of a release's stewards, one line each, in a C2SP signed note beside the manifest.

The text that they sign is `curation-release/1`, name, version, SHA-256 of MANIFEST.json and number of rows, one a
line.  The manifest does not cover this file, which comes later; so each byte of it must be what it would be if it
were written anew: that very text, no line but those of stewards whom the manifest names, each once, in order.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.checkpoint import PublicKey, SigningKey, decode_base64, encode_base64
from audit.disk import replace
from audit.errors import BundleError, KeyFileError

if TYPE_CHECKING:
    from audit.bundle import Manifest

NOTE = "RELEASE.note"
"""Name of the file."""
HEADER = "curation-release/1"
MAX_BYTES = 100_000


def body(manifest: "Manifest", digest: str) -> str:
    """The text that stewards sign; `digest` is the SHA-256 of MANIFEST.json."""
    return text_of(manifest.name, manifest.version, digest, manifest.rows)


def text_of(name: str, version: str, digest: str, rows: int) -> str:
    """As `body`, without the manifest."""
    return f"{HEADER}\n{name}\n{version}\n{digest}\n{rows}\n"


def sign(text: str, key: SigningKey) -> str:
    """The signature line of a text, with its line end."""
    signature = Ed25519PrivateKey.from_private_bytes(key.seed).sign(text.encode())
    return f"— {key.name} {encode_base64(key.public.id + signature)}\n"


def holds(text: str, line: str, key: PublicKey) -> bool:
    """Whether a signature line (with its line end) is this key's, of this text, in its one spelling."""
    start = f"— {key.name} "
    blob = decode_base64(line[len(start) : -1]) if line.startswith(start) and line.endswith("\n") else None
    if blob is None or blob[:4] != key.id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(blob[4:], text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def check(note: bytes, manifest: "Manifest", digest: str) -> tuple[str, ...]:
    """Who has signed: names of the keys.  Raises `BundleError` for a note that is not of this release, to the byte."""
    text = body(manifest, digest)
    start = f"{text}\n".encode()
    if not note.startswith(start):
        raise BundleError(f"{NOTE} is about another release, or damaged; ask for the release again")
    try:
        keys = [PublicKey.parse(key) for key in manifest.signers.keys]
        lines = note[len(start) :].decode("utf-8").split("\n")
    except (KeyFileError, UnicodeDecodeError):
        raise BundleError(f"{NOTE} cannot be checked: it or a key of its signers is damaged") from None
    if lines.pop() != "" or not lines or lines != sorted(set(lines)):
        raise BundleError(f"{NOTE} is damaged: its signatures are not one a line, in order; ask for the release again")
    signed = []
    for number, line in enumerate(lines, 1):
        signer = next((key for key in keys if holds(text, f"{line}\n", key)), None)
        if signer is None:
            raise BundleError(f"signature {number} of {NOTE} does not hold, or is of nobody who may sign this release")
        signed.append(signer.name)
    if len(set(signed)) != len(signed):
        raise BundleError(f"{NOTE} holds two signatures of one person; ask for the release again")
    return tuple(signed)


def add_line(folder: Path, manifest: "Manifest", digest: str, line: str) -> tuple[str, ...]:
    """Put a signature line into the note of a bundle, whole or not at all; who has signed now.

    A line that stands there already changes nothing.  Raises `BundleError` if the note or the line does not hold, and
    `OSError` if the folder cannot be written.
    """
    path = folder / NOTE
    text = body(manifest, digest)
    there = path.read_bytes() if path.exists() else None
    if there is not None:
        check(there, manifest, digest)
    before = set() if there is None else set(there.decode("utf-8")[len(text) + 1 :].splitlines(keepends=True))
    note = f"{text}\n{''.join(sorted({*before, line}))}".encode()
    signed = check(note, manifest, digest)
    if note != there:
        _replace(path, note)
    return signed


def _replace(path: Path, data: bytes) -> None:
    """Write a read-only file (0444) of a read-only folder in one step."""
    folder = path.parent
    mode = folder.stat().st_mode & 0o7777
    folder.chmod(mode | 0o200)
    try:
        replace(path, data, 0o444)
    finally:
        folder.chmod(mode)
