"""Which machines an engine may be asked on: this one, and those that are allowed by name.  Nothing is looked up."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


def host_of(url: str) -> str | None:
    """The host of a plain http or https address; None for anything else (other schemes, user names, bad ports)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    return host if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None


def is_allowed(host: str, named: Iterable[str]) -> bool:
    """Whether a host is this machine (a literal loopback address or `localhost`) or stands among the named ones."""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    return loopback or host in [name.casefold() for name in named]
