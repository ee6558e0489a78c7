"""A reviewer without a screen, in a process of its own: `python -m tests.server.soak.client ORDERS`.

It takes the next exchange, thinks, and decides, edits, notes, skips, undoes and does again, until SIGTERM; it can be
killed at any moment and started anew.  ORDERS is a JSON object with the fields of `Orders`.
"""

import json
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from policies import Face, UserError, Verdict
from tests.server.soak.journal import Journal, Key, digest_of, read
from workbench.desk.commands import (
    Command,
    Decide,
    DismissFinding,
    EditExchange,
    ListQueue,
    OpenExchange,
    Reading,
    Status,
    VerifyAudit,
)
from workbench.desk.remote import RemoteDesk, token_in
from workbench.desk.review_views import Next, Opening
from workbench.desk.reviewing import (
    AddNote,
    Adjudicate,
    BeginSitting,
    EndSitting,
    NextExchange,
    Redo,
    SaveDraft,
    SendBack,
    SkipExchange,
    TryText,
    Undo,
)
from workbench.desk.views import ExchangeView, QueueFilter, View
from workbench.errors import NotUnderstood, Refused, ServerFault, ServerGone, Unacknowledged

LEASE = 60.0
"""Seconds, as in the policy of the soak."""
ADDED = ("That takes patience.", "One evening at a time.", "Nobody has to carry this alone.", "A short rest may help.")
REASONS = ("identifying", "unfaithful", "poor_quality", "off_topic")
Answer = TypeVar("Answer", bound=View)


@dataclass(frozen=True, slots=True)
class Orders:
    """What a client is told: where the server is, who it is, how fast it thinks (seconds), and where it begins."""

    address: str
    certificate: str
    token: str
    """A file with the token."""
    journal: str
    seed: int
    think: tuple[float, float]
    after: int
    audits: bool = False
    """Whether it verifies the log now and then, while the others work."""


class Doubt(Exception):
    """The server went away, so that nobody knows whether the last command was carried out."""


class Stopped(Exception):
    """SIGTERM: enough."""


