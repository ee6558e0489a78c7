"""Revoking rows of releases that have left the house: what the study can do is say so, signed, and leave them out.

A release stays what it was.  Whoever holds it learns from the revocation list which rows they must not use.
"""

from collections import Counter
from pathlib import Path

from audit import revocation
from audit.checkpoint import SigningKey
from audit.details import ReleaseRevoked
from policies import Role
from workbench.desk import release_views as rv
from workbench.desk import releasing
from workbench.errors import NotThere, Refused
from workbench.many import many
from workbench.store import releases, revocations
from workbench.study.study import Study


def show_revocable(study: Study, command: releasing.ShowRevocable, role: Role) -> rv.Revocable:
    """Which rows `revoke_rows` would revoke now; changes nothing.  Raises Refused and NotThere."""
    found: dict[str, list[str]] = {}
    for name, row in _rows(study, command):
        found.setdefault(name, []).append(row)
    return rv.Revocable(releases=tuple((name, tuple(ids)) for name, ids in sorted(found.items())))


def revoke_rows(study: Study, command: releasing.RevokeRows, role: Role) -> rv.Revoked:
    """Revoke rows in every release that holds them, and write the signed list of all that were ever revoked.

    Where nothing is left to revoke the list is written anew all the same.  Raises Refused and NotThere.
    """
    folder = Path(command.folder).absolute() if command.folder else study.folder.releases
    if not folder.is_dir():
        raise Refused(f"{folder} is not a folder; name one for the revocation list that exists and is yours.")
    rows = _rows(study, command)
    counts = Counter(name for name, _ in rows)
    if rows:
        with study.change(role) as change:
            for name, count in counts.items():
                release = releases.named(study.db, name)
                assert release is not None
                event = change.record(
                    ReleaseRevoked(manifest_digest=release.manifest_digest, rows=count), name, reason=command.reason
                )
                mine = [pair for pair in rows if pair[0] == name]
                revocations.add(study.db, mine, command.reason, event.sequence)
    path = folder / revocation.LIST
    try:
        key = SigningKey.load(study.folder.log_key)
        revocation.write(path, revocations.all_rows(study.db), study.log.size, key)
    except OSError:
        raise Refused(
            f"The rows are revoked, but the list of them cannot be written to {folder}; run this again with another "
            "folder."
        ) from None
    return rv.Revoked(
        releases=tuple(sorted(counts.items())), sentences=_sentences(study, command, counts, path), path=str(path)
    )


def _rows(study: Study, command: releasing.ShowRevocable | releasing.RevokeRows) -> list[tuple[str, str]]:
    """Release and id of each row that is meant and not revoked yet."""
    if command.exchange is not None:
        rows = revocations.of_exchange(study.db, command.exchange, command.reason)
        if not rows and releases.released_since(study.db, command.exchange, -1) is None:
            raise NotThere(f"Exchange {command.exchange} went into no release, so that there is nothing to revoke.")
        return rows
    if command.reason == "consent_withdrawn":
        return revocations.of_withdrawn(study.db, study.policy.release.scope.value)
    raise Refused("Rows are revoked for another reason one by one; name the exchange with --exchange.")


def _sentences(study: Study, command: releasing.RevokeRows, counts: Counter[str], path: Path) -> tuple[str, ...]:
    """What to do now, and what to tell whoever has one of these releases."""
    told = []
    for name, count in sorted(counts.items()):
        release = releases.named(study.db, name)
        assert release is not None
        told.append(
            f"{name} {release.version} (manifest {release.manifest_digest[:16]}…): {count:,} of "
            f"{many(release.rows, 'row')} must not be used any more."
        )
        if where := revocations.destinations(study.db, name):
            told.append(f"As the study was told, {name} was published to: {', '.join(where)}.")
    if counts:
        told += [
            f"Send {path.name} to everybody who received one of these releases; ask them to delete the rows that it "
            "names, in all copies, and to confirm it in writing.",
            f"Training leaves the rows out with --revocations {path.name}; a model that was trained on them before "
            "still holds what it learned and has to be trained anew.",
            "On a hub a new version removes nothing: tags and the history of the repository still hold the rows, and "
            "so do the caches of whoever has downloaded them; delete the tags and the history, or the repository.",
        ]
    if command.reason == "identifying":
        told.append(
            f"Exchange {command.exchange} goes into no release any more as it stands; edit it and approve it anew, or "
            f"take its approval back with: workbench withdraw {command.exchange}"
        )
    return tuple(told)
