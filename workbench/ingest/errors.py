"""Why a file could not be taken in."""

from enum import StrEnum
from pathlib import Path

from policies.errors import UserError


class Reason(StrEnum):
    """The bounded reason codes; these, and never the message, may stand in events and summaries."""

    NOT_FOUND = "not-found"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    WRONG_EXTENSION = "wrong-extension"
    BINARY = "binary"
    NOT_UTF8 = "not-utf8"
    LONG_LINE = "long-line"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_TEXT = "no-text"
    NO_SPEAKERS = "no-speakers"
    MISSING_COLUMN = "missing-column"
    BAD_ROW = "bad-row"
    BAD_MANIFEST = "bad-manifest"
    NOT_IN_MANIFEST = "not-in-manifest"
    NO_CONSENT = "no-consent"


class IngestError(UserError):
    """One file that cannot be taken in, and what to do about it.

    The message names the file, which is PHI: it is for the operator's terminal only.  `code` is free of PHI.
    No message holds anything of the file's content.
    """

    def __init__(self, code: Reason, path: Path, sentence: str) -> None:
        """`sentence` goes on from the file's name: "is empty; export it again."."""
        super().__init__(f"{printable(path)} {sentence}")
        self.code = code
        self.path = path


def printable(path: Path) -> str:
    """A path safe for a terminal: control and undecodable characters are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in str(path))
