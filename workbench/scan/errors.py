"""What can go wrong with the files of `workbench scan` and `workbench score`."""

from policies import UserError


class ScanInputError(UserError):
    """A file that cannot be scanned or scored; the message names a line, never what stands in it."""
