"""An online backup: a consistent copy of an open study, verified after writing, with a manifest under seal.

    DIR/
      BACKUP.json           the manifest: what the log was, every other file with its SHA-256, the seal
      identity.json         how to unlock the study (`study.json` under another name: a backup is not to be worked in)
      store.duckdb          the encrypted store, everything written into the one file
      policy.yaml
      mirror/…              the log, its checkpoint, its public key
      keys/log.key.sealed   the log's signing key, encrypted under the study's (AES-256-GCM)

Bundles are not in it: they are copies by themselves.
"""

import hmac
import secrets
import shutil
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import AfterValidator, Field, ValidationError

from audit.details import Count, Digest, Id, Moment, Strict, StudyBackedUp
from audit.events import canonical_json
from policies import Role
from workbench import __version__
from workbench.desk import commands, views
from workbench.errors import StudyError
from workbench.study import pending
from workbench.study.copying import copy, copy_apart, digest_of, write_new
from workbench.study.opening import check_free
from workbench.study.study import Study, record_key

MANIFEST, IDENTITY, SEALED_KEY = "BACKUP.json", "identity.json", "keys/log.key.sealed"
_NONCE = 12


def _inside(path: str) -> str:
    """A check that a path stays inside its folder."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or path != "/".join(parts):
        raise ValueError("not a path inside the backup")
    return path


class BackupFile(Strict):
    """One file of a backup."""

    path: Annotated[str, AfterValidator(_inside)]
    bytes: Count
    sha256: Digest


class BackupManifest(Strict):
    """What a backup holds; `size` and `root` are those of the log."""

    format: Literal["curation-backup/1"] = "curation-backup/1"
    study: Id
    created: Moment
    application: Id
    size: Count
    root: Digest
    files: Annotated[tuple[BackupFile, ...], Field(strict=False, min_length=1)]
    seal: Digest = "0" * 64

    def sealed(self, secret: bytes) -> "BackupManifest":
        """The same under a seal that only the study's key can make."""
        body = canonical_json(self.model_dump(mode="json", exclude={"seal"}))
        return self.model_copy(update={"seal": hmac.new(record_key(secret, "backup"), body, "sha256").hexdigest()})


def back_up(study: Study, command: commands.BackUpStudy, role: Role) -> views.BackedUp:
    """Write a backup into a new folder, read it back, and record it; on failure nothing is left behind."""
    root = Path(command.folder).absolute()
    check_free(root)
    building = root.parent / f".{root.name}.{secrets.token_hex(4)}"
    try:
        building.mkdir(mode=0o700)
        manifest = _fill(study, building)
        _verify(building, manifest)
        digest = digest_of(building / MANIFEST)[1]
        if root.exists():
            root.rmdir()
        building.rename(root)
    except OSError as problem:
        shutil.rmtree(building, ignore_errors=True)
        reason = problem.strerror or "it could not be read back as it was written"
        raise StudyError(
            f"The backup {root} cannot be written ({reason}); choose a disk with enough room, where you may write."
        ) from None
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    total = sum(file.bytes for file in manifest.files)
    with study.change(role) as change:
        details = StudyBackedUp(
            manifest_digest=digest, files=len(manifest.files), bytes=total, size=manifest.size, root=manifest.root
        )
        change.record(details, study.identity.study)
    return views.BackedUp(
        path=str(root), files=len(manifest.files), bytes=total, events=manifest.size, manifest_digest=digest
    )


def _fill(study: Study, target: Path) -> BackupManifest:
    """Copy everything; commands come one at a time, so that nothing changes meanwhile."""
    study.complete_mirror()
    study.write_checkpoint()
    study.db.checkpoint()
    folder, files = study.folder, []
    (target / "keys").mkdir(mode=0o700)
    _seal_key(folder.log_key, target / SEALED_KEY, study)
    files.append((SEALED_KEY, digest_of(target / SEALED_KEY)))
    files.append((folder.store.name, copy_apart(folder.store, target / folder.store.name)))
    files.append((IDENTITY, copy(folder.identity, target / IDENTITY)))
    files.append((folder.policy.name, copy(folder.policy, target / folder.policy.name)))
    for path in mirror_files(folder.mirror):
        name = f"mirror/{path.relative_to(folder.mirror).as_posix()}"
        for parent in reversed((target / name).relative_to(target).parents):
            (target / parent).mkdir(mode=0o700, exist_ok=True)
        files.append((name, copy(path, target / name)))
    manifest = BackupManifest(
        study=study.identity.study,
        created=pending.now(),
        application=__version__,
        size=study.log.size,
        root=study.log.root.hex(),
        files=tuple(BackupFile(path=name, bytes=size, sha256=digest) for name, (size, digest) in files),
    ).sealed(study.secret)
    write_new(target / MANIFEST, canonical_json(manifest.model_dump(mode="json")) + b"\n")
    return manifest


def mirror_files(mirror: Path) -> list[Path]:
    """The mirror's regular files, without what is only being written."""
    return sorted(
        path for path in mirror.rglob("*") if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    )


def _seal_key(source: Path, target: Path, study: Study) -> None:
    nonce = secrets.token_bytes(_NONCE)
    cipher = AESGCM(study.record_key("backup key"))
    write_new(target, nonce + cipher.encrypt(nonce, source.read_bytes(), None))


def open_key(sealed: bytes, secret: bytes) -> bytes:
    """The log's signing key out of a backup.  Raises cryptography.exceptions.InvalidTag."""
    cipher = AESGCM(record_key(secret, "backup key"))
    return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)


def read_manifest(backup: Path) -> BackupManifest:
    """The manifest of a backup.  Raises StudyError."""
    try:
        return BackupManifest.model_validate_json((backup / MANIFEST).read_bytes())
    except OSError:
        raise StudyError(
            f"{backup} is not a backup of a study; name the folder that workbench study backup made."
        ) from None
    except ValidationError:
        raise StudyError(f"The manifest of the backup {backup} is damaged; use another backup.") from None


def verify_backup(backup: Path) -> BackupManifest:
    """Read a backup whole.  Raises StudyError, which names the first file that is not as it was written."""
    manifest = read_manifest(backup)
    try:
        _verify(backup, manifest)
    except OSError as problem:
        name = Path(str(problem.filename)).name if problem.filename else MANIFEST
        raise StudyError(f"{name} of the backup {backup} is not as it was written; use another backup.") from None
    return manifest


def _verify(backup: Path, manifest: BackupManifest) -> None:
    """Raises OSError, with the file, where a file is missing, changed or too many."""
    for file in manifest.files:
        if digest_of(backup / file.path) != (file.bytes, file.sha256):
            raise OSError(None, None, str(backup / file.path))
    known = {MANIFEST, *(file.path for file in manifest.files)}
    for path in backup.rglob("*"):
        if not path.is_dir() and path.relative_to(backup).as_posix() not in known:
            raise OSError(None, None, str(path))
