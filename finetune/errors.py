"""What a user of this room can get wrong."""

from policies.errors import UserError


class TrainingError(UserError):
    """A bundle, base, recipe or run folder that cannot be used as it stands."""


class Interrupted(UserError):
    """Training was stopped by a signal, after a checkpoint was written."""

    exit_code = 130
