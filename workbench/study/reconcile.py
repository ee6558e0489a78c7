"""Start-up reconciliation: are store, mirror and last checkpoint one record?

Store ahead of its mirror: a crash between the two; the mirror is completed and nobody needs to do anything.
Store behind the mirror or the checkpoint: it was rolled back or restored.  Store and mirror differ: a fork.  The last
two stop everything until two persons have explained them (`workbench study explain`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from audit.checkpoint import Checkpoint, PublicKey, open_checkpoint
from audit.errors import ForkError, LogFault
from audit.log import Log, LogState
from audit.mirror import Mirror
from workbench.store import events
from workbench.store.connection import Connection
from workbench.study.folder import Folder
from workbench.study.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Record:
    """A log that is one with its mirror: `completed` events were added to the mirror."""

    log: Log
    ledger: Ledger
    completed: int


def last_checkpoint(folder: Folder, mirror: Mirror) -> Checkpoint | None:
    """The last signed word on what the log was.  Raises LogFault if it is damaged or not signed by the log's key."""
    note = mirror.checkpoint()
    return open_checkpoint(note, PublicKey.load(folder.log_public_key)) if note else None


def reconcile(db: Connection, folder: Folder, mirror: Mirror) -> Record:
    """Compare store, mirror and checkpoint, and complete the mirror.

    Raises audit.errors.LogFault (RollbackError, ForkError among them), which names the first event that is not the
    same; then nothing has been written.
    """
    anchor = last_checkpoint(folder, mirror)
    size = events.size(db)
    known = _remembered(db, mirror, size, anchor)
    if known is None:
        ledger = Ledger()
        log = Log(_compared(db, mirror, ledger, size), anchor)
    else:
        state, ledger = known
        log = Log.from_state(state, _compared(db, mirror, ledger, size), anchor)
    if anchor is None and Ledger.saved(db):
        raise LogFault(
            f"the checkpoint in {mirror.path} is gone, though one was signed; nothing runs until this is explained",
            kind="checkpoint",
        )
    completed = mirror.reconcile(size, lambda start, stop: events.lines(db, start, stop), since=min(size, mirror.size))
    return Record(log, ledger, completed)


def _remembered(db: Connection, mirror: Mirror, size: int, anchor: Checkpoint | None) -> tuple[LogState, Ledger] | None:
    """What the store remembers, if mirror and checkpoint let us go on from there; None: read everything."""
    known = Ledger.load(db, mirror.segments())
    if known is None or known[0].size > min(size, mirror.size):
        return None
    # An older checkpoint was put back; whether it vouches for this log is seen only from the beginning.
    return None if anchor is None or anchor.size < known[0].size else known


def _compared(db: Connection, mirror: Mirror, ledger: Ledger, size: int) -> Iterator[bytes]:
    """The store's lines from where the ledger stands, each the same as in the mirror as far as that goes."""
    start = ledger.size
    mirrored = mirror.lines(start, size)
    for sequence, line in enumerate(events.lines(db, start, size), start):
        theirs = next(mirrored, None)
        if theirs is not None and theirs != line:
            raise ForkError(
                f"event {sequence} is not the same in the store and in its mirror; nothing runs until this is "
                "explained",
                kind="fork",
                sequence=sequence,
            )
        ledger.add([line])
        yield line
