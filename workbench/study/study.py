"""An open study: its store, policy and audit log, and the one way to change anything in it."""

import hmac
import json
import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from audit.checkpoint import SigningKey
from audit.details import Action, ClockStepped, Details
from audit.errors import AuditError
from audit.events import Context, Event, EventDraft, Outcome
from audit.log import Log
from audit.mirror import Mirror
from policies import Face, LoadedPolicy, Role
from redaction.detector import Detector
from workbench import __version__
from workbench.errors import NotAllowed, StudyError
from workbench.peer import Peer, this_process
from workbench.screening.scanner_process import ScannerProcess
from workbench.store import current, events
from workbench.store.connection import Connection
from workbench.study.folder import Folder, Identity
from workbench.study.heartbeat import Heartbeat
from workbench.study.interrupts import Interrupts
from workbench.study.ledger import Ledger
from workbench.study.presence import Presence
from workbench.study.room import Room

_spelled = json.encoder.encode_basestring_ascii
"""A text as JSON, in ASCII."""

Turn = Callable[[], AbstractContextManager[None]]
"""Within it, one person has the study to themselves."""


def record_key(secret: bytes, record: str) -> bytes:
    """HKDF-SHA-256(study secret, record), 32 bytes (RFC 5869, without salt)."""
    return _expanded(_extracted(secret), record)


def _extracted(secret: bytes) -> bytes:
    """The first half of HKDF, the same for all records of a study."""
    return hmac.digest(bytes(32), secret, "sha256")


