"""Reading transcripts: a file in, transcripts of pages out.  No store, no screen, and nothing is written."""

from policies import Protection
from workbench.ingest.errors import IngestError, Reason
from workbench.ingest.files import Found, Kind, find_files
from workbench.ingest.manifest import Entry, Manifest, read_manifest
from workbench.ingest.read import ReadFile, read_file
from workbench.ingest.table import Columns
from workbench.ingest.transcript import Mark, PageText, Transcript, Utterance

__all__ = [
    "Columns",
    "Entry",
    "Found",
    "IngestError",
    "Kind",
    "Manifest",
    "Mark",
    "PageText",
    "Protection",
    "ReadFile",
    "Reason",
    "Transcript",
    "Utterance",
    "find_files",
    "read_file",
    "read_manifest",
]
