"""Reading one file: whatever it is, transcripts come out or one clear refusal."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies import Policy
from workbench.ingest import pages, plain, table, turns
from workbench.ingest.errors import IngestError, Reason
from workbench.ingest.files import OLE, Kind, kind_of, read_bytes
from workbench.ingest.table import Columns
from workbench.ingest.transcript import Transcript, Utterance, has_half_character

PDF_MAGIC = b"%PDF-"
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file, read."""

    kind: Kind
    sha256: bytes
    """Plain digest of the file's bytes (32 bytes); a guess can be checked against it, so key it before keeping it."""
    size: int
    """Bytes."""
    transcripts: tuple[Transcript, ...]
    """One, or one a session for tables; each has at least one page."""


def read_file(path: Path, policy: Policy, columns: Columns = Columns()) -> ReadFile:  # noqa: B008 - immutable
    """Read one file into transcripts; raises IngestError, whose message never holds anything of the file's content."""
    kind = kind_to_read(path)
    data = read_bytes(path)
    _check_content(data, kind, path)
    voices = turns.Voices(policy.speakers)
    target = policy.pages.words
    if kind in (Kind.CSV, Kind.JSONL):
        by_session = table.sessions(data, path, kind, columns, voices)
        _check_speakers(by_session.values(), path)
        read = [pages.transcript(key, [said], target, own_pages=False) for key, said in by_session.items()]
    else:
        chunks = _chunks(data, kind, path, voices)
        parsed, dropped = turns.parse(chunks, voices)
        if not any(chunk.strip() for chunk in chunks):
            raise IngestError(Reason.NO_TEXT, path, "has no text; export the transcript again.")
        _check_speakers(parsed, path)
        own = kind is Kind.PDF or len(parsed) > 1
        read = [pages.transcript("", parsed, target, own_pages=own, dropped=dropped)]
    if any(has_half_character(page.text) for one in read for page in one.pages):
        raise IngestError(Reason.DAMAGED, path, "holds half a character; export the transcript again as text.")
    return ReadFile(kind, hashlib.sha256(data).digest(), len(data), tuple(read))


def kind_to_read(path: Path) -> Kind:
    """The kind that a file's name says it is; raises IngestError for one that is not read."""
    kind = kind_of(path)
    if kind is None:
        raise IngestError(
            Reason.WRONG_EXTENSION,
            path,
            f"is none of the kinds that are read ({', '.join(Kind)}); export it as one of them.",
        )
    return kind


def _check_content(data: bytes, kind: Kind, path: Path) -> None:
    """Refuse a file whose first bytes are those of another kind than its name says."""
    # A PDF may begin with up to 1,024 other bytes; a text that merely mentions the mark must not pass for one.
    starts_as_pdf = PDF_MAGIC in data[:1024] if kind is Kind.PDF else data.startswith(PDF_MAGIC)
    if starts_as_pdf and kind is not Kind.PDF:
        raise IngestError(Reason.WRONG_EXTENSION, path, "is a PDF inside; give its name the ending .pdf.")
    if data.startswith(ZIP_MAGIC) and kind is not Kind.DOCX:
        raise IngestError(
            Reason.WRONG_EXTENSION,
            path,
            "is a Word document or archive inside; give a Word document's name the ending .docx.",
        )
    if data.startswith(OLE) and kind is not Kind.DOCX:
        raise IngestError(
            Reason.WRONG_EXTENSION,
            path,
            "is an old or locked Office document inside; save it as .docx without a password.",
        )
    if kind is Kind.PDF and not starts_as_pdf:
        raise _damaged_or_text(data, kind, path)
    if kind is Kind.DOCX and not data.startswith((ZIP_MAGIC, OLE)):
        raise _damaged_or_text(data, kind, path)


def _damaged_or_text(data: bytes, kind: Kind, path: Path) -> IngestError:
    try:
        plain.decode(data, path)
    except IngestError:
        return IngestError(Reason.DAMAGED, path, f"is damaged or no .{kind} file; export it again.")
    return IngestError(Reason.WRONG_EXTENSION, path, "is plain text inside; give its name the ending .txt.")


def _chunks(data: bytes, kind: Kind, path: Path, voices: turns.Voices) -> list[str]:
    # Their libraries take some 40 MiB, and every command knows this module.
    if kind is Kind.PDF:
        from workbench.ingest import pdf

        return pdf.chunks(data, path)
    if kind is Kind.DOCX:
        from workbench.ingest import word

        return word.chunks(data, path, lambda cell: voices.side(cell) is not None)
    return plain.chunks(data, path)


def _check_speakers(sessions: Iterable[Sequence[Utterance]], path: Path) -> None:
    if not any(turn.side for said in sessions for turn in said):
        raise IngestError(
            Reason.NO_SPEAKERS,
            path,
            'has no turn of a speaker that the policy names; begin turns with "Caregiver:" and "Coach:" '
            "or add the transcriber's labels to speakers in the policy.",
        )
