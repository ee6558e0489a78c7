"""Writing a release: what may go, every file of the bundle, and its proof; recorded first, visible last.

In this order: files, digest of the manifest, event, checkpoint, proof beside the manifest, name, read-only.  Whatever
stops it before the event leaves nothing; after the event it is finished by the next build.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from audit.bundle import MANIFEST, file_digest
from audit.bundle_proof import PROOF
from audit.checkpoint import PublicKey
from audit.details import ReleaseBuilt, ReleasePlanned, ReleaseRefused
from audit.events import Outcome
from audit.proof import prove_inclusion
from policies import Role
from workbench.desk import commands, views
from workbench.errors import Refused
from workbench.release import folders, gate, sample, sign
from workbench.release.gate import Plan, plan
from workbench.release.version import next_version
from workbench.store import releases
from workbench.study.study import Study


@contextmanager
def _spared() -> Iterator[None]:
    """What is there already is not gone over by the collector again and again, while a million rows pass."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@_spared()
def plan_release(study: Study, command: commands.PlanRelease, role: Role) -> views.ReleasePlan:
    """Count what would go and what stays."""
    planned = plan(study)
    with study.change(role) as change:
        change.record(ReleasePlanned(rows=len(planned.rows), excluded=planned.excluded), "plan")
    return views.ReleasePlan(
        rows=len(planned.rows),
        unstated=planned.unstated,
        excluded=tuple(planned.excluded.items()),
        warnings=(*planned.warnings, *([warning] if (warning := sign.warning(study)) else [])),
        rescan_left=len(planned.unscanned),
        refusals=tuple(gate.forbidden(study)),
    )


@_spared()
def build_release(study: Study, command: commands.BuildRelease, role: Role) -> views.Built:
    """Write a release under a temporary name, record it, then give it its name.

    Raises Refused when the name is taken or nothing may go; nothing is left behind then.  A build of this name that was
    broken off after it had been recorded is finished instead.
    """
    parent = Path(command.folder).absolute() if command.folder else study.folder.releases
    target = parent / command.name
    building = folders.building(study, target)
    if command.name in _clear(study, parent):
        return _built(study, command.name)
    if releases.exists(study.db, command.name) or target.exists():
        raise Refused(f"A release named {command.name} exists already; choose another name.")
    planned = plan(study)
    _check(study, command, planned, role)
    version = next_version(study, planned.rows, command.version)
    try:
        building.mkdir(mode=0o755)
    except OSError:
        raise Refused(f"The release cannot be written to {parent}; choose a folder that exists and is yours.") from None
    # Brings numpy and pyarrow along, which who only reviews never needs.
    from workbench.release.bundle import Making, make

    try:
        now = datetime.now(UTC)
        made = make(study, building, Making(command.name, version, now, study.log.size, study.log.root), planned)
        folders.sync(building)
        with study.change(role) as change:
            details = ReleaseBuilt(rows=len(planned.rows), excluded=made.excluded, manifest_digest=made.digest)
            event = change.record(details, command.name, after=made.digest)
            about = (command.name, version, made.digest, len(planned.rows), study.actor.name, str(target))
            releases.add(study.db, (*about, change.time.isoformat()), made.rows, event.sequence)
    except BaseException as problem:
        if not releases.exists(study.db, command.name):
            folders.remove(building)
            if isinstance(problem, Refused):
                _refuse(study, command, planned, role, "content")
            if isinstance(problem, OSError):
                raise Refused(
                    f"The release cannot be written to {parent}; make room there and beside the study, or choose "
                    "another place."
                ) from None
        raise
    _finish(study, building, target, event.sequence)
    return _built(study, command.name, planned)


def _built(study: Study, name: str, planned: Plan | None = None) -> views.Built:
    """What is told of a release; of one that was only finished, `planned` and with it what stayed is not known."""
    release, planned = releases.named(study.db, name), planned or Plan()
    assert release is not None
    warning = sign.warning(study)
    return views.Built(
        name=name,
        version=release.version,
        path=release.path,
        rows=release.rows,
        unstated=planned.unstated,
        excluded=tuple(planned.excluded.items()),
        warnings=(*planned.warnings, *([warning] if warning else [])),
        manifest_digest=release.manifest_digest,
    )


def _check(study: Study, command: commands.BuildRelease, planned: Plan, role: Role) -> None:
    """Raise Refused, and record it, where something forbids that anything is built."""
    reasons = [("gate", sentence) for sentence in gate.refusals(study, planned)]
    if not planned.rows:
        nothing = "Nothing may be released yet: no exchange is approved and passes every rule; see: workbench status"
        reasons.append(("nothing_approved", nothing))
    if assurance := sample.refusal(study, study.policy, planned.rows):
        reasons.append(("assurance", assurance))
    if not reasons:
        return
    reason, sentence = reasons[0]
    _refuse(study, command, planned, role, reason)
    raise Refused(sentence)


def _refuse(study: Study, command: commands.BuildRelease, planned: Plan, role: Role, reason: str) -> None:
    with study.change(role) as change:
        details = ReleaseRefused(rows=len(planned.rows), excluded=planned.excluded)
        change.record(details, command.name, outcome=Outcome.REFUSED, reason=reason)


def _clear(study: Study, parent: Path) -> list[str]:
    """Finish what was recorded when a build was broken off, and remove what was not; names of what was finished."""
    finished = []
    for building, name in folders.left_over(study, parent):
        release = releases.named(study.db, name)
        manifest = building / MANIFEST
        if release and manifest.is_file() and file_digest(manifest) == release.manifest_digest:
            _finish(study, building, parent / name, release.sequence)
            finished.append(name)
        else:
            folders.remove(building)
    return finished


def _finish(study: Study, building: Path, target: Path, sequence: int) -> None:
    """Sign the log with the release in it, put the proof of that beside the manifest, and give the folder its name."""
    study.sign()
    proof, _ = prove_inclusion(study.mirror, sequence, PublicKey.load(study.folder.log_public_key))
    (building / PROOF).unlink(missing_ok=True)
    (building / PROOF).write_text(proof.text(), encoding="utf-8", newline="")
    folders.freeze(building)
    folders.publish(building, target)
