"""The manifest: whose session a file is, what that person consented to, and what protects it.

A CSV with a header.  `file` (a path, relative to the manifest's folder), `subject` and `consent` are required; `visit`,
`order`, `form_version`, `consent_date`, `withdrawn`, `protection` and any `group_...` column are optional.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from policies import Protection, Scope
from workbench.ingest.errors import IngestError, Reason
from workbench.ingest.files import read_bytes
from workbench.ingest.plain import decode

REQUIRED = ("file", "subject", "consent")
OPTIONAL = ("visit", "order", "form_version", "consent_date", "withdrawn", "protection")
GROUP = "group_"

PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SEPARATORS = re.compile(r"[;\s]+")

Term = TypeVar("Term", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a manifest.  All of it is PHI, as the text is."""

    row: int
    """As a spreadsheet counts: the header is row 1."""
    file: Path
    subject: str
    """A pseudonym: letters, digits, `.`, `_` and `-`."""
    visit: str
    order: int | None
    consent: tuple[Scope, ...]
    form_version: str
    consent_date: date | None
    withdrawn: date | None
    protection: tuple[Protection, ...]
    groups: dict[str, str]
    """Demographic groups by the column's name without `group_`; empty cells are left out."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """All rows of a manifest, by file."""

    path: Path
    entries: dict[str, Entry]

    def entry(self, file: Path) -> Entry:
        """The row of a file; raises IngestError (not-in-manifest, no-consent) where the file may not be taken in."""
        found = self.entries.get(_key(file))
        if found is None:
            raise IngestError(
                Reason.NOT_IN_MANIFEST, file, "has no row in the manifest; add one or leave the file out."
            )
        if found.withdrawn is not None:
            raise IngestError(
                Reason.NO_CONSENT, file, "is refused: the manifest says that consent was withdrawn; leave it out."
            )
        if not found.consent:
            scopes = ", ".join(Scope)
            raise IngestError(
                Reason.NO_CONSENT,
                file,
                f"is refused: the manifest gives no consent; enter a scope ({scopes}) or leave it out.",
            )
        return found

    def rows_without(self, files: Iterable[Path]) -> tuple[int, ...]:
        """The rows whose file is none of these, as a spreadsheet counts."""
        given = {_key(file) for file in files}
        return tuple(entry.row for key, entry in self.entries.items() if key not in given)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; raises IngestError (bad-manifest) naming the first faulty row and column, never the cell."""
    text = decode(read_bytes(path), path)
    header_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    entries: dict[str, Entry] = {}
    begins = 1
    try:
        header = _header(next(reader, []), path)
        begins = reader.line_num + 1
        for number, cells in enumerate(reader, start=2):
            begins = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise _bad(path, f"row {number} has {len(cells)} cells but the header has {len(header)}")
            entry = _entry(_Row(path, number, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
            key = _key(entry.file)
            if key in entries:
                raise _bad(path, f"row {number} has the same file as row {entries[key].row}")
            entries[key] = entry
    except csv.Error:
        raise _bad(path, f"line {begins} is not readable as CSV and may lack a closing quote") from None
    return Manifest(path, entries)


def _key(file: Path) -> str:
    """One name for one file; macOS and the rest of the world write accents differently."""
    return unicodedata.normalize("NFC", str(file.resolve()))


def _bad(path: Path, fault: str) -> IngestError:
    return IngestError(Reason.BAD_MANIFEST, path, f"cannot be used: {fault}; correct the manifest and try again.")


def _header(cells: list[str], path: Path) -> list[str]:
    header = [cell.strip() for cell in cells]
    for position, name in enumerate(header, start=1):
        # Without a header row these cells are data, so a column that is not known is named by its place alone.
        if name not in REQUIRED + OPTIONAL and not re.fullmatch(rf"{GROUP}[a-z0-9_]+", name):
            known = ", ".join(REQUIRED + OPTIONAL)
            raise _bad(path, f"row 1, column {position} is none of {known} or {GROUP}...")
        if name in header[: position - 1]:
            raise _bad(path, f"row 1 has the column {name} twice")
    for name in REQUIRED:
        if name not in header:
            raise _bad(path, f"row 1 has no column {name}")
    return header


@dataclass(frozen=True, slots=True)
class _Row:
    """One row's cells, and the way to complain about them."""

    manifest: Path
    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, expected: str) -> IngestError:
        return _bad(self.manifest, f"row {self.number}, column {column} must be {expected}")

    def day(self, column: str) -> date | None:
        cell = self.get(column)
        if not cell:
            return None
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
                raise ValueError
            return date.fromisoformat(cell)
        except ValueError:
            raise self.fault(column, "a date written as 2024-03-31, or empty") from None

    def several(self, column: str, kind: type[Term]) -> tuple[Term, ...]:
        words = {word.casefold() for word in SEPARATORS.split(self.get(column)) if word}
        if not words <= set(kind):
            raise self.fault(column, f"empty or out of {', '.join(kind)}, separated by ;")
        return tuple(member for member in kind if member in words)


def _entry(row: _Row) -> Entry:
    if not row.get("file"):
        raise row.fault("file", "the path of a file")
    if not PSEUDONYM.fullmatch(row.get("subject")):
        raise row.fault("subject", "a pseudonym of letters, digits, '.', '_' and '-', without spaces")
    order = row.get("order")
    if order and not re.fullmatch(r"[0-9]{1,6}", order):
        raise row.fault("order", "a whole number, or empty")
    return Entry(
        row=row.number,
        file=row.manifest.parent / row.get("file"),
        subject=row.get("subject"),
        visit=row.get("visit"),
        order=int(order) if order else None,
        consent=row.several("consent", Scope),
        form_version=row.get("form_version"),
        consent_date=row.day("consent_date"),
        withdrawn=row.day("withdrawn"),
        protection=row.several("protection", Protection),
        groups={name.removeprefix(GROUP): cell for name, cell in row.cells.items() if name.startswith(GROUP) and cell},
    )
