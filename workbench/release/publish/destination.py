"""Where a release goes, as it is named on the command line: `hub:OWNER/NAME` or `path:/media/usb`."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from policies import UserError

HUB = "https://huggingface.co"
"""The hub where none is named."""
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,95}/[A-Za-z0-9_](?!.*(--|\.\.))[A-Za-z0-9._-]{0,95}(?<![-.])")


@dataclass(frozen=True, slots=True)
class Repository:
    """A dataset repository on a hub; `endpoint` without a slash at its end."""

    name: str
    endpoint: str = HUB

    def __str__(self) -> str:
        return f"hub:{self.name} at {self.endpoint}"


@dataclass(frozen=True, slots=True)
class Medium:
    """A folder on a medium that is carried across."""

    folder: Path

    def __str__(self) -> str:
        return f"path:{self.folder}"


def parse(text: str, endpoint: str | None) -> Repository | Medium:
    """What `--to` and `--endpoint` name.  Raises `UserError`."""
    kind, _, rest = text.partition(":")
    if kind == "hub" and _REPOSITORY.fullmatch(rest) and not rest.endswith(".git"):
        return Repository(rest, checked_endpoint(endpoint or HUB))
    if kind == "path" and rest:
        return Medium(Path(rest).absolute())
    raise UserError(f"{text} is no destination; name --to hub:OWNER/NAME or --to path:FOLDER.")


def checked_endpoint(url: str) -> str:
    """The address of a hub.  Raises `UserError` where token and data would go over a network in the clear."""
    origin(url)
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or parts.password:
        raise UserError("--endpoint takes the plain address of a hub, such as https://hub.example.org.")
    return url.rstrip("/")


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address.  Raises `UserError` unless it is HTTPS, or HTTP on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UserError("That is no address of a hub; write it as https://hub.example.org.") from None
    if not host or parts.scheme not in ("http", "https"):
        raise UserError("That is no address of a hub; write it as https://hub.example.org.")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise UserError(f"{host} would be spoken to without encryption; name an address that begins with https://.")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
