"""Confining the process of one sitting, as its first step: what it does not need, the kernel refuses from then on.

It may read files, and write in the study's folder and to /dev/null.  It can write nowhere else, open no TCP connection,
gain no rights by running another program, and leave no core dump; no other process of the same login can look into its
memory.  What it might run is confined too.  Landlock (Linux 5.13) must be applied while there is one thread.
"""

import ctypes
import os
import resource
import struct
from pathlib import Path

PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""Landlock's system calls; the same numbers on every architecture."""
ABI_VERSION = 1
PATH_BENEATH = 1

WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, REFER, TRUNCATE = (
    1 << bit for bit in (1, 4, 5, 7, 8, 13, 14)
)  # fmt: skip
MAKE_OTHERS = sum(1 << bit for bit in (6, 9, 10, 11, 12))
"""Devices, sockets, pipes and symbolic links."""
TCP = 0b11
"""To listen and to connect."""
SCOPES = 0b11
"""Abstract sockets and signals of processes outside."""

_libc = ctypes.CDLL(None, use_errno=True)


def confine(writable: Path | None) -> bool:
    """Confine this process; it may write beneath `writable` only, and nowhere without one.

    Returns whether the kernel has Landlock; without it, files and connections are not confined.  Raises OSError when
    the kernel refuses something that it has.
    """
    os.umask(0o077)
    hide_memory()
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    version = landlock_version()
    if version:
        _restrict(version, writable)
    return version > 0


def hide_memory() -> None:
    """No core dump, and no look into this process's memory by others of the same login."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _check(_libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))


def landlock_version() -> int:
    """Which version of Landlock the kernel has; 0 is none."""
    return max(0, int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ABI_VERSION)))


def _restrict(version: int, writable: Path | None) -> None:
    beneath = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG
    beneath |= REFER if version >= 2 else 0
    beneath |= TRUNCATE if version >= 3 else 0
    rules = struct.pack(
        "=QQQ", beneath | MAKE_OTHERS, TCP if version >= 4 else 0, SCOPES if version >= 6 else 0
    )  # fmt: skip
    ruleset = _check(_libc.syscall(CREATE_RULESET, rules, ctypes.c_size_t(_size(version)), 0))
    try:
        _allow(ruleset, WRITE_FILE, Path(os.devnull))
        if writable is not None:
            _allow(ruleset, beneath, writable)
        _check(_libc.syscall(RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, rights: int, path: Path) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        _check(_libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, handle), 0))
    finally:
        os.close(handle)


def _size(version: int) -> int:
    """Bytes of the rules that this version of Landlock knows."""
    return 8 if version < 4 else 16 if version < 6 else 24


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
