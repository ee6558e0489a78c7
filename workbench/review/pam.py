"""Checking a login's password through the system's own rules (PAM), in the process that has the study open.

A process may always check the password of its own login.  For that of another login, which a server needs, it must be
able to read the passwords (on Debian: its account is in the group `shadow`) or PAM must ask a service that can (sssd,
winbind); `unix_chkpwd` alone says no.  The README of this folder shows the service file.
"""

import pwd

from workbench.errors import NotAllowed

SERVICE = "workbench"
"""The file of /etc/pam.d that says what is asked; without it the system's `other` counts, which mostly denies."""


def proves(uid: int, password: str) -> bool:
    """Whether this is the password of a login that may log in now.  Raises NotAllowed where that cannot be asked."""
    try:
        import pamela
    except (ImportError, OSError, AttributeError):
        raise NotAllowed(
            "This machine cannot check passwords with PAM; install the extra `server` and the system's libpam, "
            "or set review.signing to passphrase."
        ) from None
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        raise NotAllowed(f"This machine has no login with uid {uid}; ask who looks after its accounts.") from None
    try:
        # No credentials are wanted, only an answer; setting them could touch those of the server's own account.
        pamela.authenticate(name, password, service=SERVICE, resetcred=0)
    except pamela.PAMError:
        return False
    return True
