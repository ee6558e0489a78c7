"""One open study, and a desk at it for each person who reaches this process from another one."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from audit.details import ConnectionRefused
from audit.errors import AuditError
from audit.events import Outcome
from policies import Face, Role, UserError
from workbench.desk.local import PersonalDesk, close_study
from workbench.errors import NotAllowed
from workbench.peer import Peer
from workbench.study import actors
from workbench.study.study import Actor, Study

SECONDS_BETWEEN = 600
"""A uid that is refused again and again is put down every ten minutes, with how often it was."""
UIDS = 256
"""Of more uids than this the rest counts as one, so that nobody fills the disk or the memory with them."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as far as the server knows: `face` and `sitting` are what their client says of itself.

    A token is looked at only over TLS; on the Unix socket it is the kernel that says who they are.
    """

    peer: Peer
    face: Face
    sitting: str
    token: str | None = field(default=None, repr=False)


class SharedStudy:
    """An open study for everybody who may reach it; it was opened by the account that runs the server."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._host = study.actor, study.sitting
        self._refused: dict[int | None, _Refused] = {}

    def warm_up(self) -> None:
        """Begin to load what the first command would wait for."""
        self._study.scanner.warm()

    def is_sound(self) -> bool:
        """Whether the store still answers; where not, it has to be opened anew."""
        with self._study.acting(*self._host):
            return self._study.db.is_sound()

    def desk(self, caller: Caller) -> PersonalDesk:
        """The desk of the person who calls; their roles are those that they have now.

        Raises NotAllowed for somebody who is not a person of the study, which is recorded.
        """
        with self._study.acting(*self._host):
            try:
                actor = self._actor(caller)
            except NotAllowed:
                self._note(caller.peer)
                raise
        # A sitting is a person's: what a client says it is cannot make it that of somebody else.
        sitting = sha256(f"{actor.name}:{caller.sitting}".encode()).hexdigest()[:16]
        return PersonalDesk(self._study, actor, sitting)

    def close(self) -> None:
        """Sign the log and let go of the study, after the command under way."""
        with self._study.acting(*self._host):
            for refused in self._refused.values():
                self._record(refused)
        close_study(self._study)

    def _actor(self, caller: Caller) -> Actor:
        db, peer = self._study.db, caller.peer
        if peer.transport == "tls":
            if not caller.token:
                raise NotAllowed(
                    "The server wants a token; ask an operator to run workbench people token, and name the file that "
                    "holds it in WORKBENCH_TOKEN_FILE."
                )
            return actors.of_token(db, caller.token, peer, caller.face)
        return actors.of_login(db, peer, caller.face)

    def _note(self, peer: Peer) -> None:
        key = peer.uid if peer.uid in self._refused or len(self._refused) < UIDS else None
        refused = self._refused.setdefault(key, _Refused(peer))
        refused.attempts += 1
        if time.monotonic() - refused.recorded >= SECONDS_BETWEEN:
            self._record(refused)

    def _record(self, refused: "_Refused") -> None:
        if not refused.attempts:
            return
        peer = refused.peer
        details = ConnectionRefused(
            transport="tls" if peer.transport == "tls" else "socket",
            uid=peer.uid,
            login_uid=peer.login_uid,
            attempts=refused.attempts,
        )
        role = next(role for role in Role if role in self._study.actor.roles)
        # Whoever is refused is refused also where that cannot be stored.
        with suppress(UserError, AuditError), self._study.change(role) as change:
            who = "unknown" if peer.uid is None else f"uid-{peer.uid}"
            change.record(details, self._study.identity.study, outcome=Outcome.REFUSED, unproved=who)
            refused.attempts, refused.recorded = 0, time.monotonic()


@dataclass(slots=True)
class _Refused:
    peer: Peer
    attempts: int = 0
    """Since the last event."""
    recorded: float = float("-inf")
