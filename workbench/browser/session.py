"""The process of one sitting: confined first, then told what to open, then the same app as in the terminal.

Started by `workbench.browser.service`, with pipes on both sides.
"""

import json
import os
from contextlib import suppress

from workbench.browser.confine import confine
from workbench.browser.opening import Opening

DONE = "You have left the review screen; everything decided is stored."


def main() -> None:
    """Run one sitting to its end, and tell how it ended in one sentence without text."""
    wire = _take_wire()
    try:
        opening = Opening.read(0)
        confine(opening.study)
    except Exception as fault:
        _tell(wire, f"The sitting could not be confined ({type(fault).__name__}), so nothing was opened.")
        return
    _tell(wire, _sit(opening, wire))


def _sit(opening: Opening, wire: int) -> str:
    # From here on, so that no thread of a library is there before the limits are.
    from audit.errors import AuditError
    from policies import UserError
    from workbench.browser.driver import ConfinedDriver
    from workbench.desk.reviewing import EndSitting
    from workbench.faults import told
    from workbench.tui.app import run_review
    from workbench.tui.look import find_look

    ConfinedDriver.wire = wire
    try:
        look = find_look(opening.theme, False, opening.keymap)
        desk = opening.desk()
        try:
            run_review(desk, look, ConfinedDriver)
            if ConfinedDriver.left is not None:
                # The page was closed: claims go back now, and not only when their lease is over.
                desk.execute(EndSitting(active_seconds=ConfinedDriver.left))
        finally:
            desk.close()
    except (UserError, AuditError) as problem:
        return str(problem)
    except Exception as fault:
        return f"The sitting stopped on a fault ({told(fault)}); what was decided is stored."
    return DONE


def _take_wire() -> int:
    """Keep standard output for the driver alone; what else is printed, and every error, goes nowhere."""
    wire = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return wire


def _tell(wire: int, sentence: str) -> None:
    """One packet in the driver's own format.  The server may be gone."""
    body = json.dumps({"type": "ended", "sentence": sentence}).encode()
    with suppress(OSError):
        os.write(wire, b"M" + len(body).to_bytes(4, "big") + body)