class Client:
    """One person.  Of what is in hand: `holding` is the exchange claimed, `draft` what was typed over it."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._random = random.Random(f"{orders.seed} {time.time()}")
        self._before = read(Path(orders.journal))
        self._journal = Journal(Path(orders.journal))
        self._now: dict[str, Any] = {}
        self._stopped = False
        self._after = orders.after
        self.desk: RemoteDesk

    def stop(self, *_: object) -> None:
        """Finish the command under way, then end."""
        self._stopped = True

    def run(self) -> None:
        """Sit down, work and get up, again and again."""
        with suppress(Stopped):
            self.desk = self._connect()
            self._sit(self._check_what_was_kept)
            while True:
                for _ in range(self._random.randint(10, 25)):
                    self._surely(self._one)
                self._surely(lambda: self._ask("end", EndSitting(), holding=None))
                # A new sitting begins at the start of the queue, where others may have left something.
                self._after = self._random.choice((0, self._orders.after))
                self._sit(lambda opening: None)
        if self._orders.seed % 2:
            with suppress(UserError, Doubt):
                self._ask("end", EndSitting(), holding=None)

    # -- asking ------------------------------------------------------------------------------------------------

    def _connect(self) -> RemoteDesk:
        while True:
            try:
                token = token_in(Path(self._orders.token))
                return RemoteDesk(self._orders.address, Face.TUI, token, Path(self._orders.certificate))
            except ServerGone:
                self._pause(0.3)

    def _ask(self, kind: str, command: Command[Answer], key: Key | None = None, **now: Any) -> Answer:
        """Give a command.  Raises what the desk raises, and Doubt."""
        self._journal.doing(kind, key)
        began = time.perf_counter()
        try:
            answer = self.desk.execute(command)
        except (ServerGone, Unacknowledged) as problem:
            self._journal.doubted(kind, type(problem).__name__)
            raise Doubt from None
        except UserError as problem:
            self._journal.refused(kind, type(problem).__name__)
            if isinstance(problem, ServerFault | NotUnderstood):
                self._journal.fault(f"{kind}: {problem}")
            raise
        milliseconds = 1000 * (time.perf_counter() - began)
        shown = answer.view if isinstance(answer, Next) else answer
        if isinstance(shown, ExchangeView):
            now.setdefault("holding", shown.row.exchange if shown.row.holder == self._name else None)
        self._now |= now
        self._journal.done(kind, milliseconds, self._now)
        return answer

    def _surely(self, work: Callable[[], object]) -> None:
        """Work, whatever is refused; wait for the server where it has gone."""
        try:
            work()
        except Doubt:
            self._now = {}
            self._pause(self._random.uniform(0.2, 1))
        except UserError:
            self._pause(0.05)

    def _pause(self, seconds: float) -> None:
        if self._stopped:
            raise Stopped
        time.sleep(seconds)

    def _think(self) -> float:
        seconds = self._random.uniform(*self._orders.think)
        self._pause(seconds)
        return seconds

    def _happens(self, share: float) -> bool:
        return self._random.random() < share

    # -- sittings ----------------------------------------------------------------------------------------------

    _name = ""

    def _sit(self, check: Callable[[Opening], None]) -> None:
        opening: Opening | None = None
        while opening is None:
            with suppress(Doubt):
                opening = self._ask("begin", BeginSitting())
            self._pause(0.1)
        self._name = opening.person
        self._senior = "senior" in opening.roles
        check(opening)

    def _check_what_was_kept(self, opening: Opening) -> None:
        """After a kill: claims for a lease, drafts for ever."""
        before = self._before.now
        drafts = {draft.exchange: digest_of(draft.question, draft.answer) for draft in opening.drafts}
        if before.get("draft") and drafts.get(before["draft"][0]) != before["draft"][1]:
            self._journal.fault(f"the draft of exchange {before['draft'][0]} was lost")
        mine = {row.exchange for row in opening.mine}
        lasts = time.time() - self._before.at < LEASE - 5
        if before.get("holding") and lasts and before["holding"] not in mine:
            self._journal.fault(f"the claim of exchange {before['holding']} was lost before its time")

    # -- one exchange ------------------------------------------------------------------------------------------

    def _one(self) -> None:
        view = self._next()
        if view is None:
            self._after = 0
            self._pause(1)
            return
        self._after = view.row.exchange
        if self._orders.audits and self._happens(0.01):
            outcome = self._ask("verify", VerifyAudit())
            if outcome.fault is not None:
                self._journal.fault(outcome.fault)
        if self._happens(0.2):
            self._ask("queue", ListQueue(filter=QueueFilter(state="waiting"), around=view.row.exchange))
            self._ask("status", Status())
        thought = self._think()
        if view.row.holder != self._name:
            return
        if self._happens(0.05):
            self._ask("skip", SkipExchange(exchange=view.row.exchange), ("skip", view.row.exchange), holding=None)
            return
        if self._happens(0.1):
            self._ask("note", AddNote(exchange=view.row.exchange, text="Look again."), ("note", view.row.exchange))
        if self._happens(0.15) and view.review_round == "first":
            view = self._edit(view)
            thought += self._think()
        while view.row.open and self._happens(0.8):
            found = next(finding for finding in view.findings if finding.state == "open")
            this = {"exchange": view.row.exchange, "version": view.row.version}
            command = DismissFinding(**this, ordinal=found.ordinal, reason="not_identifying")
            view = self._ask("dismiss", command, ("version", view.row.exchange, view.row.version + 1))
        self._decide(view, thought)

    def _next(self) -> ExchangeView | None:
        if self._happens(0.05):  # a jump to what somebody else may have just now
            exchange = max(1, self._after + self._random.randint(-20, 20))
            return self._ask("open", OpenExchange(exchange=exchange, claim=True))
        wanted = QueueFilter(state="disputed" if self._senior and self._happens(0.3) else None)
        return self._ask("next", NextExchange(filter=wanted, after=self._after)).view

    def _edit(self, view: ExchangeView) -> ExchangeView:
        exchange, version = view.row.exchange, view.row.version
        text = {"question": view.question, "answer": view.answer}
        this = {"exchange": exchange, "version": version}
        for added in self._random.sample(ADDED, 2):
            text["answer"] = f"{text['answer']} {added}"
            draft = digest_of(**text)
            self._ask("draft", SaveDraft(**this, **text), ("draft", exchange, version, draft), draft=[exchange, draft])
            self._ask("try", TryText(**this, **text))
            self._think()
        view = self._ask("edit", EditExchange(**this, **text), ("version", exchange, version + 1), draft=None)
        if self._happens(0.2):
            self._ask("undo", Undo(), ("version", exchange, version + 2))
            self._think()
            self._ask("redo", Redo(), ("version", exchange, version + 3))
            view = self._ask("open", OpenExchange(exchange=exchange, claim=True))
        return view

    def _decide(self, view: ExchangeView, thought: float) -> None:
        exchange, version = view.row.exchange, view.row.version
        words = {"source_words": len(view.source.split()), "exchange_words": view.row.words}
        reading = Reading(milliseconds=round(1000 * thought), **words, whole_source=True, whole_exchange=True)
        this = {"exchange": exchange, "version": version, "reading": reading}
        verdict = Verdict.REJECT if view.row.open or self._happens(0.2) else Verdict.APPROVE
        reason = self._random.choice(REASONS) if verdict is Verdict.REJECT else None
        key = ("decision", exchange, version, verdict.value)
        in_hand = {"holding": None, "draft": None}
        try:
            if view.review_round == "adjudication":
                self._ask("adjudicate", Adjudicate(**this, verdict=verdict, reason=reason), key, **in_hand)
                return
            if view.review_round == "first" and self._happens(0.05):
                key = ("decision", exchange, version, Verdict.SEND_BACK.value)
                answer = self._ask("send back", SendBack(**this, reason="poor_quality"), key, **in_hand)
            else:
                command = Decide(**this, verdict=verdict, reason=reason)
                answer = self._ask(verdict.value, command, key, **in_hand)
        except Doubt:
            self._look(view, key)
            return
        if self._happens(0.08) and answer.revealed is None:
            self._take_back(key)

    def _look(self, view: ExchangeView, key: Key) -> None:
        """The server went away at a decision: see whether it is stored, and give it again where it is not."""
        seen: ExchangeView | None = None
        while seen is None:
            self._pause(0.3)
            with suppress(Doubt):
                seen = self._ask("open", OpenExchange(exchange=view.row.exchange, claim=True))
        if seen.row.state == "waiting" and seen.row.version == view.row.version and seen.row.holder == self._name:
            verdict = Verdict.APPROVE if key[3] == Verdict.APPROVE else Verdict.REJECT
            this = {"exchange": view.row.exchange, "version": view.row.version, "verdict": verdict}
            again = ("decision", view.row.exchange, view.row.version, verdict.value)
            words = {"source_words": 1, "exchange_words": 1, "whole_source": True, "whole_exchange": True}
            reason = None if verdict is Verdict.APPROVE else "other"
            command = Decide(**this, reason=reason, reading=Reading(milliseconds=1000, **words))
            self._ask(verdict.value, command, again, holding=None)

    def _take_back(self, key: Key) -> None:
        """Undo a decision, and do it again more often than not."""
        exchange, version = key[1], key[2]
        self._think()
        self._ask("undo", Undo(), ("decision", exchange, version, Verdict.WITHDRAW.value))
        if self._happens(0.6):
            self._think()
            with suppress(Refused):  # somebody else was given it meanwhile
                self._ask("redo", Redo(), key)


def main() -> None:
    """Work until SIGTERM."""
    given = json.loads(sys.argv[1])
    client = Client(Orders(**given | {"think": tuple(given["think"])}))
    signal.signal(signal.SIGTERM, client.stop)
    client.run()


if __name__ == "__main__":
    main()
