"""The files of `workbench scan` and `workbench score`: strict reading, and writing that leaves no half a file."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from redaction.scoring import MarkedPage, Mention, Span
from workbench.scan.errors import ScanInputError
from workbench.scan.run import Text

STDIN = "-"
DOCUMENTS = {".doc", ".docx", ".pdf"}
DOCUMENT_MARKS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_texts(body: str, name: str, plain: bool) -> list[Text]:
    """Texts to scan: JSON lines {"id", "text"[, "session"][, "subject"]}, or one plain text as the only one, id "1".

    Raises ScanInputError naming the first bad line.
    """
    if plain:
        return [Text("1", body)]
    texts: list[Text] = []
    seen: set[str] = set()
    for number, record in _records(body, name):
        where = f"{name}, line {number}"
        found = Text(
            _string(record, "id", where),
            _string(record, "text", where),
            _string(record, "session", where, optional=True),
            _string(record, "subject", where, optional=True),
        )
        if found.id in seen:
            raise ScanInputError(f"{where}: its id stands on an earlier line too; ids must differ.")
        seen.add(found.id)
        texts.append(found)
    return texts


@dataclass(frozen=True, slots=True)
class Pair:
    """A page and what a model made of it."""

    id: str
    source: str
    output: str
    session: str = ""
    subject: str = ""


def read_pairs(body: str, name: str) -> list[Pair]:
    """Pairs to screen, JSON lines {"id", "source", "output"[, "session"][, "subject"]}."""
    pairs: list[Pair] = []
    seen: set[str] = set()
    for number, record in _records(body, name):
        where = f"{name}, line {number}"
        required = (_string(record, key, where) for key in ("id", "source", "output"))
        optional = (_string(record, key, where, optional=True) for key in ("session", "subject"))
        pair = Pair(*required, *optional)
        if pair.id in seen:
            raise ScanInputError(f"{where}: its id stands on an earlier line too; ids must differ.")
        seen.add(pair.id)
        pairs.append(pair)
    return pairs


def read_marked(path: Path) -> list[MarkedPage]:
    """Pages of a gold file, JSON lines {"session", "page", "text", "spans": [{"start", "end", "label"}]}."""
    pages = []
    for number, record in _records(read_text(path), str(path)):
        where = f"{path}, line {number}"
        text = _string(record, "text", where)
        spans = [
            Mention(*_place(s, where, len(text)), _string(s, "label", where)) for s in _list(record, "spans", where)
        ]
        page = MarkedPage(
            _string(record, "session", where, number_too=True),
            _string(record, "page", where, number_too=True),
            text,
            tuple(spans),
        )
        pages.append(page)
    if not pages:
        raise ScanInputError(f"{path} holds no line to score.")
    return pages


def read_found(path: Path, lengths: Mapping[str, int]) -> dict[str, list[Span]]:
    """Findings by id, as `workbench scan` writes them; `lengths` are those of the texts that they must lie in."""
    found: dict[str, list[Span]] = {}
    for number, record in _records(read_text(path), str(path)):
        where = f"{path}, line {number}"
        name = _string(record, "id", where)
        if name in found:
            raise ScanInputError(f"{where}: its id stands on an earlier line too; ids must differ.")
        length = lengths.get(name)
        places = _list(record, "findings", where)
        found[name] = [Span(*_place(s, where, length), _string(s, "entity", where)) for s in places]
    return found


def read_text(path: Path) -> str:
    """A whole file in UTF-8, its line ends as they are; raises ScanInputError where that is not possible."""
    try:
        data = path.read_bytes()
        if path.suffix.casefold() in DOCUMENTS or data.startswith(DOCUMENT_MARKS):
            raise ScanInputError(f"{path} is a Word or PDF file; only text and JSON lines can be read here.")
        # Not read_text(): it would turn CRLF into LF, and offsets would no longer be those of the file.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScanInputError(f"{path} is not UTF-8 text; save it as UTF-8 and try again.") from None
    except OSError:
        raise ScanInputError(f"{path} cannot be read; check its name and permissions.") from None


@contextmanager
def whole_file(path: Path, replace: bool, inputs: Iterable[Path] = ()) -> Iterator[IO[str]]:
    """A file that appears under its name only when everything is written.

    Raises ScanInputError where there is such a file already and `replace` is false, or where it is one of the `inputs`.
    """
    if any(_is_same(path, one) for one in inputs):
        raise ScanInputError(f"{path} would be written over what is read; name another file for the output.")
    if os.path.isdir(path):
        raise ScanInputError(f"{path} is a folder; name a file in it.")
    if os.path.exists(path) and not replace:
        raise ScanInputError(f"{path} exists already; name another file, or give --force to replace it.")
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        with beside.open("x", encoding="utf-8") as stream:
            try:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
    except OSError as problem:
        raise ScanInputError(f"{path} cannot be written ({problem.strerror}); check the folder.") from None


def _is_same(path: Path, other: Path) -> bool:
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):
        return False  # one of them is not there


def _records(body: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(body.split("\n"), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                raise ScanInputError(f"{name}, line {number}: not a JSON object; correct the line.") from None
            if not isinstance(record, dict):
                raise ScanInputError(f"{name}, line {number}: not a JSON object; correct the line.")
            yield number, record


def _string(record: dict[str, Any], key: str, where: str, optional: bool = False, number_too: bool = False) -> str:
    value = record.get(key)
    if value is None and optional:
        return ""
    if number_too and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ScanInputError(f'{where}: "{key}" is missing or no string; correct the line.')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ScanInputError(f'{where}: "{key}" holds half a character (an unpaired surrogate); correct the line.')
    return value


def _list(record: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    value = record.get(key)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ScanInputError(f'{where}: "{key}" is missing or no list of objects; correct the line.')
    return value


def _place(span: dict[str, Any], where: str, length: int | None = None) -> tuple[int, int]:
    start, end = span.get("start"), span.get("end")
    if isinstance(start, bool) or not isinstance(start, int) or isinstance(end, bool) or not isinstance(end, int):
        raise ScanInputError(f"{where}: a span's start or end is missing or no whole number; correct the line.")
    if not 0 <= start < end or (length is not None and end > length):
        raise ScanInputError(f"{where}: a span lies outside of its text; correct start and end.")
    return start, end
