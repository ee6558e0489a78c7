"""The desk of a study that another process holds: `workbench serve`, on this machine or in the network."""

import os
import re
import secrets
import socket
import ssl
from pathlib import Path
from typing import Any

import httpx

from policies import Face
from workbench import __version__
from workbench.desk import wire
from workbench.desk.address import host_and_port, of_socket
from workbench.desk.commands import Answer, Command
from workbench.errors import NotAllowed, NotUnderstood, ServerGone

GONE = (
    "The server of this study does not answer; what was acknowledged is stored; try again, or ask who runs "
    "workbench serve."
)
SECONDS_TO_CONNECT = 10
SECONDS_IDLE = 300
"""A connection that was not used for so long is made anew; the server closes one later than that."""
_LIMITS = httpx.Limits(keepalive_expiry=SECONDS_IDLE)
# A machine in the network that vanished without a word is noticed within a minute, however long a command may take.
_ALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
]


class RemoteDesk:
    """`Desk` through a server; any thread may use it.

    A connection that drops in the midst of a command is made anew, once, and the command sent again under the same
    id: the server carries out no id twice.  Where the server itself was started anew in between it cannot know, and
    says so instead (Unacknowledged).
    """

    def __init__(self, address: str, face: Face, token: str | None = None, authorities: Path | None = None) -> None:
        """Connect to the path of a Unix socket, or to HOST:PORT with a token.

        `authorities` is a PEM file of the issuer of the server's certificate, where the system does not know it.
        Raises ServerGone, NotAllowed (no way into the socket, or a certificate that is not trusted) and NotUnderstood
        (a server of another version).
        """
        self._address = address
        network = host_and_port(address)
        if network is None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not used, and quicker than what httpx would make
            transport = httpx.HTTPTransport(verify=tls, limits=_LIMITS, uds=str(of_socket(address)))
            self._client = _client("http://workbench", transport)
        else:
            tls = _trust(authorities)
            transport = httpx.HTTPTransport(verify=tls, limits=_LIMITS, trust_env=False, socket_options=_ALIVE)
            self._client = _client(f"https://{address}", transport)
        headers = {wire.FACE: face.value, wire.SITTING: secrets.token_hex(16)}
        if network is not None and token is not None:
            headers["authorization"] = f"Bearer {token}"
        self._client.headers.update(headers)
        try:
            self._server = self._meet()
        except BaseException:
            self._client.close()
            raise

    def execute(self, command: Command[Answer]) -> Answer:
        """Carry out one command at the server.  Raises what the server raised, ServerGone and Unacknowledged."""
        body = wire.encode_command(command)
        headers = {wire.REQUEST: secrets.token_hex(16), "content-type": "application/json"}
        asked = self._server
        try:
            reply = self._post(body, headers)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            raise self._explained(problem) from None
        except httpx.TransportError:
            reply = self._once_more(body, {**headers, wire.REPEAT_OF: asked})
        if reply.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise ServerGone("The server has too many connections now; try again in a minute.")
        self._server = reply.headers.get(wire.SERVER, asked)
        if reply.status_code == httpx.codes.OK:
            return wire.decode_answer(type(command), reply.content)
        raise wire.decode_error(reply.content)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return self._client.post("/execute", content=body, headers=headers)

    def _once_more(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        try:
            return self._post(body, headers)
        except httpx.TransportError as problem:
            raise self._explained(problem) from None

    def _meet(self) -> str:
        """The id of the server, which must be of this version."""
        try:
            reply = self._client.get("/health")
            said: dict[str, Any] = reply.json()
            version, server = said["workbench"], str(said[wire.SERVER])
        except httpx.TransportError as problem:
            raise self._explained(problem) from None
        except (ValueError, KeyError, TypeError):
            raise NotUnderstood(f"What answers at {self._address} is no server of this workbench; check it.") from None
        if version != __version__:
            raise NotUnderstood(
                f"The server runs workbench {version}, this is {__version__}; use the same version on both sides."
            )
        return server

    def _explained(self, problem: httpx.TransportError) -> ServerGone | NotAllowed:
        """The reason in one sentence; httpx keeps the first cause at the end of the chain."""
        cause: BaseException | None = problem
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return NotAllowed(
                    f"The certificate of {self._address} is not trusted; name the file of its issuer in "
                    "WORKBENCH_CA_FILE, or ask who runs workbench serve."
                )
            if isinstance(cause, PermissionError):
                return NotAllowed(
                    f"This login may not use the socket {self._address}; ask who runs workbench serve to add it to "
                    "the socket's group."
                )
            cause = cause.__cause__ or cause.__context__
        return ServerGone(GONE)


def _client(base: str, transport: httpx.HTTPTransport) -> httpx.Client:
    # A command takes as long as it takes: a release of thousands of rows, minutes.
    patience = httpx.Timeout(None, connect=SECONDS_TO_CONNECT)
    return httpx.Client(base_url=base, transport=transport, timeout=patience, trust_env=False)


def _trust(authorities: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authorities)
    except OSError:
        raise NotAllowed(f"The certificates in {authorities} cannot be read; check WORKBENCH_CA_FILE.") from None


def token_in(path: Path) -> str:
    """The token in a file that only its owner can read; raises NotAllowed."""
    try:
        mode = os.stat(path).st_mode
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise NotAllowed(f"The token file {path} cannot be read; check WORKBENCH_TOKEN_FILE.") from None
    if mode & 0o077:
        raise NotAllowed(f"The token file {path} can be read by others; run: chmod 600 {path}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,100}", token):
        raise NotAllowed(f"The token file {path} holds no token; put into it what workbench people token printed.")
    return token
