"""Writing a release: Parquet, card, manifest of digests; recorded first, visible last."""

import os
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from audit.bundle import (
    MANIFEST,
    SUMS,
    ApplicationRef,
    BundleFile,
    LogRef,
    Manifest,
    ModelRef,
    PolicyRef,
    PromptRef,
    file_digest,
    sums_bytes,
)
from audit.bundle_proof import PROOF
from audit.checkpoint import PublicKey
from audit.details import ReleaseBuilt, ReleasePlanned, ReleaseRefused
from audit.events import Outcome
from audit.proof import prove_inclusion
from policies import Role
from policies.basis import UNSIGNED
from workbench import __version__
from workbench.desk import commands, views
from workbench.errors import Refused
from workbench.release.card import card, statistics
from workbench.release.gate import Plan, config_of, plan
from workbench.store import releases
from workbench.store.exchanges import Latest
from workbench.study.study import Study

CARD = "README.md"
COLUMNS = ("id", "instruction", "input", "output")
DATA_FILE = "data/{config}/train-00000-of-00001.parquet"

Row = tuple[Latest, dict[str, str]]
"""A record and the row that it becomes."""


def plan_release(study: Study, command: commands.PlanRelease, role: Role) -> views.ReleasePlan:
    """Count what would go and what stays."""
    planned = plan(study)
    with study.change(role) as change:
        change.record(ReleasePlanned(rows=len(planned.rows), excluded=planned.excluded), "plan")
    return views.ReleasePlan(
        rows=len(planned.rows),
        unstated=planned.unstated,
        excluded=tuple(planned.excluded.items()),
        warnings=planned.warnings,
    )


def build_release(study: Study, command: commands.BuildRelease, role: Role) -> views.Built:
    """Write a release under a temporary name, record it, then give it its name.

    Raises Refused when the name is taken or nothing may go; nothing is left behind then.
    """
    parent = Path(command.folder).absolute() if command.folder else study.folder.releases
    target = parent / command.name
    if releases.exists(study.db, command.name) or target.exists():
        raise Refused(f"A release named {command.name} exists already; choose another name.")
    if study.policy.agreement == UNSIGNED:
        raise Refused(
            "The policy names the example agreement; put the signed data use agreement under agreement first."
        )
    planned = plan(study)
    if not planned.rows:
        with study.change(role) as change:
            details = ReleaseRefused(rows=0, excluded=planned.excluded)
            change.record(details, command.name, outcome=Outcome.REFUSED, reason="nothing_approved")
        raise Refused(
            "Nothing may be released yet: no exchange is approved and passes every rule; see: workbench status"
        )
    building = parent / f".{command.name}.{secrets.token_hex(4)}"
    try:
        building.mkdir(mode=0o755)
    except OSError:
        raise Refused(f"The release cannot be written to {parent}; choose a folder that exists and is yours.") from None
    try:
        with study.change(role) as change:
            rows = _rows(study, command.name, planned)
            digest = _write(study, building, command.name, planned, rows, change.time)
            event = change.record(
                ReleaseBuilt(rows=len(rows), excluded=planned.excluded, manifest_digest=digest),
                command.name,
                after=digest,
            )
            approved = [(row["id"], latest.exchange, latest.version, latest.digest) for latest, row in rows]
            releases.add(study.db, command.name, digest, approved, event.sequence)
        _add_proof(study, building, event.sequence)
        building.rename(target)
        _sync_folder(parent)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return views.Built(
        name=command.name,
        path=str(target),
        rows=len(rows),
        unstated=planned.unstated,
        excluded=tuple(planned.excluded.items()),
        warnings=planned.warnings,
        manifest_digest=digest,
    )


def _add_proof(study: Study, folder: Path, sequence: int) -> None:
    """Sign the log with the release in it, and put the proof of that beside the manifest."""
    study.sign()
    proof, _ = prove_inclusion(study.mirror, sequence, PublicKey.load(study.folder.log_public_key))
    (folder / PROOF).write_text(proof.text(), encoding="utf-8", newline="")
    _sync([folder / PROOF])


def _rows(study: Study, name: str, planned: Plan) -> list[Row]:
    """Approved exchanges with their rows, in the order of the opaque ids, so that place in the study does not show."""
    rows = []
    for latest in planned.rows:
        row_id = study.keyed_digest(f"release:{name}", str(latest.exchange))[:32]
        values = (row_id, study.policy.release.instruction, latest.question, latest.answer)
        rows.append((latest, dict(zip(COLUMNS, values, strict=True))))
    return sorted(rows, key=lambda pair: pair[1]["id"])


def _write(study: Study, folder: Path, name: str, planned: Plan, rows: list[Row], created: datetime) -> str:
    """Write every file and wait until it is on disk; the SHA-256 (hex) of the manifest."""
    policy, digest = study.policy, study.loaded_policy.digest
    made_by = releases.made_by(study.db, {latest.record_kind for latest, _ in rows})
    configs: dict[str, list[dict[str, str]]] = {}
    for latest, row in rows:
        configs.setdefault(config_of(latest), []).append(row)
    configs = dict(sorted(configs.items()))
    paths = {config: DATA_FILE.format(config=config) for config in configs}
    for config, path in paths.items():
        _write_data(folder / path, configs[config])
    stats = {config: statistics([(row["input"], row["output"]) for row in data]) for config, data in configs.items()}
    backends = sorted({backend for backend, *_ in made_by})
    (folder / CARD).write_text(card(name, policy, digest, paths, stats, backends, planned.unstated), encoding="utf-8")
    prompts = sorted({prompt for *_, prompt in made_by if prompt})
    manifest = Manifest(
        name=name,
        created=created,
        rows=len(rows),
        files=(
            _measured(folder, CARD),
            *(_measured(folder, path, len(configs[config])) for config, path in paths.items()),
        ),
        columns=COLUMNS,
        policy=PolicyRef(name=policy.name, version=policy.version, digest=digest),
        prompts=tuple(PromptRef(name=policy.paraphrase.prompt, digest=prompt) for prompt in prompts),
        models=tuple(ModelRef(backend=backend, digest=model) for backend, model, _ in made_by),
        application=ApplicationRef(name="curation-workbench", version=__version__),
        excluded=planned.excluded,
        log=LogRef(size=study.log.size, root=study.log.root.hex()),
    )
    (folder / MANIFEST).write_bytes(manifest.to_bytes())
    (folder / SUMS).write_bytes(sums_bytes(manifest))
    _sync(folder.rglob("*"))
    return file_digest(folder / MANIFEST)


def _write_data(file: Path, rows: list[dict[str, str]]) -> None:
    file.parent.mkdir(parents=True)
    # Brings numpy along, which who only reviews never needs.
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist(rows, schema=pa.schema([(column, pa.string()) for column in COLUMNS]))
    pq.write_table(table, file, compression="zstd")


def _measured(folder: Path, path: str, rows: int | None = None) -> BundleFile:
    file = folder / path
    return BundleFile(path=path, bytes=file.stat().st_size, sha256=file_digest(file), rows=rows)


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
