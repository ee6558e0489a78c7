"""The root of every error a user can cause.

Each message is one sentence that names the file or option and says what to do.  A message never holds
transcript text.  The faces print the message and exit with `exit_code`.  The audit room imports nothing of
ours, so its root (`audit.errors.AuditError`) stands beside this one and keeps the same promise.
"""


class UserError(Exception):
    """A mistake or refusal that ends in one sentence with its remedy."""

    exit_code = 2


class PolicyError(UserError):
    """A policy, recipe or prompt that cannot be used as it stands."""
