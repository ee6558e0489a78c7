"""A roster: people, places and numbers around a subject that the site already knows, hunted on every page.

A CSV file with the columns `subject`, `kind` and `value`; see README.md.
"""

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.names import Entity
from redaction.errors import RedactionError
from redaction.finding import Finding
from redaction.leaks import leaks

RECOGNIZER = "RosterRecognizer"
SCORE = 0.95
COLUMNS = ("subject", "kind", "value")
KINDS = {
    "name": Entity.NAME,
    "nickname": Entity.NAME,
    "kin": Entity.NAME,
    "place": Entity.LOCATION,
    "address": Entity.LOCATION,
    "facility": Entity.FACILITY,
    "date": Entity.DATE,
    "phone": Entity.PHONE,
    "email": Entity.EMAIL,
    "id": Entity.ID,
}
"""What the column `kind` may say, and the entity it is reported as."""
Known = tuple[Entity, str]


@dataclass(frozen=True, slots=True)
class Roster:
    """Rows of a roster as (subject, entity, words); an empty subject stands for everybody's."""

    rows: tuple[tuple[str, Entity, str], ...] = ()

    def known(self, subject: str = "") -> tuple[Known, ...]:
        """What to hunt in the sessions of this subject: its own rows and everybody's."""
        return tuple((entity, words) for owner, entity, words in self.rows if owner in {"", subject})


def read_roster(path: Path) -> Roster:
    """The roster in a CSV file (UTF-8, a header line).

    Raises RedactionError naming the line, never quoting it, for an unknown column or kind or an empty value.
    """
    try:
        body = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise RedactionError(f"The roster {path} cannot be read; check --roster.") from None
    except UnicodeDecodeError:
        raise RedactionError(f"The roster {path} is not UTF-8; save it as CSV UTF-8 and try again.") from None
    return Roster(tuple(_rows(body, path)))


def hunt(text: str, known: Sequence[Known]) -> list[Finding]:
    """Where a text names what a roster knows: folded, possessive, in parts, by nickname, initials, near spelling, or
    digits spoken or written."""
    return [
        Finding(leak.start, leak.end, leak.entity, SCORE, RECOGNIZER, leak.explanation)
        for leak in leaks(known, text, where="in the roster")
    ]


def _rows(body: str, path: Path) -> Iterator[tuple[str, Entity, str]]:
    lines = csv.DictReader(io.StringIO(body, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in lines.fieldnames or []]
        _check_header(header, path)
        lines.fieldnames = header
        for row in lines:
            number = lines.line_num
            if None in row or None in row.values():
                raise RedactionError(f"{path}, line {number}: expected three columns; check its commas and quotes.")
            kind, value = row["kind"].strip().lower(), " ".join(row["value"].split())
            if kind not in KINDS:
                near = difflib.get_close_matches(kind, KINDS, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(KINDS)}."
                raise RedactionError(f"{path}, line {number}: the kind is not known; {hint}")
            if not any(c.isalnum() for c in value):
                raise RedactionError(f"{path}, line {number}: the value is empty; fill it in or remove the line.")
            yield row["subject"].strip(), KINDS[kind], value
    except csv.Error:
        raise RedactionError(f"{path}, line {lines.line_num}: not readable as CSV; check its quotes.") from None


def _check_header(header: Sequence[str], path: Path) -> None:
    for name in header:
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"its columns are {', '.join(COLUMNS)}."
            raise RedactionError(f"{path} has a column that is not known; {hint}")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise RedactionError(f"{path} lacks the column {missing[0]!r}; its columns are {', '.join(COLUMNS)}.")
