"""The root of every error of this room.

Each message is one sentence that says what was found and what to do, and never holds text of a transcript.
The faces print the message and exit with `exit_code`: 2 for a mistake or refusal, 1 for a record that is not
as it was written.
"""


class AuditError(Exception):
    """A mistake or refusal that ends in one sentence with its remedy."""

    exit_code = 2


class LogFault(AuditError):
    """The record is not as it was written.

    `sequence` is the number of the first broken event (None: no one event can be named); `kind` is the fault in
    one word, one of the kinds listed in audit/README.md.
    """

    exit_code = 1

    def __init__(self, message: str, *, kind: str, sequence: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.sequence = sequence


class RollbackError(LogFault):
    """The store holds fewer events than its mirror or checkpoint: it was rolled back or restored."""


class ForkError(LogFault):
    """Store and mirror hold different events under the same number."""


class MirrorBehindError(AuditError):
    """The mirror lacks earlier events, so that these cannot be appended; reconcile it first."""


class KeyFileError(AuditError):
    """A key that cannot be read, written or used."""


class BundleError(AuditError):
    """A release bundle that is not what its manifest says."""
