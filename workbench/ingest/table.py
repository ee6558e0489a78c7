"""Tables of utterances (.csv, .jsonl): one row a turn, the rows of a session in order."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.ingest.errors import IngestError, Reason
from workbench.ingest.plain import LONGEST_LINE, decode
from workbench.ingest.transcript import Utterance, has_half_character
from workbench.ingest.turns import Voices, clean


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold what; the options of `ingest` set them."""

    speaker: str = "speaker"
    text: str = "text"
    session: str | None = "session"
    """None: the whole file is one session."""

    def named(self) -> dict[str, str]:
        """Column by the option that names it."""
        named = {"speaker": self.speaker, "text": self.text}
        return named | {"session": self.session} if self.session is not None else named


def sessions(data: bytes, path: Path, kind: str, columns: Columns, voices: Voices) -> dict[str, list[Utterance]]:
    """The turns of each session, sessions in order of first appearance; rows without text are left out."""
    rows = _csv_rows if kind == "csv" else _jsonl_rows
    found: dict[str, list[Utterance]] = {}
    for speaker, text, session in rows(decode(data, path), path, columns):
        label, said = clean(speaker), clean(text)
        if said:
            found.setdefault(session, []).append(Utterance(label or None, voices.side(label), said))
    return found


def _csv_rows(text: str, path: Path, columns: Columns) -> Iterator[tuple[str, str, str]]:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1  # the line in which a row begins: one with an open quote ends at the end of the file
    try:
        names = next(reader, [])
        for option, column in columns.named().items():
            if column not in names:
                raise IngestError(
                    Reason.MISSING_COLUMN, path, f"has no column named {column!r}; name it with --{option}-column."
                )
        begins = reader.line_num + 1
        for cells in reader:
            row = dict(zip(names, cells, strict=False))
            if cells and (len(cells) > len(names) or any(column not in row for column in columns.named().values())):
                raise _bad_row(path, begins, "has too few or too many cells")
            if cells:
                session = row[columns.session].strip() if columns.session is not None else ""
                if columns.session is not None and not session:
                    raise _bad_row(path, begins, "names no session")
                yield row[columns.speaker], row[columns.text], session
            begins = reader.line_num + 1
    except csv.Error:
        raise _bad_row(path, begins, "is not readable as CSV; it may lack a closing quote") from None


def _jsonl_rows(text: str, path: Path, columns: Columns) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise _bad_row(path, number, "is not readable as JSON") from None
        if not isinstance(row, dict):
            raise _bad_row(path, number, "is not a JSON object")
        for option, column in columns.named().items():
            if column not in row:
                raise IngestError(
                    Reason.MISSING_COLUMN,
                    path,
                    f"has no key {column!r} in line {number}; name it with --{option}-column or correct the line.",
                )
        speaker, said = row[columns.speaker], row[columns.text]
        session = row[columns.session] if columns.session is not None else ""
        if not (isinstance(speaker, str) and isinstance(said, str)):
            raise _bad_row(path, number, "has a speaker or text that is not a string")
        if not isinstance(session, str | int) or (columns.session is not None and not str(session).strip()):
            raise _bad_row(path, number, "names no session")
        if has_half_character(speaker + said + str(session)):
            raise _bad_row(path, number, "holds half a character (an unpaired surrogate)")
        yield speaker, said, str(session).strip()


def _bad_row(path: Path, line: int, fault: str) -> IngestError:
    return IngestError(Reason.BAD_ROW, path, f"is faulty: line {line} {fault}; correct it and try again.")
