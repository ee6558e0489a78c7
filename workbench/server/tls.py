"""TLS for people who reach the server over the network.  There is no way in over TCP without it."""

import socket
import ssl
import stat
from pathlib import Path

from policies import UserError
from workbench.desk.address import host_and_port


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or later with this certificate (PEM, with its chain); the key must be for its owner alone."""
    try:
        mode = key.stat().st_mode
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        # No password is asked for: a server starts without anybody at its terminal.
        made.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError):
        raise UserError(
            f"The certificate {certificate} and the key {key} cannot be used together; check --tls-cert and --tls-key."
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise UserError(f"The key {key} can be read by others; run: chmod 600 {key}")
    return made


def listen(address: str) -> socket.socket:
    """A listening socket at HOST:PORT.  Raises UserError where this machine or account cannot have it."""
    found = host_and_port(address)
    if found is None:
        raise UserError(f"{address} is no address to listen at; write HOST:PORT, such as 10.0.0.5:8443.")
    family = socket.AF_INET6 if ":" in found[0] else socket.AF_INET
    try:
        return socket.create_server(found, family=family, backlog=128)
    except OSError:
        raise UserError(
            f"Nothing can listen at {address} now; check that the address is this machine's and the port is free."
        ) from None
