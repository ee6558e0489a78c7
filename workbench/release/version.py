"""The semantic version of a release, from what has changed since the last one."""

from collections.abc import Sequence

from workbench.errors import Refused
from workbench.release.rules import Going
from workbench.store import releases
from workbench.study.study import Study

FIRST = "1.0.0"


def next_version(study: Study, going: Sequence[Going], wanted: str | None) -> str:
    """A new major version where rows of the last release are gone (edited ones too), minor where rows came, else patch.

    `wanted` may be higher; raises Refused where it is lower.
    """
    least = _least(study, going)
    if wanted is None:
        return least
    if parts(wanted) < parts(least):
        raise Refused(f"This release needs version {least} or a higher one; choose another --version.")
    return wanted


def parts(version: str) -> tuple[int, ...]:
    """Major, minor and patch."""
    return tuple(int(number) for number in version.split("."))


def _least(study: Study, going: Sequence[Going]) -> str:
    last = releases.last(study.db)
    if last is None:
        return FIRST
    name, version = last
    major, minor, patch = parts(version)
    before = releases.digests(study.db, name)
    kept = sum(row.digest in before for row in going)
    if kept < len(before):
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if kept < len(going) else f"{major}.{minor}.{patch + 1}"
