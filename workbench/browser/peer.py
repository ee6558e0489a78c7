"""Which login is at the other end of a connection over the loopback interface: the kernel's word.

Any login of a machine can reach a port on 127.0.0.1.  Linux lists every TCP socket with the login that opened it, so
that a connection of somebody else is refused before anything is read from it.
"""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))

Address = tuple[str, int]
"""IPv4 address and port."""


def uid_of(client: Address, server: Address) -> int | None:
    """The uid that opened the client's end of a connection; None when the kernel does not list it."""
    wanted = (_spelt(client), _spelt(server))
    return next((uid for local, remote, uid in _sockets() if (local, remote) == wanted), None)


def is_known() -> bool:
    """Whether this system lists its connections with their logins at all."""
    return TABLES[0].is_file()


def _sockets() -> Iterator[tuple[str, str, int]]:
    for table in TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            # An IPv4 address in an IPv6 socket stands in the last eight digits.
            yield fields[1][-13:], fields[2][-13:], int(fields[7])


def _spelt(address: Address) -> str:
    """As the kernel writes it: the address as one number in the machine's byte order, the port as it is."""
    host, port = address
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"
