"""Making a study and opening it."""

import base64
import os
import secrets
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from audit.checkpoint import SigningKey, save_public_key
from audit.details import PersonAdded, StudyCreated, StudyOpened
from audit.log import Log
from audit.mirror import Mirror
from policies import Face, LoadedPolicy, Role, parse_policy
from workbench.errors import KeyRefused, StudyError, WritesDamaged
from workbench.peer import this_process
from workbench.store import meta, people
from workbench.store.connection import Connection
from workbench.study import actors, pending
from workbench.study.folder import SCHEMA, Folder, Identity
from workbench.study.keys import ENVIRONMENT, FILE_ENVIRONMENT, Secret
from workbench.study.ledger import Ledger
from workbench.study.quarantine import quarantine
from workbench.study.reconcile import Record, reconcile
from workbench.study.study import Actor, Study

FOUNDER_ROLES = (Role.OPERATOR, Role.REVIEWER, Role.SENIOR, Role.STEWARD)


def create_study(root: Path, policy: LoadedPolicy, secret: Secret, founder: str, face: Face = Face.CLI) -> Folder:
    """Make a new study in a folder that does not exist yet or is empty; nothing is left behind on failure.

    The founder (this login's uid) becomes all of FOUNDER_ROLES, as one person working alone needs.
    """
    check_free(root)
    root = root.absolute()
    building = root.parent / f".{root.name}.{secrets.token_hex(4)}"
    try:
        building.mkdir(mode=0o700)
    except OSError:
        raise StudyError(f"The folder {root} cannot be made; choose a place where you may write.") from None
    try:
        _fill(Folder(building), policy, secret, founder, face)
        if root.exists():
            root.rmdir()
        building.rename(root)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return Folder(root)


def check_free(root: Path) -> None:
    """Whether a study can be made here: raises StudyError for a file, or a folder with something in it."""
    root = root.absolute()
    try:
        taken = root.exists() and (not root.is_dir() or any(root.iterdir()))
    except OSError:
        raise StudyError(f"The folder {root} cannot be read; choose a place where you may write.") from None
    if taken:
        raise StudyError(f"{root} exists and is not empty; name a new folder for the study.")


def _fill(folder: Folder, policy: LoadedPolicy, secret: Secret, founder: str, face: Face) -> None:
    salt = secrets.token_bytes(16)
    identity = Identity(
        study=uuid.uuid4().hex,
        salt=base64.b64encode(salt).decode(),
        key_kind=secret.kind,
        key_file=str(secret.file) if secret.file else None,
        policy_digest=policy.digest,
    )
    folder.keys.mkdir(mode=0o700)
    folder.releases.mkdir(mode=0o700)
    mirror = Mirror(folder.mirror)
    key = SigningKey.generate(f"study-{identity.study}")
    key.save(folder.log_key)
    save_public_key(key.public, folder.log_public_key)
    _write(folder.policy, policy.body)
    study_secret = secrets.token_bytes(32)
    db = Connection(folder.store, folder.temporary, secret.database_key(salt), create=True)
    folder.store.chmod(0o600)
    with db.transaction():
        values = {"schema_version": str(SCHEMA), "study_secret": base64.b64encode(study_secret).decode()}
        meta.create(db, values, policy.digest, policy.body)
    actor = Actor(founder, frozenset(FOUNDER_ROLES), "os-uid", face)
    study = Study(folder, identity, db, policy, study_secret, Log(), Ledger(), mirror, actor)
    with study.change(Role.OPERATOR) as change:
        change.record(StudyCreated(schema_version=SCHEMA, key_source=secret.kind), identity.study)
        for role in FOUNDER_ROLES:
            people.add(db, 1, founder, os.getuid(), role.value)
        roles = tuple(role.value for role in FOUNDER_ROLES)
        change.record(PersonAdded(roles=roles, uid=os.getuid()), founder)
    study.close()
    # Last, so that a folder without it is never taken for a study.
    _write(folder.identity, identity.model_dump_json(indent=2) + "\n")