def _expanded(extracted: bytes, record: str) -> bytes:
    """The second half: the key of one record.  One block is all of it, so that this is one HMAC and takes a moment."""
    return hmac.digest(extracted, record.encode() + b"\x01", "sha256")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at the desk, how we know, and what they may do."""

    name: str
    roles: frozenset[Role]
    authenticated: str
    face: Face
    peer: Peer = field(default_factory=this_process)

    def role_for(self, allowed: frozenset[Role]) -> Role:
        """The role in which this person may act; raises NotAllowed."""
        for role in Role:
            if role in self.roles and role in allowed:
                return role
        raise NotAllowed(
            f"{self.name} may not do this: it needs the role {' or '.join(sorted(allowed))}; "
            "an operator can give it with: workbench people add"
        )


@dataclass(slots=True)
class Change:
    """What one transaction adds to the log."""

    study: "Study"
    role: Role
    time: datetime
    log: Log
    lines: list[bytes] = field(default_factory=list)
    actions: set[Action] = field(default_factory=set)

    def record(
        self,
        details: Details,
        object_id: object,
        *,
        version: int | None = None,
        outcome: Outcome = Outcome.OK,
        reason: str | None = None,
        before: str | None = None,
        after: str | None = None,
        unproved: str | None = None,
    ) -> Event:
        """Add the event that belongs to this change; it is stored with the change or not at all.

        `unproved` names whoever did it without having proved to be that person.
        """
        draft = EventDraft(
            details=details,
            object_id=str(object_id),
            object_version=version,
            outcome=outcome,
            reason=reason,
            digest_before=before,
            digest_after=after,
        )
        context = self.study.context(self.role)
        if unproved is not None:
            update = {"actor": unproved, "role": "unknown", "authenticated": "none"}
            context = context.model_copy(update=update)
        event, line = self.log.add(draft, context, self.time)
        self.lines.append(line)
        self.actions.add(event.action)
        return event


def digest_under(key: bytes, question: str, answer: str) -> bytes:
    """The digest of an exchange under the key of its version."""
    # As json.dumps spells the two in a list, which takes longer: a release has a million of them.
    return hmac.digest(key, f"[{_spelled(question)}, {_spelled(answer)}]".encode("ascii"), "sha256")


class Study:
    """A study that this process holds open.  Made by `workbench.study.opening`."""

    def __init__(
        self,
        folder: Folder,
        identity: Identity,
        db: Connection,
        policy: LoadedPolicy,
        study_secret: bytes,
        log: Log,
        ledger: Ledger,
        mirror: Mirror,
        actor: Actor,
    ) -> None:
        self.folder = folder
        self.identity = identity
        self.db = db
        current.prepare(db)
        self.loaded_policy = policy
        self.policy = policy.policy
        self.log = log
        self.ledger = ledger
        self.mirror = mirror
        self.room = Room(folder)
        self.actor = actor
        self.sitting = secrets.token_hex(8)
        self.presence = Presence()
        self.secret = study_secret
        self._extracted = _extracted(study_secret)
        self._closed = False
        self._one_at_a_time = threading.Lock()
        self._writing = threading.RLock()
        """Held while the mirror is written: the heartbeat signs from a thread of its own."""
        self.heartbeat = Heartbeat(self.sign, log.size)
        self.scanner: Detector = ScannerProcess(self.policy.redaction)
        """The detector under this study's policy; it needs no lock, and its process starts at first use."""
        self._host = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:80] or "unnamed"

    @contextmanager
    def acting(self, actor: Actor, sitting: str) -> Iterator[None]:
        """Within, this person acts in this sitting.  One command at a time, whatever thread it comes from."""
        with self._one_at_a_time:
            before = self.actor, self.sitting
            self.actor, self.sitting = actor, sitting
            try:
                yield
            finally:
                self.actor, self.sitting = before

    def context(self, role: Role) -> Context:
        """Who acts, for an event."""
        return Context(
            actor=self.actor.name,
            role=role.value,
            authenticated=self.actor.authenticated,  # type: ignore[arg-type]
            sitting=self.sitting,
            host=self._host,
            version=__version__,
            policy_digest=self.loaded_policy.digest,
            face=self.actor.face.value,
        )

    @contextmanager
    def change(self, role: Role) -> Iterator[Change]:
        """One transaction: rows and their events together, then the mirror.

        The mirror must hold everything that came before; so a mirror that cannot be written stops the next change
        before it begins, and no more than one transaction is ever ahead of it.
        """
        self.room.give()
        self.complete_mirror()
        if self.heartbeat.is_due(self.log.size):
            self.write_checkpoint()
        change = Change(self, role, datetime.now(UTC), self.log.copy())
        self._note_clock(change)
        with Interrupts() as interrupts:
            with self.db.transaction():
                yield change
                self.room.check(change.actions)
                interrupts.hold()
                events.append(self.db, self.log.size, change.lines)
            first, self.log = self.log.size, change.log
            self.ledger.add(change.lines)
            with self._writing:
                try:
                    self.mirror.append(change.lines, first=first)
                except AuditError:
                    if not self.room.give():
                        raise
                    self.complete_mirror()

    def _note_clock(self, change: Change) -> None:
        """A clock that was put back is an event; the order of the log is that of its numbers."""
        last, _ = self.log.last
        if last is not None and change.time < last:
            microseconds = (last - change.time) // timedelta(microseconds=1)
            change.record(ClockStepped(microseconds=microseconds), self.identity.study)

    def complete_mirror(self) -> None:
        """Bring the mirror up to the store."""
        if self.mirror.size == self.log.size:
            return
        with self._writing:
            self.mirror.reconcile(
                self.log.size, lambda start, stop: events.lines(self.db, start, stop), since=self.mirror.size
            )

    def keyed_digest(self, record: str, text: str | bytes) -> str:
        """HMAC-SHA-256 (hex) under a key of this record's own, so that disclosing it tells of no other record."""
        data = text.encode() if isinstance(text, str) else text
        return hmac.digest(self.record_key(record), data, "sha256").hex()

    def record_key(self, record: str) -> bytes:
        """The digest key of one record, 32 bytes."""
        return _expanded(self._extracted, record)

    def body_key(self, exchange: int, version: int) -> bytes:
        """The digest key of a version of an exchange, which a release discloses with it."""
        return self.record_key(f"body:{exchange}:{version}")

    def body_digest(self, exchange: int, version: int, question: str, answer: str) -> str:
        """The digest under which a version of an exchange is decided and released."""
        return digest_under(self.body_key(exchange, version), question, answer).hex()

    def sign(self) -> None:
        """Sign the log as it stands now into the mirror; any thread may call this.  Raises AuditError."""
        with self._writing:
            log = self.log
            note = SigningKey.load(self.folder.log_key).sign(log.size, log.root)
            try:
                self.mirror.write_checkpoint(note)
            except AuditError:
                if not self.room.give():
                    raise
                self.mirror.write_checkpoint(note)
            self.heartbeat.signed(log.size)

    def write_checkpoint(self) -> None:
        """Sign the log and remember it in the store, so that the next opening begins here.

        In this order: what the store remembers is then never ahead of the last signature.
        """
        self.sign()
        self.ledger.save(self.db, self.log)

    def close(self) -> None:
        """Sign the log's state and let go of the store, after the command under way; closing twice is closing once."""
        with self._one_at_a_time:
            if self._closed:
                return
            self._closed = True
        self.heartbeat.stop()
        self.scanner.close()
        try:
            self.sign()
            # Without it the next opening reads more, and that is all.
            with suppress(StudyError):
                self.ledger.save(self.db, self.log)
        finally:
            self.db.close()
