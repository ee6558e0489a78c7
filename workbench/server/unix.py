"""The Unix socket, bound by ourselves: only its group can reach it, from its first moment on."""

import grp
import os
import socket
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from policies import UserError
from workbench.errors import StudyBusy

MODE = 0o660
LONGEST = 107
"""Bytes of a path that the kernel takes."""


def usual_path(environ: Mapping[str, str], study: str) -> Path | None:
    """Where the socket lies if nobody says: in the runtime directory of the service, or of this login."""
    if service := environ.get("RUNTIME_DIRECTORY", "").split(":")[0]:
        return Path(service) / "workbench.sock"
    if login := environ.get("XDG_RUNTIME_DIR"):
        return Path(login) / f"workbench-{study[:8]}.sock"
    return None


class UnixSocket:
    """A listening socket at a path, for the members of a group; `remove` takes it away."""

    def __init__(self, path: Path, group: str | None) -> None:
        """Bind it.  Raises UserError where the path, its folder or the group will not do, StudyBusy where one lives."""
        self.path = path.absolute()
        number = _group(group)
        if len(os.fsencode(self.path)) > LONGEST:
            raise UserError(f"The socket's path has more than {LONGEST} bytes ({self.path}); choose a shorter one.")
        _prepare(self.path.parent, number)
        _clear(self.path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self.listener.bind(str(self.path))
            self._inode = self.path.stat().st_ino
            if number is not None:
                _give(self.path, number, group)
            self.path.chmod(MODE)
            self.listener.listen(128)
        except OSError:
            self.listener.close()
            raise UserError(f"No socket can be made at {self.path}; choose a folder where you may write.") from None
        except UserError:
            self.remove()
            raise
        finally:
            os.umask(before)

    def remove(self) -> None:
        """Close it, and take its path away if it is still this one's."""
        self.listener.close()
        with suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()


def _group(name: str | None) -> int | None:
    try:
        return None if name is None else grp.getgrnam(name).gr_gid
    except KeyError:
        raise UserError(f"There is no group {name} on this machine; make it, or name another with --group.") from None


def _give(path: Path, group: int, name: str | None) -> None:
    try:
        os.chown(path, -1, group)
    except OSError:
        raise UserError(
            f"This account is not in the group {name}, so it cannot give the socket to it; add it to the group."
        ) from None


def _prepare(folder: Path, group: int | None) -> None:
    """A folder in which nobody else can put a socket of their own in the place of this one."""
    try:
        folder.mkdir(mode=0o750)
        if group is not None:
            os.chown(folder, -1, group)
    except FileExistsError:
        pass
    except OSError:
        raise UserError(f"The folder {folder} cannot be made; name a socket in another with --socket.") from None
    if folder.stat().st_mode & stat.S_IWOTH:
        raise UserError(f"Everybody may write in {folder}, so anybody could take the socket's place; choose another.")


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens at any more."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise UserError(f"{path} is not a socket; name another path with --socket.")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError:
            raise UserError(f"{path} belongs to somebody else; name another path with --socket.") from None
    raise StudyBusy(f"A server listens at {path} already; name another path with --socket.")