def _write(path: Path, text: str) -> None:
    with open(path, "x", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    path.chmod(0o600)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A study whose store is open and whose log has not been looked at yet."""

    folder: Folder
    identity: Identity
    db: Connection
    policy: LoadedPolicy
    secret: bytes
    actor: Actor

    @property
    def role(self) -> Role:
        """The first role of the person who opened it."""
        return next(role for role in Role if role in self.actor.roles)

    def study(self, record: Record, mirror: Mirror) -> Study:
        """The study over a log that is one with its mirror."""
        return Study(
            self.folder, self.identity, self.db, self.policy, self.secret, record.log, record.ledger, mirror, self.actor
        )


def unlock(root: Path, secret: Secret, face: Face, *, scripted: str | None = None) -> Unlocked:
    """Open the store as the person whose login this is, or as a scripted actor by name.

    Raises StudyError (wrong key, foreign folder, newer version, damage) and NotAllowed (not a person of the study).
    An attempt with a wrong key is put down beside the store.
    """
    folder = Folder(root.absolute())
    identity = folder.read_identity()
    try:
        db = Connection(folder.store, folder.temporary, secret.database_key(identity.salt_bytes))
    except KeyRefused:
        uid = os.getuid()
        pending.put_down(folder, pending.WrongKey(time=pending.now(), uid=uid, face=face.value, key_source=secret.kind))
        raise KeyRefused(_wrong_key(folder, identity, secret)) from None
    except WritesDamaged:
        raise quarantine(folder) from None
    try:
        digest, body = meta.policy(db)
        policy = parse_policy(body, f"The policy of {root}")
        encoded = meta.get(db, "study_secret")
        if encoded is None or policy.digest != digest:
            raise StudyError(f"The store of {root} is damaged; restore it from your backup.")
        return Unlocked(folder, identity, db, policy, base64.b64decode(encoded), _actor(db, face, scripted))
    except BaseException:
        db.let_go()
        raise


def open_study(root: Path, secret: Secret, face: Face, *, scripted: str | None = None) -> Study:
    """Open a study, and record that it was opened and what happened while it was shut.

    Raises what `unlock` does, and audit.LogFault where the store was rolled back or differs from its mirror; then the
    store is left as it was found.
    """
    unlocked = unlock(root, secret, face, scripted=scripted)
    try:
        mirror = Mirror(unlocked.folder.mirror)
        record = reconcile(unlocked.db, unlocked.folder, mirror)
        study = unlocked.study(record, mirror)
        study.room.keep()
        with study.change(unlocked.role) as change:
            pending.record(study, change)
            change.record(StudyOpened(key_source=secret.kind, completed=record.completed), study.identity.study)
    except BaseException:
        unlocked.db.let_go()
        raise
    study.heartbeat.start(lambda: study.log.size)
    return study


def _wrong_key(folder: Folder, identity: Identity, secret: Secret) -> str:
    """Which key was tried, and which one the study was made with."""
    tried = f"{secret.source} does not open the study {folder.root}"
    if secret.kind == identity.key_kind and identity.key_file == (str(secret.file) if secret.file else None):
        return f"{tried}; check that it is the one the study was made with."
    made_with = {
        "passphrase": f"a passphrase: leave --key-file out and unset {ENVIRONMENT} and {FILE_ENVIRONMENT} to be asked",
        "environment": f"a key in the variable {ENVIRONMENT}: set it, and leave --key-file out",
        "key-file": f"the key file {identity.key_file}: name it with --key-file",
    }
    return f"{tried}, which was made with {made_with[identity.key_kind]}."


def _actor(db: Connection, face: Face, scripted: str | None) -> Actor:
    peer = this_process()
    return actors.scripted(db, scripted, peer, face) if scripted else actors.of_login(db, peer, face)
