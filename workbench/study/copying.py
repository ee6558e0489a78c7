"""Copying a file and proving the copy.  Also a script of its own, which imports nothing of ours.

The store is copied by another process (`copy_apart`): POSIX drops a process's locks on a file as soon as the process
closes any descriptor of it, so that reading the open store here would let another process write to it.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

_CHUNK = 1 << 20


def copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy to a new file (0600) that is on disk afterwards; its bytes and SHA-256 (hex).  Raises OSError."""
    digest, size = hashlib.sha256(), 0
    taken = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    with open(taken, "rb") as read, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()


def copy_apart(source: Path, target: Path) -> tuple[int, str]:
    """`copy` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-I", __file__, str(source), str(target)], capture_output=True, text=True, check=False
    )
    size, _, digest = done.stdout.strip().partition(" ")
    if done.returncode or not digest:
        raise OSError(None, "the store cannot be copied", str(target))
    return int(size), digest


def write_new(path: Path, data: bytes) -> None:
    """Write a new file (0600) that is on disk afterwards.  Raises OSError."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def digest_of(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 (hex) of a regular file.  Raises OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return os.fstat(file.fileno()).st_size, digest


if __name__ == "__main__":
    print(*copy(Path(sys.argv[1]), Path(sys.argv[2])))
