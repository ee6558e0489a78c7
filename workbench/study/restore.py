"""Making a study out of a backup again."""

import base64
import secrets
import shutil
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from pydantic import ValidationError

from audit.checkpoint import PublicKey, read_checkpoint
from audit.errors import LogFault
from audit.log import Log
from audit.mirror import MirrorReader
from workbench.errors import StudyError
from workbench.store import events, meta
from workbench.store.connection import Connection
from workbench.study import pending
from workbench.study.backup import (
    IDENTITY,
    MANIFEST,
    SEALED_KEY,
    BackupManifest,
    mirror_files,
    open_key,
    read_manifest,
    verify_backup,
)
from workbench.study.copying import copy, write_new
from workbench.study.folder import Folder, Identity
from workbench.study.keys import Secret
from workbench.study.opening import check_free


def identity_of(backup: Path) -> Identity:
    """How the study in a backup is unlocked.  Raises StudyError."""
    read_manifest(backup)
    try:
        return Identity.model_validate_json((backup / IDENTITY).read_bytes())
    except (OSError, ValidationError):
        raise StudyError(f"{IDENTITY} of the backup {backup} is not as it was written; use another backup.") from None


def restore(backup: Path, root: Path, secret: Secret, mirror: Path | None = None) -> BackupManifest:
    """Verify a backup and make a study of it in a new folder; nothing is left behind on failure.

    `mirror` is the mirror of the study as it was last, where that is still there: if more was recorded in it than the
    backup holds, it becomes the restored study's, which then runs only when that has been explained.
    Raises StudyError, and KeyRefused for a key that does not open it.
    """
    manifest = verify_backup(backup)
    check_free(root)
    root = root.absolute()
    building = Folder(root.parent / f".{root.name}.{secrets.token_hex(4)}")
    try:
        building.root.mkdir(mode=0o700)
        _fill(building, backup, manifest, secret)
        if mirror is not None:
            _take_newer(building, mirror, manifest)
        note = pending.Restored(
            time=pending.now(), manifest_digest=_digest(backup / MANIFEST), size=manifest.size, root=manifest.root
        )
        if not pending.put_down(building, note):
            raise OSError
        # Last, so that a folder without it is never taken for a study.
        copy(backup / IDENTITY, building.identity)
        if root.exists():
            root.rmdir()
        building.root.rename(root)
    except OSError:
        shutil.rmtree(building.root, ignore_errors=True)
        raise StudyError(
            f"The study {root} cannot be written; choose a disk with enough room, where you may write."
        ) from None
    except BaseException:
        shutil.rmtree(building.root, ignore_errors=True)
        raise
    return manifest


def _fill(folder: Folder, backup: Path, manifest: BackupManifest, secret: Secret) -> None:
    for path in (folder.keys, folder.releases):
        path.mkdir(mode=0o700)
    folder.mirror.mkdir()
    folder.mirror.chmod(0o750)
    for file in manifest.files:
        if file.path in (IDENTITY, SEALED_KEY):
            continue
        target = folder.root / file.path
        if copy_into(backup / file.path, target, folder) != (file.bytes, file.sha256):
            raise StudyError(f"{target.name} of the backup {backup} is not as it was written; use another backup.")
    study_secret = _check_store(folder, backup, manifest, secret)
    try:
        key = open_key((backup / SEALED_KEY).read_bytes(), study_secret)
    except InvalidTag:
        raise StudyError(f"The log's key in the backup {backup} is damaged; use another backup.") from None
    write_new(folder.log_key, key)


def copy_into(source: Path, target: Path, folder: Folder) -> tuple[int, str]:
    """Copy a file; what lies in the mirror may be read by the auditors' group."""
    in_mirror = target.is_relative_to(folder.mirror)
    if not target.parent.exists():
        target.parent.mkdir(parents=True)
        target.parent.chmod(0o750 if in_mirror else 0o700)
    copied = copy(source, target)
    target.chmod(0o644 if target == folder.log_public_key else 0o640 if in_mirror else 0o600)
    return copied


def _check_store(folder: Folder, backup: Path, manifest: BackupManifest, secret: Secret) -> bytes:
    """Open the store, and see that its log is the manifest's and the seal that of its own secret; the secret."""
    db = Connection(folder.store, folder.temporary, secret.database_key(identity_of(backup).salt_bytes))
    try:
        encoded = meta.get(db, "study_secret")
        log = Log(events.lines(db, 0, events.size(db)))
    except LogFault:
        encoded = None
    finally:
        db.let_go()
    study_secret = base64.b64decode(encoded or "")
    if not encoded or manifest.sealed(study_secret).seal != manifest.seal:
        raise StudyError(f"The backup {backup} was not sealed by the study that it holds; use another backup.")
    if (log.size, log.root.hex()) != (manifest.size, manifest.root):
        raise StudyError(f"The store in the backup {backup} is not the one of its manifest; use another backup.")
    return study_secret


def _take_newer(folder: Folder, mirror: Path, manifest: BackupManifest) -> None:
    """Put a mirror in which more was recorded in the place of the backup's."""
    newer = MirrorReader(mirror)
    public = PublicKey.load(mirror / folder.log_public_key.name)
    if public != PublicKey.load(folder.log_public_key):
        raise StudyError(f"{mirror} is the mirror of another study; name the one of this study with --mirror.")
    note = newer.checkpoint()
    signed = 0 if note is None else read_checkpoint(note).size
    if max(newer.size, signed) <= manifest.size:
        return
    shutil.rmtree(folder.mirror)
    for path in mirror_files(mirror):
        copy_into(path, folder.mirror / path.relative_to(mirror), folder)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
