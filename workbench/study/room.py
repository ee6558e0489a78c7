"""Room on the disk: some is kept for events, and the study turns read-only before none is left.

Whatever is read, refused or verified is an event too, and a disk that is full must not make these impossible.  So a
change of the study's contents is refused while there is still room, and events that change nothing else go on; for
the very last of them a file of its own size is given free.
"""

import os
from contextlib import suppress

from audit.details import Action
from workbench.errors import DiskShort
from workbench.study.folder import Folder

RESERVE = 2 << 20
"""Bytes in the reserve: some 2,500 events of 800 bytes, more than a team reads in a day."""
FLOOR = 64 << 20
"""Free bytes below which nothing is changed: four times DuckDB's log of writes (16 MiB), which closing the study
writes into the store, with as much again for the mirror and the spill files."""
FULL = 1 << 20
"""Free bytes below which a write that failed is taken to have failed for want of room."""

RECORDED_ONLY = frozenset(
    {
        Action.STUDY_OPENED, Action.UNLOCK_FAILED, Action.STUDY_EXPLAINED, Action.STUDY_BACKED_UP,
        Action.STUDY_RESTORED, Action.STORE_QUARANTINED, Action.CLOCK_STEPPED, Action.EXCHANGE_VIEWED,
        Action.EXCHANGE_REPLAYED, Action.WORDS_LISTED, Action.WORDS_SEARCHED, Action.FILE_DUPLICATE,
        Action.AUDIT_EXPORTED, Action.AUDIT_REVIEWED, Action.FILE_REFUSED, Action.MODEL_REFUSED, Action.HOST_REFUSED,
        Action.RUN_FINISHED, Action.RELEASE_PLANNED, Action.RELEASE_REFUSED, Action.RELEASE_VERIFIED,
        Action.AUDIT_VERIFIED, Action.AUDIT_QUERIED,
    }
)  # fmt: skip
"""What is an event and changes nothing else: it goes on while the disk is short."""


class Room:
    """The disk, or disks, under one study."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def free(self) -> int:
        """Bytes that we may still write, where they are fewest: beside the store or in the mirror."""
        room = []
        for path in (self._folder.root, self._folder.mirror):
            with suppress(OSError):
                disk = os.statvfs(path)
                room.append(disk.f_bavail * disk.f_frsize)
        return min(room, default=0)

    def check(self, actions: set[Action]) -> None:
        """Refuse a change of these actions while the disk is short.  Raises DiskShort."""
        if actions and actions <= RECORDED_ONLY:
            return
        free = self.free()
        if free < FLOOR:
            raise DiskShort(
                f"The disk of the study {self._folder.root} has only {free >> 20} MiB left, so nothing can be changed "
                f"in it, only read and audited; make room until {FLOOR >> 20} MiB are free and run the command again."
            )

    def keep(self) -> None:
        """Reserve room for events, if it is not reserved and there is enough."""
        path = self._folder.reserve
        with suppress(OSError):
            if path.exists() or self.free() < FLOOR + RESERVE:
                return
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, RESERVE)
            finally:
                os.close(descriptor)

    def give(self) -> bool:
        """Give the reserve free if the disk is full; whether there is room now that was not there before."""
        if self.free() >= FULL or not self._folder.reserve.exists():
            return False
        with suppress(OSError):
            self._folder.reserve.unlink()
            return True
        return False
