"""How a person reached the study: over which transport, and who the kernel says they are."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

UNSET = 2**32 - 1
"""What the kernel says of a process that no login began: a service, a container."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`uid` is whose process it is, `login_uid` who logged in at first (sudo and su do not change it)."""

    transport: Literal["local", "socket", "tls"]
    uid: int | None = None
    login_uid: int | None = None


def this_process() -> Peer:
    """Whoever runs this process with the study open in it."""
    return Peer("local", os.getuid(), login_uid())


def login_uid(process: int | None = None) -> int | None:
    """The login uid of a process (None: this one) from /proc; None where there is none or it cannot be read."""
    with suppress(OSError, ValueError):
        number = int(Path(f"/proc/{process or 'self'}/loginuid").read_text())
        return None if number == UNSET else number
    return None
