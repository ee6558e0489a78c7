"""Publishing onto a medium that is carried across one way: copied, read again, renamed; once, whatever happens."""

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from audit.bundle import MANIFEST, Bundle, file_digest, folders_of
from audit.disk import sync
from policies import UserError
from workbench.errors import DiskShort, Refused
from workbench.release.publish.check import File, files_of, release_id

_PARTIAL = ".{}.partial"
_SPARE = 1 << 20
"""Bytes left free beside the files: for folders and the two forms."""


class MediumError(UserError):
    """A medium that cannot be written, or does not keep what is written to it."""


def publish(
    bundle: Bundle, medium: Path, *, dry_run: bool = False, say: Callable[[str], None] = lambda sentence: None
) -> tuple[Path, bool]:
    """Copy a bundle that `check` has let through; its folder on the medium, and whether it is new there.

    `say` is told each step.  Raises `Refused`, `DiskShort` and `MediumError`.
    """
    name, files = release_id(bundle.manifest), files_of(bundle)
    target, partial = medium / name, medium / _PARTIAL.format(name)
    if not medium.is_dir():
        raise MediumError(f"{medium} is no folder; put the medium in, and name where it is mounted.")
    if medium.resolve().is_relative_to(bundle.path.resolve()):
        raise MediumError(f"{medium} lies within the bundle itself; name a folder on the medium.")
    try:
        if target.is_symlink() or target.exists():
            _is_this_release(target, files)
            say(f"{target} is there already and is this release; nothing is copied.")
            return target, False
        size = sum(file.size for file in files)
        if dry_run:
            _has_room(medium, files)
            say(f"Would: copy {len(files)} files ({size:,} bytes) to {target}, and read them again.")
            return target, False
        _remove(partial)
        _has_room(medium, files)
        say(f"Copy {len(files)} files ({size:,} bytes) to {target}.")
        try:
            _copy(bundle.path, partial, files)
            say("Read the copy again.")
            _reads_back(partial, files)
            partial.rename(target)
            sync(medium)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    except OSError as problem:
        raise MediumError(
            f"{problem.filename or medium} cannot be read or written ({problem.strerror}); check the medium and run "
            "the command again."
        ) from None
    return target, True


def _is_this_release(target: Path, files: tuple[File, ...]) -> None:
    """Refuse a folder that is another release, or a damaged copy of this one."""
    manifest = next(file for file in files if file.path == MANIFEST)
    there = target / MANIFEST
    if target.is_symlink() or not there.is_file() or file_digest(there) != manifest.sha256:
        raise Refused(f"{target} is something else, which stays as it is; name another medium or folder.")
    if wrong := _differs(target, files):
        raise Refused(
            f"{target} is this release, but its {wrong} is damaged or does not belong to it; remove the folder and run "
            "the command again, or take another medium."
        )


def _has_room(medium: Path, files: tuple[File, ...]) -> None:
    disk = os.statvfs(medium)
    needed = sum(-(-file.size // disk.f_frsize) * disk.f_frsize for file in files) + _SPARE
    free = disk.f_bavail * disk.f_frsize
    if needed > free:
        raise DiskShort(
            f"{medium} has room for {free:,} bytes and the release needs {needed:,}; take another medium, or make room."
        )


def _remove(partial: Path) -> None:
    """Clear away what an interrupted copy has left."""
    if partial.is_symlink():
        raise Refused(f"{partial} is a link, which no copy has left; remove it.")
    if partial.exists():
        shutil.rmtree(partial)


def _copy(source: Path, partial: Path, files: tuple[File, ...]) -> None:
    """Write every file and wait until it is on the medium; what is read must be what was verified."""
    partial.mkdir()
    for file in files:
        where = partial / file.path
        where.parent.mkdir(parents=True, exist_ok=True)
        digest = sha256()
        with (source / file.path).open("rb") as original, where.open("xb") as copy:
            while block := original.read(1 << 20):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
            _forget(copy.fileno())
        if digest.hexdigest() != file.sha256:
            raise Refused(f"{source / file.path} is being changed; copy the bundle again, and publish the copy.")
    for folder in folders_of(file.path for file in files):
        sync(partial / folder)
    sync(partial)


def _forget(descriptor: int) -> None:
    """Ask the system to keep nothing of the file in memory, so that reading it again reads the medium."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _reads_back(partial: Path, files: tuple[File, ...]) -> None:
    if wrong := _differs(partial, files):
        raise MediumError(f"The medium does not give back what was written to it ({wrong} differs); take another one.")


def _differs(folder: Path, files: tuple[File, ...]) -> str | None:
    """The first path at which a folder is not exactly these files."""
    expected = {file.path: file for file in files}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or (not path.is_dir() and name not in expected):
            return name
    for file in files:
        where = folder / file.path
        if not where.is_file() or where.stat().st_size != file.size or file_digest(where) != file.sha256:
            return file.path
    return None


def write_once(path: Path, text: str) -> bool:
    """Write a file whole, unless it is there; whether it was written.  Raises `OSError`."""
    if path.exists():
        return False
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    sync(path.parent)
    return True
