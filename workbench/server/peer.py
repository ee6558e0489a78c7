"""Who is at the other end of a connection: the kernel says so for a Unix socket, a token later for TLS."""

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from workbench.peer import Peer, login_uid

_CREDENTIALS = struct.Struct("iII")
"""`struct ucred`: process, uid and gid of the peer as it connected."""


class PeerProtocol(H11Protocol):
    """HTTP over a connection whose peer each request finds in its state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask the kernel at once: the process that connected is still there."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "peer": peer_of(transport.get_extra_info("socket"))}


def peer_of(connection: Any) -> Peer:
    """Who connected; over TCP nobody knows yet."""
    if connection.family != socket.AF_UNIX:
        return Peer("tls")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process, uid, _ = _CREDENTIALS.unpack(credentials)
    return Peer("socket", uid, login_uid(process) if process > 0 else None)
