"""PDF documents: the text layer, page by page."""

import io
import logging
import warnings
from pathlib import Path

import pypdf

from workbench.ingest.errors import IngestError, Reason

MOST_PAGES = 5_000

# pypdf reports faults of a file by quoting it; nothing of a file may reach a log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


def chunks(data: bytes, path: Path) -> list[str]:
    """The text of each page; metadata, annotations and form fields are not the session's text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = pypdf.PdfReader(io.BytesIO(data))
            if reader.is_encrypted:
                raise IngestError(Reason.ENCRYPTED, path, "is encrypted; save it as PDF without a password.")
            if len(reader.pages) > MOST_PAGES:
                raise IngestError(Reason.TOO_LARGE, path, f"has more than {MOST_PAGES:,} pages; split it by session.")
            pages = [page.extract_text() for page in reader.pages]
    except IngestError:
        raise
    except Exception:  # Whatever a broken document makes the library raise; its messages can quote it.
        raise IngestError(Reason.DAMAGED, path, "is damaged; print it to a new PDF and try that.") from None
    if not any(page.strip() for page in pages):
        raise IngestError(
            Reason.NO_TEXT,
            path,
            "has no text layer, only pictures; have it recognised (OCR) or export the transcript as text.",
        )
    return pages
