"""Errors of the workbench.  Every one ends in one sentence with its remedy and exit code 2."""

from policies.errors import UserError


class StudyError(UserError):
    """The study cannot be made or opened."""


class KeyRefused(StudyError):
    """No key, or a key that does not open the store."""


class StudyBusy(StudyError):
    """Another process holds the study."""


class WritesDamaged(StudyError):
    """The store's write-ahead log cannot be replayed."""


class DiskShort(StudyError):
    """There is too little room on the disk for another change."""


class NotAllowed(UserError):
    """The person, the face or the policy does not permit this."""


class NotThere(UserError):
    """The page, exchange or person named does not exist."""


class Stale(UserError):
    """The exchange has changed since it was shown."""


class Refused(UserError):
    """A rule of the path forbids this step now."""


class Claimed(Refused):
    """Somebody else has the exchange now."""


class Locked(Refused):
    """The screen is locked, or an approval needs a proof of who gives it first."""


class ServerGone(UserError):
    """No server answers where one was."""


class Unacknowledged(UserError):
    """It is not known whether a command was carried out, and it was not repeated."""


class NotUnderstood(UserError):
    """Server or client sent what the other does not know."""


class ServerFault(UserError):
    """The server failed at a command; the message names the kind of fault only."""

    exit_code = 70


class BackendError(UserError):
    """The paraphrase backend cannot run as configured."""


class Interrupted(UserError):
    """Ctrl-C, with a sentence on what stands and how to go on."""

    exit_code = 130


class HostRefused(BackendError):
    """An endpoint on a machine that the policy does not allow; `host` goes into the log."""

    def __init__(self, host: str, sentence: str) -> None:
        super().__init__(sentence)
        self.host = host


class Cancelled(Exception):
    """Raised by whoever watches a job's progress, to end it after what is already stored; never shown to anybody."""
