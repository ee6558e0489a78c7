"""The last scan of what would go, as whoever releases drives it: batch by batch, and resumable."""

from collections.abc import Callable

from workbench.desk.desk import Desk
from workbench.desk.release_views import Rescanned
from workbench.desk.releasing import RescanRows


def rescan(desk: Desk, progress: Callable[[int, int], None] = lambda done, total: None) -> Rescanned:
    """Let the desk scan until no row is left, a batch at a time; `progress` is told how many rows are done, and how
    many there are in all.  Whoever interrupts it goes on later.
    """
    done = 0
    while True:
        told = desk.execute(RescanRows())
        done += told.scanned
        progress(done, done + told.left)
        if not told.left:
            return told
