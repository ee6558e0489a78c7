"""A write-ahead log that cannot be replayed is set aside under another name, and never deleted."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from workbench.errors import StudyError
from workbench.study import pending
from workbench.study.folder import Folder


def quarantine(folder: Folder) -> StudyError:
    """Set the store's damaged write-ahead log aside and put that down; what to tell the operator."""
    writes = folder.writes
    aside = writes.with_name(f"{writes.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        with open(writes, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
        writes.rename(aside)
    except OSError:
        return StudyError(
            f"The last changes of the study {folder.root} cannot be read back from {writes}, and the file cannot be "
            "set aside; ask whoever owns the study to open it."
        )
    pending.put_down(folder, pending.Quarantined(time=pending.now(), digest=digest, bytes=size))
    return StudyError(
        f"The last changes of the study {folder.root} cannot be read back; their file was set aside as {aside.name}, "
        "so keep it and open the study again: it runs if nothing is missing, and says so if something is."
    )


def keep_copy(path: Path) -> None:
    """Keep a copy of a file beside it, if it is there, before something else happens to it."""
    if path.exists():
        aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        aside.write_bytes(path.read_bytes())
        aside.chmod(0o600)
