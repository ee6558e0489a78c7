"""`workbench review --plain`: reviewing line by line, for screen readers and for scripts that hold a conversation."""

import re
import time
from collections.abc import Callable
from textwrap import wrap
from typing import Any

from audit.errors import AuditError
from policies import UserError, Verdict
from workbench.cli.exchange import lines_of
from workbench.cli.plain_deeds import HELP, Place, command_of
from workbench.desk.commands import EditExchange, OpenExchange, Reading
from workbench.desk.desk import Desk
from workbench.desk.review_views import Decided, Note, Opening, Summary, Undone
from workbench.desk.reviewing import Authenticate, BeginSitting, EndSitting, NextExchange, SkipExchange
from workbench.desk.views import Done, ExchangeView, QueueRow
from workbench.errors import Locked
from workbench.harmless import harmless
from workbench.many import many

END_OF_TEXT = "."
"""A line with nothing else ends a text."""


class PlainReview:
    """A conversation about one exchange at a time.  What was printed before a decision counts as read."""

    def __init__(
        self, desk: Desk, read: Callable[[], str | None], say: Callable[[str], None], ask_secret: Callable[[str], str]
    ) -> None:
        """`read` gives the next line (None at their end), `say` prints one, `ask_secret` reads without showing."""
        self._desk, self._read, self._say, self._ask_secret = desk, read, say, ask_secret
        self._view: ExchangeView | None = None
        self._since = time.monotonic()
        self._active = 0.0

    def run(self) -> None:
        """From the beginning of the sitting to its end, which also comes when the lines end."""
        self._greet(self._desk.execute(BeginSitting()))
        try:
            self._next(0)
            while True:
                self._say("\nWhat now? (? shows all)")
                line = self._read()
                if line is None or line.strip() == "q":
                    break
                self._hear(line.strip())
        finally:
            self._part(self._desk.execute(EndSitting(active_seconds=int(self._active))))

    def _hear(self, line: str) -> None:
        try:
            self._obey(line)
        except Locked as problem:
            self._say(str(problem))
            self._prove_and_obey(line)
        except (UserError, AuditError) as problem:
            self._say(str(problem))

    def _prove_and_obey(self, line: str) -> None:
        secret = self._ask_secret("Your passphrase or password: ")
        try:
            self._desk.execute(Authenticate(secret=secret))
            self._obey(line)
        except (UserError, AuditError) as problem:
            self._say(str(problem))

    def _obey(self, line: str) -> None:
        if line == "?":
            self._say(HELP)
        elif line == "p":
            self._print(Place(self._view, None).shown)
        elif line == "e":
            self._edit(Place(self._view, None))
        elif line:
            command = command_of(line, Place(self._view, self._reading()))
            self._answered(command, self._desk.execute(command))

    def _answered(self, command: Any, answer: Any) -> None:
        here = self._view.row.exchange if self._view else 0
        match answer:
            case ExchangeView():
                self._show(answer)
            case Decided():
                self._say(f"Exchange {here}: {_words(answer.row.state)}.")
                if (plant := answer.revealed) is not None:
                    caught = "You caught" if plant.caught else "You missed"
                    self._say(f"That one was invented. {caught} its planted {plant.entity}: {plant.explanation}")
                self._next(here)
            case QueueRow():
                self._say(f"Exchange {answer.exchange}: {_words(answer.state)}.")
                self._next(here)
            case Note():
                self._say("Noted.")
            case Undone() if answer.exchange is None:
                self._say("There is nothing left to take back or do again.")
            case Undone():
                self._say(
                    f"A {_words(answer.kind or 'step')} on exchange {answer.exchange} was taken back or done again."
                )
                self._show(self._desk.execute(OpenExchange(exchange=answer.exchange, claim=True)))
            case Done() if isinstance(command, SkipExchange):
                self._next(here)

    def _edit(self, place: Place) -> None:
        version = place.version
        self._say(f"The new question; a line with only {END_OF_TEXT!r} ends it:")
        question = self._typed()
        self._say(f"The new answer; a line with only {END_OF_TEXT!r} ends it:")
        self._show(self._desk.execute(EditExchange(**version, question=question, answer=self._typed())))

    def _typed(self) -> str:
        lines: list[str] = []
        while (line := self._read()) is not None and line.strip() != END_OF_TEXT:
            lines.append(line.rstrip("\n"))
        return "\n".join(lines)

    def _next(self, after: int) -> None:
        found = self._desk.execute(NextExchange(after=after))
        if found.view is None:
            self._view = None
            self._say("Nothing waits for you.")
        else:
            self._show(found.view)

    def _show(self, view: ExchangeView) -> None:
        if self._view is not None:
            self._active += time.monotonic() - self._since
        self._view, self._since = view, time.monotonic()
        self._print(view)

    def _print(self, view: ExchangeView) -> None:
        for line in lines_of(view):
            self._say(harmless(line))

    def _reading(self) -> Reading | None:
        """All of it was printed."""
        if self._view is None:
            return None
        return Reading(
            milliseconds=int(1000 * (time.monotonic() - self._since)),
            source_words=len(self._view.source.split()),
            exchange_words=len(self._view.question.split()) + len(self._view.answer.split()),
            whole_source=True,
            whole_exchange=True,
        )

    def _greet(self, opening: Opening) -> None:
        self._say(f"{opening.person}, waiting: {many(opening.waiting, 'exchange')}.  Policy {opening.policy}.")
        if opening.policy_changed:
            self._say("The policy has changed since your last sitting.")
        for what, numbers in (
            ("Still yours", [row.exchange for row in opening.mine]),
            ("Drafts", [draft.exchange for draft in opening.drafts]),
            ("Came back to you", [row.exchange for row in opening.returned]),
        ):
            if numbers:
                self._say(f"{what}: {', '.join(map(str, numbers))}")

    def _part(self, summary: Summary) -> None:
        verdicts = [f"{number} {Verdict(verdict).done}" for verdict, number in summary.decisions]
        decided = ", ".join(verdicts) or "nothing decided"
        self._say(f"This sitting: {decided}; {summary.returned} given back to the queue, {summary.drafts} drafts kept.")


def by_words(text: str, width: int) -> str:
    """The same text with lines of at most so many columns, broken between words; words behind a key stay below them."""
    lines = []
    for line in text.split("\n"):
        key = _BEHIND_KEY.match(line)
        lines += wrap(line, width, subsequent_indent=" " * (key.end() if key else 0), break_on_hyphens=False) or [""]
    return "\n".join(lines)


_BEHIND_KEY = re.compile(r"\S.{0,19}?\s{2,}(?=\S)")
"""The key of a line of the help, and what parts it from its words."""


def _words(code: str) -> str:
    return code.replace("_", " ")
