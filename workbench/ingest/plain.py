"""Plain text: decoding, and the page breaks of .txt."""

import re
from pathlib import Path

from workbench.ingest.errors import IngestError, Reason

LONGEST_LINE = 1_000_000
"""Characters; a whole session has less, so a longer line is no transcript."""

UTF16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
PAGE_BREAK = re.compile(r"\f|^[ \t]*-{3,}[ \t]*page[ \t]*-{3,}[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


def decode(data: bytes, path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte-order mark; raises IngestError for anything else."""
    if data.startswith(UTF16_OR_32):
        raise IngestError(Reason.NOT_UTF8, path, "is not in UTF-8 but UTF-16 or UTF-32; save it as UTF-8.")
    if b"\x00" in data:
        raise IngestError(Reason.BINARY, path, "is not a text file; export the transcript as text.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _mostly_controls(data[:4096]):
            raise IngestError(Reason.BINARY, path, "is not a text file; export the transcript as text.") from None
        raise IngestError(Reason.NOT_UTF8, path, "is not in UTF-8; save it with the encoding UTF-8.") from None
    if any(len(line) > LONGEST_LINE for line in text.split("\n")):
        raise IngestError(
            Reason.LONG_LINE,
            path,
            f"has a line of more than {LONGEST_LINE:,} characters; export it with a line a turn.",
        )
    return text


def _mostly_controls(data: bytes) -> bool:
    controls = sum(byte < 32 and byte not in b"\t\n\v\f\r\x1b" for byte in data)
    return controls > len(data) / 50


def chunks(data: bytes, path: Path) -> list[str]:
    """The text between page breaks (a form feed, or a line `---page---`) of a .txt file."""
    return PAGE_BREAK.split(decode(data, path))
