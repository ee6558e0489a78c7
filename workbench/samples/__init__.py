"""Six fictional sessions that ship with the workbench: `make demo` runs on them, tests search for what they plant."""

from pathlib import Path

FOLDER = Path(__file__).parent
TRANSCRIPTS = FOLDER / "transcripts"
MANIFEST = FOLDER / "manifest.csv"


def identifiers() -> list[str]:
    """Every identifier planted in the samples' texts, file names and document properties, one form each."""
    return (FOLDER / "identifiers.txt").read_text(encoding="utf-8").splitlines()
