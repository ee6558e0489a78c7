"""The folder of a release: hidden while it is made, on disk before it is recorded, read-only once it has its name."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from audit import disk
from workbench.study.study import Study

READ_ONLY_FOLDER, READ_ONLY_FILE = 0o555, 0o444


def building(study: Study, target: Path) -> Path:
    """Where a release is made before it has its name."""
    return target.with_name(f".{target.name}{_ending(study)}")


def left_over(study: Study, parent: Path) -> Iterator[tuple[Path, str]]:
    """Folders of this study's releases that were not finished, and the names of the releases.

    Only one process has a study open, so that nobody works on them.
    """
    if parent.is_dir():
        for folder in sorted(parent.glob(f".*{_ending(study)}")):
            yield folder, folder.name[1 : -len(_ending(study))]


def sync(folder: Path) -> None:
    """Wait until everything below a folder is on disk."""
    for path in (*folder.rglob("*"), folder):
        disk.sync(path)


def freeze(folder: Path) -> None:
    """Make everything below a folder read-only, and wait until it is on disk."""
    for path in folder.rglob("*"):
        path.chmod(READ_ONLY_FOLDER if path.is_dir() else READ_ONLY_FILE)
    sync(folder)


def publish(folder: Path, target: Path) -> None:
    """Give a folder its name for good; it is read-only then."""
    folder.rename(target)
    target.chmod(READ_ONLY_FOLDER)
    for path in (target, target.parent):
        disk.sync(path)


def remove(folder: Path) -> None:
    """Delete a folder, read-only or not."""
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _ending(study: Study) -> str:
    """Says whose it is: a folder for releases may be that of several studies."""
    return f".{study.identity.study[:12]}.building"
