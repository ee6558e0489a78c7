"""Where a server listens: the path of a Unix socket, or HOST:PORT with TLS."""

import re
from pathlib import Path

_HOST_AND_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})")


def host_and_port(address: str) -> tuple[str, int] | None:
    """Host and port of `records.example:8443` or `[::1]:8443`; None for anything else, such as a path."""
    found = _HOST_AND_PORT.fullmatch(address)
    if found is None or int(found[3]) > 65_535:
        return None
    return found[1] or found[2], int(found[3])


def of_socket(address: str) -> Path:
    """The path of a Unix socket, absolute."""
    return Path(address).expanduser().absolute()
