"""The revocation list: rows of releases that must not be used any more, signed with the log's key.

A C2SP signed note.  Its text is `curation-revocations/1`, the size of the log when it was written (a later list has a
larger one), and one line a row: name of the release, SHA-256 of its manifest, id of the row; in order, each once.  It
holds every row that was ever revoked, so that the last list is the only one that anybody needs; it can be published,
for it says nothing that the releases do not say.  Whoever trains checks it offline.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from audit.bundle import Bundle
from audit.checkpoint import PublicKey, SigningKey
from audit.disk import replace
from audit.errors import BundleError
from audit.release_note import holds, sign

LIST = "REVOKED.note"
"""Usual name of the file."""
HEADER = "curation-revocations/1"
_ROW = re.compile(r"([A-Za-z0-9._:-]{1,80}) ([0-9a-f]{64}) ([!-~]{1,80})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_MAX_BYTES = 1 << 30

Line = tuple[str, str, str]
"""Name of a release, digest of its manifest, id of a row."""


@dataclass(frozen=True)
class Revocations:
    """A list whose signature holds."""

    log_size: int
    rows: frozenset[tuple[str, str]]
    """Digest of the manifest and id of the row."""

    def rows_of(self, bundle: Bundle) -> set[str]:
        """Ids of the bundle's rows that were revoked."""
        return {row for digest, row in self.rows if digest == bundle.digest}


def write(path: Path, lines: Iterable[Line], log_size: int, key: SigningKey) -> None:
    """Write the list in one step, in place of an earlier one; all may read it.  Raises `OSError`."""
    rows = "".join(f"{' '.join(line)}\n" for line in sorted(set(lines)))
    text = f"{HEADER}\n{log_size}\n{rows}"
    replace(path, f"{text}\n{sign(text, key)}".encode(), 0o644)


def read(path: Path, key: PublicKey) -> Revocations:
    """The list in a file, if `key`, the log's, has signed it.  Raises `BundleError`."""
    try:
        with open(path, "rb") as file:
            note = file.read(_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BundleError(f"{path} cannot be read; name the revocation list ({LIST}) as you got it") from None
    body, separator, signature = note.partition("\n\n")
    text = f"{body}\n"
    if not separator or signature.count("\n") != 1 or not holds(text, signature, key):
        raise BundleError(f"{path} is not a revocation list that the log's key has signed; ask for it again")
    header, size, *lines = [*body.split("\n"), ""][:-1] if "\n" in body else ("", "")
    found = [_ROW.fullmatch(line) for line in lines]
    if header != HEADER or not _SIZE.fullmatch(size) or None in found:
        raise BundleError(f"{path} is not a revocation list of the form {HEADER}; use a newer workbench")
    return Revocations(int(size), frozenset((row[2], row[3]) for row in found if row))
