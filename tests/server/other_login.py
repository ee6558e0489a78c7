"""A command of the command line, run by root as another login: python -m tests.server.other_login UID GID WORDS..."""

import contextlib
import io
import os
import sys

from workbench.cli.main import main

uid, gid = int(sys.argv[1]), int(sys.argv[2])
sys.argv = ["workbench", *sys.argv[3:]]


def run() -> int:
    """The exit code."""
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


# Once as root: the other login may not be able to read the folder in which Python's own modules lie.
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    run()
os.setgroups([])
os.setgid(gid)
os.setuid(uid)
sys.exit(run())
