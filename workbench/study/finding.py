"""What is wrong between store, mirror and checkpoint, in numbers: what two persons are asked to explain."""

from dataclasses import dataclass

from audit.checkpoint import Checkpoint
from audit.details import Code, Count, Digest, Strict
from audit.errors import LogFault
from audit.log import Log
from audit.merkle import Frontier, leaf_hash
from audit.mirror import Mirror
from workbench.store import events
from workbench.store.connection import Connection
from workbench.study.folder import Folder
from workbench.study.reconcile import last_checkpoint, reconcile


class Finding(Strict):
    """`known` events were recorded, the store holds `held`; the log can go on after `kept`.

    The events between `held` and `kept` stand in the mirror as they were written and are taken over into the log; what
    they did is not in the store.  Those between `kept` and `known` are gone, or follow other events than the store's.
    """

    fault: Code
    known: Count
    known_root: Digest
    held: Count
    held_root: Digest
    kept: Count
    kept_root: Digest


@dataclass(frozen=True, slots=True)
class Examined:
    """A finding, the sentence that stopped the study, and with what its log would go on."""

    finding: Finding
    sentence: str
    log: Log
    adopted: list[bytes]
    """The mirror's lines that are taken over."""
    mirror_stands: bool
    """Whether the mirror is what the log goes on with, so that nothing of it is set aside."""


def examine(db: Connection, folder: Folder) -> Examined | None:
    """Look for a fault between store, mirror and checkpoint; None: there is none.

    Raises LogFault where the store's own events do not fit together, which no explanation mends.
    """
    mirror = Mirror(folder.mirror)
    try:
        reconcile(db, folder, mirror)
    except LogFault as problem:
        fault = problem
    else:
        return None
    size = events.size(db)
    held = Log(events.lines(db, 0, size))
    try:
        anchor = last_checkpoint(folder, mirror)
    except LogFault:
        anchor = None
    tree, same, beyond, whole = _read_mirror(db, mirror, size)
    trusted = same and whole and anchor is not None
    kept, adopted = _adopt(held, beyond, anchor) if trusted else (held.copy(), [])
    known, known_root = (tree.size, tree.root()) if tree.size >= held.size else (held.size, held.root)
    if anchor is not None and anchor.size > known:
        known, known_root = anchor.size, anchor.root
    finding = Finding(
        fault=fault.kind,
        known=known,
        known_root=known_root.hex(),
        held=held.size,
        held_root=held.root.hex(),
        kept=kept.size,
        kept_root=kept.root.hex(),
    )
    signed = anchor is not None and anchor.size <= kept.size
    stands = fault.kind == "rollback" and same and whole and signed and kept.size == tree.size
    return Examined(finding, str(fault), kept, adopted, stands)


def _read_mirror(db: Connection, mirror: Mirror, size: int) -> tuple[Frontier, bool, list[bytes], bool]:
    """The mirror's tree; whether it begins as the store does; its lines beyond; whether all of it could be read."""
    tree, same, beyond = Frontier(), True, []
    ours = events.lines(db, 0, size)
    try:
        for line in mirror.lines():
            if tree.size < size:
                same = next(ours, None) == line and same
            else:
                beyond.append(line)
            tree.append(leaf_hash(line))
    except LogFault:
        return tree, same, beyond, False
    return tree, same, beyond, True


def _adopt(held: Log, beyond: list[bytes], anchor: Checkpoint | None) -> tuple[Log, list[bytes]]:
    """The store's log with the mirror's further lines, if each follows the one before and the checkpoint agrees."""
    kept = held.copy()
    try:
        for line in beyond:
            kept.advance(line)
            if anchor is not None and kept.size == anchor.size and kept.root != anchor.root:
                return held.copy(), []
    except LogFault:
        return held.copy(), []
    return kept, beyond
