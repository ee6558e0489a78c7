"""Who may see the review screen in the browser: one code, one page, one sitting, then a new code."""

import hmac
import secrets
import time
from collections.abc import Callable
from enum import Enum

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without characters that look like others."""
LENGTH = 8
"""31^8 codes: five attempts find one in 170 thousand million."""
ATTEMPTS = 5
SECONDS_TO_OPEN = 60.0
"""Between the code and the page's connection; a browser needs a second."""


class State(Enum):
    """What the gate waits for."""

    CODE = "code"
    """Somebody to type the code."""
    PAGE = "page"
    """The page of whoever typed it to connect."""
    SITTING = "sitting"
    """The sitting to end."""


class Gate:
    """Lets in whoever can read the operator's terminal, where `tell` writes, and one page at a time.

    A code is dead once it was typed, or after five that were wrong.  The pass it is exchanged for opens one sitting;
    a page that was closed or loaded again needs a new code, as a terminal that was left needs a new command.
    """

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._state = State.CODE
        self._pass = ""
        self._since = 0.0
        self.ended = ""
        """How the last sitting ended, in one sentence; empty before the first."""
        self._renew("Code")

    @property
    def state(self) -> State:
        """What is waited for now; a pass that nobody used in time is dead."""
        if self._state is State.PAGE and self._clock() - self._since > SECONDS_TO_OPEN:
            self._renew("No page was opened with that code; the new code")
        return self._state

    def enter(self, code: str) -> str | None:
        """Exchange the right code for a pass; None for a wrong one, or while another page is open."""
        if self.state is not State.CODE:
            return None
        typed = code.strip().lower().replace("-", "").replace(" ", "")
        if not hmac.compare_digest(typed.encode(), self._code.encode()):
            self._left -= 1
            if not self._left:
                self._renew(f"{ATTEMPTS} wrong codes were typed; the new code")
            return None
        self._state, self._pass, self._since = State.PAGE, secrets.token_urlsafe(32), self._clock()
        return self._pass

    def admits(self, given: str) -> bool:
        """Whether this pass may be shown the page, which has yet to connect."""
        return self.state is State.PAGE and hmac.compare_digest(given.encode(), self._pass.encode())

    def begin(self, given: str) -> bool:
        """Begin the one sitting of this pass; False when it is not the pass, or has had its sitting."""
        if not self.admits(given):
            return False
        self._state, self._pass = State.SITTING, ""
        return True

    def end(self, sentence: str) -> None:
        """The sitting is over, and its process gone."""
        self.ended = sentence
        self._renew("The sitting has ended; the code for another")

    def _renew(self, what: str) -> None:
        self._state, self._pass, self._left = State.CODE, "", ATTEMPTS
        self._code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        self._tell(f"{what}: {self._code[:4]}-{self._code[4:]}")
