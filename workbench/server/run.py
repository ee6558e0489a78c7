"""The life of the server: from the first connection to the last, and what it lets out meanwhile (nothing)."""

import asyncio
import logging
import resource
import signal
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from workbench.desk.shared import SharedStudy
from workbench.errors import StudyError
from workbench.faults import told
from workbench.server.app import Threads, make_app
from workbench.server.peer import PeerProtocol

BESIDE = 4
"""Threads for what needs no turn at the study; the detector takes one text at a time, so that most of them wait."""
SWITCH = 0.0005
"""Seconds after which a thread that computes lets another one go on; Python's own is ten times that."""
CONNECTIONS = 512
SECONDS_IDLE = 600
"""A connection without a request is closed after this time; clients close theirs earlier."""


@dataclass(frozen=True, slots=True)
class Door:
    """A listening socket, with TLS where there is a context."""

    listener: socket.socket
    tls: ssl.SSLContext | None = None


def run(shared: SharedStudy, doors: Sequence[Door], tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP; then finish the commands under way.  The study is left open.

    `tell` is given one sentence for each fault, by kind and place.  Raises StudyError once the store has failed.
    """
    be_silent(tell)
    # While one thread computes (a whole log that is verified), each of the others' many short steps would wait 5 ms.
    sys.setswitchinterval(SWITCH)
    with ThreadPoolExecutor(1, "desk") as desk, ThreadPoolExecutor(BESIDE, "beside") as beside:
        sound = asyncio.run(_serve(shared, Threads(desk, beside), doors, tell))
    if not sound:
        raise StudyError(
            "The store of the study failed, so that the server has ended; everything acknowledged is stored; look at "
            "its disk, then start the server again."
        )


def be_silent(tell: Callable[[str], None]) -> None:
    """Close every way by which a library, a crash or a warning could write what it holds; for this whole process."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.excepthook = lambda problem: tell(f"Fault in a thread: {_kind(problem.exc_value)}.")
    sys.unraisablehook = lambda problem: None


async def _serve(shared: SharedStudy, threads: Threads, doors: Sequence[Door], tell: Callable[[str], None]) -> bool:
    """Whether the store was sound to the end."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: tell(f"Fault at a connection: {_kind(context.get('exception'))}."))
    failed = threading.Event()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    def give_up() -> None:
        failed.set()
        loop.call_soon_threadsafe(stop)

    app = make_app(shared, threads, tell, give_up)
    servers = [_Server(_config(app, door.tls)) for door in doors]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve([door.listener]) for server, door in zip(servers, doors, strict=True)))
    return not failed.is_set()


def _kind(fault: BaseException | None) -> str:
    return "unknown" if fault is None else told(fault)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """We handle signals ourselves: uvicorn would raise them again before the log is signed."""
        yield


def _config(app: FastAPI, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PeerProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        # Who connects is who the kernel or the token says, never what a header says.
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=SECONDS_IDLE,
        ssl_context_factory=None if tls is None else lambda config, default: tls,
    )
