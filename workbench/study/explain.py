"""`study explain`: what makes a study run again whose store is not what was recorded of it.

It takes two persons, each under their own login: an operator, and a steward or auditor.  The first gives the reason;
it is put down beside the store under a seal (HMAC) that only the study's key can make.  The second confirms exactly
what the first has seen; then the log goes on, its next event says what was found, and nothing of the old is deleted.
"""

import hmac
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from audit.checkpoint import SigningKey, save_public_key
from audit.details import Digest, Id, Moment, Strict, StudyExplained
from audit.errors import AuditError
from audit.events import canonical_json
from audit.mirror import Mirror
from policies import Face, Role
from workbench.errors import NotAllowed, Refused
from workbench.store import events, people
from workbench.study import pending
from workbench.study.finding import Examined, Finding, examine
from workbench.study.folder import Folder
from workbench.study.keys import Secret
from workbench.study.ledger import Ledger
from workbench.study.opening import Unlocked, unlock
from workbench.study.quarantine import keep_copy
from workbench.study.reconcile import Record
from workbench.study.study import Change, record_key

Reason = Literal["restore", "hardware", "mistake"]
"""A backup was put back; a disk or machine failed; somebody moved or changed files."""
OVERSEERS = frozenset({Role.STEWARD, Role.AUDITOR})


class Explanation(Strict):
    """What the first person said about what they saw."""

    study: Id
    reason: Reason
    asked_by: Id
    uid: int
    time: Moment
    finding: Finding
    seal: Digest = "0" * 64

    def sealed(self, secret: bytes) -> "Explanation":
        """The same under its seal."""
        body = canonical_json(self.model_dump(mode="json", exclude={"seal"}))
        return self.model_copy(update={"seal": hmac.new(record_key(secret, "explanation"), body, "sha256").hexdigest()})


def look(root: Path, secret: Secret) -> tuple[Examined | None, Explanation | None]:
    """What is wrong with a study, and what has been said about it so far."""
    unlocked = unlock(root, secret, Face.CLI)
    try:
        return examine(unlocked.db, unlocked.folder), _read(unlocked)
    finally:
        unlocked.db.let_go()


def ask(root: Path, secret: Secret, reason: Reason) -> Examined:
    """The first person's part: put the reason down.  Raises Refused if there is nothing to explain."""
    unlocked = unlock(root, secret, Face.CLI)
    try:
        _role(unlocked, frozenset({Role.OPERATOR}) | OVERSEERS)
        found = _found(unlocked)
        explanation = Explanation(
            study=unlocked.identity.study,
            reason=reason,
            asked_by=unlocked.actor.name,
            uid=os.getuid(),
            time=pending.now(),
            finding=found.finding,
        )
        _write(unlocked.folder, explanation.sealed(unlocked.secret))
        return found
    finally:
        unlocked.db.let_go()


def confirm(root: Path, secret: Secret) -> tuple[Examined, Explanation]:
    """The second person's part: the log goes on, and says so.

    Raises Refused where nothing is to be explained or confirmed, or not this any more, and NotAllowed for a person who
    may not confirm this.
    """
    unlocked = unlock(root, secret, Face.CLI)
    try:
        found = _found(unlocked)
        explanation = _read(unlocked)
        if explanation is None:
            raise Refused(
                f"Nobody has explained the study {unlocked.folder.root} yet; the first of two persons runs: "
                "workbench study explain --reason restore, hardware or mistake"
            )
        asked_role = _second(unlocked, explanation)
        if explanation.finding != found.finding:
            raise Refused(
                f"The study {unlocked.folder.root} has changed since {explanation.asked_by} explained it; look at it "
                "again and explain it anew with --reason."
            )
        _go_on(unlocked, found, explanation, asked_role)
        return found, explanation
    finally:
        unlocked.db.let_go()


def _found(unlocked: Unlocked) -> Examined:
    found = examine(unlocked.db, unlocked.folder)
    if found is None:
        raise Refused(f"There is nothing to explain: store, mirror and checkpoint of {unlocked.folder.root} agree.")
    return found


