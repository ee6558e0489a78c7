"""What happened while the store was shut: put down beside it, and recorded in the log at the next opening.

An attempt with a wrong key cannot write into the store, nor can whoever finds the store's write-ahead log damaged.
Each such note is one line of a small file that is only ever appended to, synced before the program goes on.  The
store remembers how far it has recorded the file, in the transaction of the events themselves, so that each note
becomes an event exactly once.  Whoever may write in the folder may also remove a note that was not recorded yet.
"""

import json
import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from audit.details import (
    Count,
    Details,
    Digest,
    KeySource,
    Moment,
    StoreQuarantined,
    Strict,
    StudyRestored,
    UnlockFailed,
)
from audit.events import Outcome, format_time
from workbench.store import meta, people
from workbench.study.folder import Folder
from workbench.study.study import Change, Study

TAKEN = "pending_taken"
"""Key of the store's meta: bytes of the file that are events already, and their SHA-256."""


class WrongKey(Strict):
    """An attempt to open the study with a key that does not."""

    kind: Literal["wrong_key"] = "wrong_key"
    time: Moment
    uid: Count
    face: Literal["tui", "cli", "server", "demo"]
    key_source: KeySource


class Quarantined(Strict):
    """The store's write-ahead log was set aside."""

    kind: Literal["quarantined"] = "quarantined"
    time: Moment
    digest: Digest
    bytes: Count


class Restored(Strict):
    """The study was made from a backup."""

    kind: Literal["restored"] = "restored"
    time: Moment
    manifest_digest: Digest
    size: Count
    root: Digest


Note = WrongKey | Quarantined | Restored
_NOTE: TypeAdapter[Note] = TypeAdapter(Annotated[Note, Field(discriminator="kind")])


def now() -> str:
    """This moment, as notes and events spell it."""
    return format_time(datetime.now(UTC))


def put_down(folder: Folder, note: Note) -> bool:
    """Append a note and wait until it is on disk; False where the folder cannot be written."""
    try:
        descriptor = os.open(folder.pending, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    try:
        end = os.fstat(descriptor).st_size
        # A note that a crash cut off must not swallow this one.
        torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
        os.write(descriptor, b"\n" * torn + note.model_dump_json().encode() + b"\n")
        os.fsync(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def record(study: Study, change: Change) -> None:
    """Turn every note that is not an event yet into one; part of the transaction `change`."""
    try:
        data = study.folder.pending.read_bytes()
    except OSError:
        return
    taken, _, digest = (meta.get(study.db, TAKEN) or "0:").partition(":")
    start = int(taken)
    if start and sha256(data[:start]).hexdigest() != digest:
        # Somebody put another file in its place; all of this one is new.
        start = 0
    stop = data.rfind(b"\n") + 1
    if stop <= start:
        return
    names = {uid: name for _, name, uid, _ in people.everyone(study.db) if uid is not None}
    for line in data[start:stop].splitlines():
        details, outcome, actor = _event(line, names)
        change.record(details, study.identity.study, outcome=outcome, unproved=actor)
    meta.put(study.db, TAKEN, f"{stop}:{sha256(data[:stop]).hexdigest()}")


def _event(line: bytes, names: dict[int, str]) -> tuple[Details, Outcome, str | None]:
    """What a note becomes, and who is named by it without having proved to be that person."""
    try:
        raw: Any = json.loads(line)
        note = _NOTE.validate_python(raw)
    except (ValueError, ValidationError, RecursionError):
        return UnlockFailed(), Outcome.REFUSED, "unknown"
    if isinstance(note, Quarantined):
        return StoreQuarantined(quarantined=note.time, digest=note.digest, bytes=note.bytes), Outcome.FAILED, None
    if isinstance(note, Restored):
        restored = StudyRestored(
            restored=note.time, manifest_digest=note.manifest_digest, size=note.size, root=note.root
        )
        return restored, Outcome.OK, None
    failed = UnlockFailed(attempted=note.time, uid=note.uid, tried_from=note.face, key_source=note.key_source)
    return failed, Outcome.REFUSED, names.get(note.uid, f"uid-{note.uid}")
