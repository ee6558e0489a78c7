"""Signing: an approval says by whom it was given, and the policy can want that proved.

With `review.signing: passphrase` or `pam`, a person proves who they are before their first approval of a sitting, and
again after each lock of the screen.  What was proved is kept in memory only.
"""

import hmac
import secrets
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import scrypt
from typing import Literal

from audit.details import PassphraseSet, PersonAuthenticated, SittingLocked
from audit.events import Outcome
from policies import Role
from workbench.desk import reviewing, views
from workbench.errors import Locked, NotAllowed, NotThere, Refused
from workbench.review import pam
from workbench.store import meta, passphrases, people
from workbench.study.study import Study, Turn

ATTEMPTS = 5
"""Wrong ones in a row, after which each further one waits."""
WAIT = timedelta(minutes=5)
FAILURES = "signing_failures:"
"""Key of the store's meta, with the person: wrong attempts in a row, and the time of the last."""
Method = Literal["passphrase", "pam"]
SCRYPT = {"n": 2**15, "r": 8, "p": 3, "maxmem": 2**26}
"""One of OWASP's equal choices for storing passwords: 32 MiB and about a quarter of a second for one guess."""


def check(study: Study) -> None:
    """Raises Locked where the policy wants a proof of who approves, and this sitting has none since the last lock."""
    if study.policy.review.signing != "none" and not has_signed(study):
        raise Locked(
            "The study's policy wants each approval signed: prove who you are first (the review screen asks for it), "
            "then approve again."
        )


def has_signed(study: Study) -> bool:
    """Whether this person has proved to be that person in this sitting, since the last lock."""
    return _seat(study) in study.presence.proved


def lock(study: Study, command: reviewing.LockSitting, role: Role) -> views.Done:
    """Take no commands from this sitting until `Authenticate`; locking twice is locking once."""
    if _seat(study) not in study.presence.locked:
        with study.change(role) as change:
            change.record(SittingLocked(), study.sitting)
        study.presence.lock(_seat(study))
    return views.Done()


def examine(study: Study, turn: Turn, command: reviewing.Authenticate | reviewing.SetPassphrase) -> bool:
    """Whether the secret of a command was asked for and is right.  Checking takes long, and nobody waits for it.

    Every attempt is recorded.  Raises NotAllowed for a wrong one, and after five in a row for any that comes within
    five minutes; Refused where there is no passphrase yet.
    """
    if isinstance(command, reviewing.SetPassphrase):
        return command.old is not None and _examined(study, turn, "passphrase", command.old)
    method = study.policy.review.signing
    return method != "none" and _examined(study, turn, method, command.secret)


def _examined(study: Study, turn: Turn, method: Method, secret: str) -> bool:
    with turn():
        me = study.actor.name
        check = _beginning(study, method)
    try:
        right = check(secret)
    finally:
        study.presence.proving.discard(me)
    with turn():
        _record(study, method, right)
    if not right:
        raise NotAllowed("That is not right; try again.")
    return True


def authenticate(study: Study, command: reviewing.Authenticate, role: Role, found: bool) -> views.Done:
    """Unlock a sitting and let its approvals be signed; `found` is what `examine` found.

    A policy without signing asks for no secret, and there a lock is only a curtain.
    """
    study.presence.unlock(_seat(study), proved=found)
    return views.Done()


def set_passphrase(study: Study, command: reviewing.SetPassphrase, role: Role, found: bool) -> views.Done:
    """Set this person's own passphrase; whoever has one proves it first.  `found` is what `examine` found."""
    if study.actor.authenticated == "script":
        raise NotAllowed("A scripted actor signs nothing; log in as the person.")
    if passphrases.current(study.db, study.actor.name) is not None and not found:
        raise Refused("You have a signing passphrase already; give the old one as well.")
    salt = secrets.token_bytes(16)
    digest = _digest(command.new, salt)
    with study.change(role) as change:
        event = change.record(PassphraseSet(), study.actor.name)
        passphrases.add(study.db, study.actor.name, salt.hex(), digest.hex(), event.sequence)
    return views.Done()


def forget_passphrase(study: Study, command: reviewing.ForgetPassphrase, role: Role) -> views.Done:
    """Let a person who has forgotten their passphrase set a new one."""
    if passphrases.current(study.db, command.name) is None:
        raise NotThere(f"{command.name} has no signing passphrase in this study.")
    with study.change(role) as change:
        event = change.record(PassphraseSet(), command.name, reason="forgotten")
        passphrases.add(study.db, command.name, "", "", event.sequence)
        meta.put(study.db, f"{FAILURES}{command.name}", f"0:{datetime.now(UTC).isoformat()}")
    return views.Done()


def _beginning(study: Study, method: Method) -> Callable[[str], bool]:
    """What checks a secret of this person, who may try one now; raises NotAllowed where it comes too soon."""
    me = study.actor.name
    failed, last = _failures(study)
    # A clock that was put back must neither open the door early nor keep it shut for long.
    if failed >= ATTEMPTS and abs(datetime.now(UTC) - last) < WAIT:
        with study.change(_role(study)) as change:
            change.record(PersonAuthenticated(method=method), me, outcome=Outcome.REFUSED, reason="too_many")
        raise NotAllowed(f"That was wrong {failed} times; wait {WAIT.seconds // 60} minutes and try once more.")
    if me in study.presence.proving:
        raise NotAllowed("Another attempt of yours is being checked; wait for its answer.")
    check = _passphrase(study) if method == "passphrase" else _password(study)
    study.presence.proving.add(me)
    return check


def _record(study: Study, method: Method, right: bool) -> None:
    """Put down how an attempt went."""
    me = study.actor.name
    failed, _ = _failures(study)
    with study.change(_role(study)) as change:
        if right:
            change.record(PersonAuthenticated(method=method), me)
        else:
            change.record(PersonAuthenticated(method=method), me, outcome=Outcome.REFUSED, reason="wrong")
        if failed or not right:
            count = 0 if right else failed + 1
            meta.put(study.db, f"{FAILURES}{me}", f"{count}:{datetime.now(UTC).isoformat()}")


def _failures(study: Study) -> tuple[int, datetime]:
    """How often this person was wrong in a row, and when last."""
    count, _, last = (meta.get(study.db, f"{FAILURES}{study.actor.name}") or "").partition(":")
    return (int(count), datetime.fromisoformat(last)) if count else (0, datetime.min.replace(tzinfo=UTC))


def _role(study: Study) -> Role:
    return study.actor.role_for(frozenset(Role))


def _passphrase(study: Study) -> Callable[[str], bool]:
    known = passphrases.current(study.db, study.actor.name)
    if known is None:
        raise Refused("You have no signing passphrase yet; set one with: workbench passphrase")
    salt, digest = (bytes.fromhex(part) for part in known)
    return lambda secret: hmac.compare_digest(_digest(secret, salt), digest)


def _digest(secret: str, salt: bytes) -> bytes:
    # The same words typed at another terminal may come composed differently.
    return scrypt(unicodedata.normalize("NFC", secret).encode(), salt=salt, dklen=32, **SCRYPT)


def _password(study: Study) -> Callable[[str], bool]:
    uid = next((uid for _, name, uid, _ in people.everyone(study.db) if name == study.actor.name), None)
    if uid is None or study.actor.authenticated == "script":
        raise NotAllowed(
            f"{study.actor.name} has no login here whose password could be checked; a study whose reviewers come with "
            "tokens signs with passphrases (review.signing)."
        )
    return partial(pam.proves, uid)


def _seat(study: Study) -> tuple[str, str]:
    return study.actor.name, study.sitting
