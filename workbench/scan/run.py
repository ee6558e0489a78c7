"""Scanning many texts at once, session by session, in as many processes as there are processors."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from policies.schema import Redaction
from redaction.finding import Finding
from redaction.roster import Known, Roster

if TYPE_CHECKING:
    from redaction.scanner import Scanner  # Presidio loads for a second

PAGES_A_TASK = 32
"""Texts without a session travel to a process in groups of this size."""
_scanner: "Scanner | None" = None


@dataclass(frozen=True, slots=True)
class Text:
    """One text to scan.  Texts with the same session are scanned together; one without is scanned alone."""

    id: str
    text: str
    session: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """Texts that travel together: their positions, and which of them make up a session."""

    sessions: tuple[tuple[int, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    known: tuple[tuple[Known, ...], ...]


def scan_texts(
    texts: Sequence[Text], settings: Redaction, roster: Roster, processes: int | None = None
) -> Iterator[tuple[int, list[Finding]]]:
    """Findings of every text as (position in `texts`, findings), in no particular order.

    Texts travel to the processes through pipes and touch no disk.  With one process everything stays in this one.
    """
    tasks = list(_tasks(texts, roster))
    count = min(processes or len(os.sched_getaffinity(0)), len(tasks))
    if count <= 1:
        from redaction.scanner import Scanner

        scanner = Scanner(settings)
        for task in tasks:
            yield from _scan(scanner, task)
        return
    # A fresh interpreter a process: a forked one would share the locks of this one's threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_prepare, initargs=(settings,)) as pool:
        try:
            with _deaf_to_interrupts():
                # Not map(): it cancels what is left when it is interrupted, and ending a pool of which some tasks are
                # cancelled hangs (Python 3.11).
                waiting = deque(pool.submit(_scan_here, task) for task in tasks)
            while waiting:
                yield from waiting.popleft().result()
        except BaseException:
            # The pool then knows itself broken and ends at once; a shutdown would wait for the texts under way.
            for process in multiprocessing.active_children():
                process.kill()
            raise


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started within never see Ctrl-C, which a terminal sends to all: they would print tracebacks.

    An interrupt that comes meanwhile is held back until the end.
    """
    # Started before, because it would unblock what is blocked here.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _tasks(texts: Sequence[Text], roster: Roster) -> Iterator[_Task]:
    sessions: dict[tuple[str, int], list[int]] = {}
    for at, text in enumerate(texts):
        sessions.setdefault((text.session, -1 if text.session else at), []).append(at)
    group: list[tuple[int, ...]] = []
    for positions in sessions.values():
        group.append(tuple(positions))
        if sum(map(len, group)) >= PAGES_A_TASK:
            yield _task(texts, roster, group)
            group = []
    if group:
        yield _task(texts, roster, group)


def _task(texts: Sequence[Text], roster: Roster, group: list[tuple[int, ...]]) -> _Task:
    subjects = [next((texts[at].subject for at in positions if texts[at].subject), "") for positions in group]
    return _Task(
        tuple(group),
        tuple(tuple(texts[at].text for at in positions) for positions in group),
        tuple(roster.known(subject) for subject in subjects),
    )


def _prepare(settings: Redaction) -> None:
    global _scanner
    from redaction.scanner import Scanner

    _scanner = Scanner(settings, threads=1)


def _scan_here(task: _Task) -> list[tuple[int, list[Finding]]]:
    assert _scanner is not None
    return list(_scan(_scanner, task))


def _scan(scanner: "Scanner", task: _Task) -> Iterator[tuple[int, list[Finding]]]:
    for positions, texts, known in zip(task.sessions, task.texts, task.known, strict=True):
        yield from zip(positions, scanner.scan_session(texts, known), strict=True)
