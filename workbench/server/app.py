"""The web application: takes commands of people of the study, and nothing else."""

import asyncio
import re
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from audit.errors import AuditError
from policies import Face, UserError
from workbench import __version__
from workbench.desk import wire
from workbench.desk.handlers import HANDLERS
from workbench.desk.local import PersonalDesk
from workbench.desk.shared import Caller, SharedStudy
from workbench.desk.views import View
from workbench.errors import NotAllowed, NotUnderstood, ServerFault
from workbench.faults import told
from workbench.server.answers import Answers, Reply, refusal

LARGEST = 64 * 2**20
"""Bytes of a command: a large file that is ingested."""
FACES = {face.value: face for face in (Face.TUI, Face.CLI)}
"""What a client may say it is."""
_HEX = re.compile(r"[0-9a-f]{16,64}")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Threads:
    """Where commands are carried out.

    `desk` is one thread: they take their turns at the study in the order in which they came, and a request that is
    repeated waits for its first.  What of a command needs no turn is done before that, in those `beside` it.
    """

    desk: Executor
    beside: Executor


def make_app(
    shared: SharedStudy, threads: Threads, tell: Callable[[str], None], give_up: Callable[[], None]
) -> FastAPI:
    """The application over one open study.

    `tell` is given each fault, by kind and place.  `give_up` is called, from any thread, when the store has failed
    and must be opened anew.
    """
    # Nothing of the study stands in a page about the server, and there is no such page.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    service = _Service(shared, threads, tell, give_up)
    app.add_api_route("/health", service.health, methods=["GET"])
    app.add_api_route("/execute", service.execute, methods=["POST"], response_model=None)
    return app


class _Service:
    def __init__(
        self, shared: SharedStudy, threads: Threads, tell: Callable[[str], None], give_up: Callable[[], None]
    ) -> None:
        self._shared = shared
        self._threads = threads
        self._tell = tell
        self._give_up = give_up
        self._server = secrets.token_hex(16)
        self._answers = Answers(self._server)
        self._read = wire.command_reader(HANDLERS)

    async def health(self) -> dict[str, str]:
        """That the server lives, and which one it is."""
        return {"workbench": __version__, wire.SERVER: self._server}

    async def execute(self, request: Request) -> Response:
        """Carry out a command: the answer with status 200, or an error."""
        try:
            reply = await self._reply(request)
        except NotAllowed as problem:
            reply = refusal(problem, 403)
        except (UserError, AuditError) as problem:
            reply = refusal(problem)
        except ClientDisconnect:
            reply = Reply(400, b"")
        except Exception as fault:
            reply = self._fault(fault, "a request")
        if reply.status != 200:
            await _do(self._threads.desk, self._check_store)
        headers = {wire.SERVER: self._server}
        return Response(reply.body, reply.status, headers, "application/json")

    async def _reply(self, request: Request) -> Reply:
        desk = await _do(self._threads.desk, partial(self._shared.desk, _caller(request)))
        # Only now: nobody else makes the server read what they send.
        body = await _body(request)
        key, repeat_of = (desk.sitting, _header(request, wire.REQUEST, _HEX)), request.headers.get(wire.REPEAT_OF)
        if repeat_of is not None:
            # What needs no turn is not done twice either: a wrong passphrase counts.
            reply = await _do(self._threads.desk, partial(self._answers.again, key, repeat_of))
            if reply is not None:
                return reply
        finish = await _do(self._threads.beside, partial(self._begin, desk, body))
        return await _do(self._threads.desk, partial(self._answers.once, key, repeat_of, finish))

    def _begin(self, desk: PersonalDesk, body: bytes) -> Callable[[], Reply]:
        command = self._read(body)
        try:
            rest = desk.begin(command)
        except (UserError, AuditError) as problem:
            return partial(refusal, problem, 403 if isinstance(problem, NotAllowed) else 409)
        return partial(self._finish, type(command).__name__, rest)

    def _finish(self, what: str, rest: Callable[[], View]) -> Reply:
        try:
            return Reply(200, wire.encode_answer(rest()))
        except (UserError, AuditError) as problem:
            return refusal(problem)
        except Exception as fault:
            return self._fault(fault, what)

    def _fault(self, fault: Exception, what: str) -> Reply:
        """A fault of ours: its message could quote a transcript, so that only its kind is told."""
        self._tell(f"Fault at {what}: {told(fault)}.")
        return refusal(
            ServerFault(f"The server has a fault ({type(fault).__name__}); nothing stored was lost."), status=500
        )

    def _check_store(self) -> None:
        if not self._shared.is_sound():
            self._give_up()


async def _do(executor: Executor, work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(executor, work)


def _caller(request: Request) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return Caller(
        peer=request.state.peer,
        face=FACES[_header(request, wire.FACE, re.compile("|".join(FACES)))],
        sitting=_header(request, wire.SITTING, _HEX),
        token=token if scheme == "Bearer" else None,
    )


def _header(request: Request, name: str, spelling: re.Pattern[str]) -> str:
    value = request.headers.get(name, "")
    if not spelling.fullmatch(value):
        raise NotUnderstood(wire.UNLIKE)
    return value


async def _body(request: Request) -> bytes:
    """What was sent.  Raises UserError where it is too large, without reading the rest."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise UserError(f"This is more than the server takes at a time ({LARGEST // 2**20} MB); divide the file.")
    return bytes(body)