def _role(unlocked: Unlocked, allowed: frozenset[Role]) -> Role:
    return unlocked.actor.role_for(allowed)


def _second(unlocked: Unlocked, explanation: Explanation) -> Role:
    """The role in which the first person asked, such that this one may confirm; `unlocked.actor` gets the other."""
    if explanation.uid == os.getuid() or explanation.asked_by == unlocked.actor.name:
        raise NotAllowed(
            "You have explained this yourself; a second person of the study must confirm it under a login of their own."
        )
    first = {Role(role) for _, name, uid, role in people.everyone(unlocked.db) if uid == explanation.uid}
    if Role.OPERATOR in first and unlocked.actor.roles & OVERSEERS:
        return Role.OPERATOR
    if first & OVERSEERS and Role.OPERATOR in unlocked.actor.roles:
        return min(first & OVERSEERS)
    raise NotAllowed(
        f"An operator and a steward or auditor must explain this together; {explanation.asked_by} and "
        f"{unlocked.actor.name} are not these two."
    )


def _go_on(unlocked: Unlocked, found: Examined, explanation: Explanation, asked_role: Role) -> None:
    """Store the missing events and the explanation in one step, then make mirror and checkpoint the store's again."""
    folder, db, finding = unlocked.folder, unlocked.db, found.finding
    # What could still hinder us must do so now.
    key = SigningKey.load(folder.log_key)
    if not folder.log_public_key.exists():
        save_public_key(key.public, folder.log_public_key)
    keep_copy(folder.writes)
    ledger = Ledger()
    ledger.add(events.lines(db, 0, finding.held))
    ledger.add(found.adopted)
    study = unlocked.study(Record(found.log, ledger, 0), Mirror(folder.mirror))
    role = _role(unlocked, OVERSEERS if asked_role is Role.OPERATOR else frozenset({Role.OPERATOR}))
    change = Change(study, role, datetime.now(UTC), found.log.copy())
    details = StudyExplained(asked_by=explanation.asked_by, asked_role=asked_role.value, **finding.model_dump())
    change.record(
        details,
        unlocked.identity.study,
        reason=explanation.reason,
        before=finding.known_root,
        after=finding.kept_root,
    )
    with db.transaction():
        events.append(db, finding.held, found.adopted)
        events.append(db, finding.kept, change.lines)
    study.log = change.log
    ledger.add(change.lines)
    if not found.mirror_stands:
        _set_aside(folder)
        study.mirror = Mirror(folder.mirror)
    study.complete_mirror()
    study.write_checkpoint()
    db.checkpoint()
    folder.explanation.unlink(missing_ok=True)


def _set_aside(folder: Folder) -> None:
    """Move the mirror's files, all but the public key, into a folder of their own in the mirror."""
    aside = folder.mirror / f"set-aside-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    try:
        aside.mkdir()
        aside.chmod(0o750)
        for path in sorted(folder.mirror.iterdir()):
            if path != folder.log_public_key and not path.name.startswith("set-aside-"):
                path.rename(aside / path.name)
    except OSError as problem:
        raise AuditError(
            f"the mirror {folder.mirror} cannot be set aside ({problem.strerror}); check its permissions and confirm "
            "again"
        ) from None


def _write(folder: Folder, explanation: Explanation) -> None:
    new = folder.explanation.with_suffix(".new")
    try:
        with open(new, "w", encoding="ascii") as out:
            out.write(explanation.model_dump_json(indent=2) + "\n")
            out.flush()
            os.fsync(out.fileno())
        # The second person has another login.
        new.chmod(0o640)
        new.replace(folder.explanation)
    except OSError:
        raise Refused(f"The explanation cannot be written into {folder.root}; ask whoever owns the study.") from None


def _read(unlocked: Unlocked) -> Explanation | None:
    """What was said, if it bears this study's seal; anything else counts as nothing."""
    with suppress(OSError, ValidationError):
        explanation = Explanation.model_validate_json(unlocked.folder.explanation.read_bytes())
        good = hmac.compare_digest(explanation.sealed(unlocked.secret).seal, explanation.seal)
        return explanation if good and explanation.study == unlocked.identity.study else None
    return None
