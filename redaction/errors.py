"""Errors of this room; none of them ever holds text."""

from policies.errors import UserError


class RedactionError(UserError):
    """Detection or treatment could not do its work."""
