"""What a user of this room can get wrong."""

from policies.errors import UserError


class EvalError(UserError):
    """A file, option or endpoint of this room that cannot be used as it stands."""
