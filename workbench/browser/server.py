"""The web server of one person on their own machine: the login, the page, and the connection that draws the app."""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.server import Server

from policies import UserError
from workbench.browser import pages, peer
from workbench.browser.gate import Gate, State
from workbench.browser.opening import Opening
from workbench.browser.service import Sitting

HOST = "127.0.0.1"
COOKIE = "workbench"
MESSAGE_BYTES = 1 << 18
"""What a page may send at once: the longest text that can be pasted, several times over."""
HEARTBEAT = 15.0
"""Seconds; a page that does not answer by then is gone."""

OPEN = "The review screen is open in another tab or is just closing; this page looks again by itself."
WRONG = "That is not the code, or no longer; look at the terminal."


class BrowserServer(Server):
    """Serves one sitting at a time to one login on the same machine.

    Of textual-serve it keeps the protocol between page, server and app; routes, page, login, logging and the app's
    process are ours.
    """

    def __init__(self, opening: Opening, port: int, uid: int, tell: Callable[[str], None]) -> None:
        super().__init__("", host=HOST, port=port)
        self._opening = opening
        self._uid = uid
        self._tell = tell
        self._strangers: set[int | None] = set()
        self._sitting: web.WebSocketResponse | None = None
        self._over = asyncio.Event()

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl-C; there is nothing to debug with.  Raises UserError when the port cannot be had."""
        asyncio.run(self._serve())

    def initialize_logging(self) -> None:
        """No library of this process logs anything: a message could quote what passes through."""
        logging.disable(logging.CRITICAL)

    async def _serve(self) -> None:
        self.initialize_logging()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._over.set)
        try:
            listening = socket.create_server((HOST, self.port))
        except OSError:
            raise UserError(f"Port {self.port} is taken or not yours; choose another with --port.") from None
        self.port = listening.getsockname()[1]
        self.gate = Gate(self._tell)
        runner = web.AppRunner(await self._make_app(), access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            self._tell(f"Open {self.origin}/ in a browser of this login on this machine.  Ctrl-C ends it.")
            await self._over.wait()
        finally:
            await runner.cleanup()

    @property
    def origin(self) -> str:
        """Where the page comes from; only it may connect."""
        return f"http://{HOST}:{self.port}"

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._only_this_login_and_page], client_max_size=1024)
        app.add_routes(
            [
                web.get("/", self._page),
                web.post("/", self._login),
                web.get("/ws", self.handle_websocket),
                web.get("/static/{name}", self._asset),
            ]
        )
        app.on_response_prepare.append(pages.put_headers)
        app.on_shutdown.append(self._close_sitting)
        return app

    @web.middleware
    async def _only_this_login_and_page(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse other logins, other names of this server, and other pages in the same browser."""
        if not self._is_same_login(request):
            raise web.HTTPForbidden(text="This screen belongs to another login of this machine.")
        if request.headers.get("Host") != f"{HOST}:{self.port}":
            raise web.HTTPForbidden(text=f"This screen has one address: {self.origin}/")
        # Browsers tell from where a request comes; a link from elsewhere may lead to the form and no further.
        came = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.path != "/" and came not in ("same-origin", "none"):
            raise web.HTTPForbidden(text="Another page may not use this screen.")
        needs_origin = request.method != "GET" or request.path == "/ws"
        if needs_origin and request.headers.get("Origin") != self.origin:
            raise web.HTTPForbidden(text="Another page may not use this screen.")
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception as fault:
            # A library would answer with a traceback.
            self._tell(f"The server had a fault ({type(fault).__name__}) and goes on.")
            raise web.HTTPInternalServerError(text="The server had a fault and goes on.") from None

    def _is_same_login(self, request: web.Request) -> bool:
        transport = request.transport
        if transport is None:
            return False
        uid = peer.uid_of(transport.get_extra_info("peername")[:2], transport.get_extra_info("sockname")[:2])
        if uid == self._uid:
            return True
        if uid not in self._strangers:
            self._strangers.add(uid)
            self._tell(f"A connection of {'an unknown login' if uid is None else f'the login {uid}'} was refused.")
        return False

    async def _page(self, request: web.Request) -> web.Response:
        if self.gate.admits(request.cookies.get(COOKIE, "")):
            return pages.screen_page(f"ws://{HOST}:{self.port}/ws")
        busy = self.gate.state is not State.CODE
        return pages.login_page(OPEN if busy else self.gate.ended, busy=busy)

    async def _login(self, request: web.Request) -> web.Response:
        code = (await request.post()).get("code", "")
        given = self.gate.enter(code) if isinstance(code, str) else None
        if given is None:
            busy = self.gate.state is not State.CODE
            return pages.login_page(OPEN if busy else WRONG, busy=busy, status=403)
        answer = web.HTTPSeeOther("/")
        answer.set_cookie(COOKIE, given, httponly=True, samesite="Strict", path="/")
        raise answer

    async def _asset(self, request: web.Request) -> web.FileResponse:
        path = pages.ASSETS.get(request.match_info["name"])
        if path is None or not self.gate.admits(request.cookies.get(COOKIE, "")):
            raise web.HTTPNotFound(text="There is nothing here.")
        return web.FileResponse(path)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run the one sitting that a pass is good for, and end its process with it."""
        if not self.gate.begin(request.cookies.get(COOKIE, "")):
            raise web.HTTPForbidden(text="This page has had its sitting; load it again.")
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MESSAGE_BYTES, compress=False)
        sitting = Sitting(self._opening, websocket.send_bytes, _closing(websocket))
        try:
            await websocket.prepare(request)
            self._sitting = websocket
            await sitting.start(_number(request, "width", 80), _number(request, "height", 24))
            # What is no message of the protocol ends the sitting.
            with suppress(ValueError, LookupError, TypeError, AttributeError, AssertionError):
                await self._process_messages(websocket, sitting)
        finally:
            self._sitting = None
            # Also when the server is being ended: the process signs the log and lets go of the study.
            await asyncio.shield(sitting.stop())
            await websocket.close()
            self.gate.end(sitting.sentence)
        return websocket

    async def _close_sitting(self, app: web.Application) -> None:
        if self._sitting is not None:
            await self._sitting.close()


def _closing(websocket: web.WebSocketResponse) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await websocket.close()

    return close


def _number(request: web.Request, name: str, otherwise: int) -> int:
    try:
        return int(request.query.get(name, otherwise))
    except ValueError:
        return otherwise
