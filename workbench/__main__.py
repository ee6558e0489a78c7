"""The command `workbench`, also as `python -m workbench`: loads the command line and runs it."""

import os
import signal
from types import FrameType


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded, which takes seconds, ends in silence with 130."""
    interrupt = signal.getsignal(signal.SIGINT)
    if interrupt is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from workbench.cli.main import main as run

    signal.signal(signal.SIGINT, interrupt)
    run()


def _leave(number: int, frame: FrameType | None) -> None:
    # At once, not by an exception: a library under way could swallow it or print it, and nothing is open yet.
    os._exit(130)


if __name__ == "__main__":
    main()
