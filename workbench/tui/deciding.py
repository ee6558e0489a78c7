"""Deciding: approve, reject, send back, withdraw, undo and redo; what a refusal asks for; what a plant reveals."""

from collections.abc import Callable
from functools import partial

from audit.errors import AuditError
from policies import UserError, Verdict
from workbench.desk.commands import Answer, Command, Decide
from workbench.desk.review_views import Decided, Undone
from workbench.desk.reviewing import Adjudicate, Authenticate, Redo, SendBack, SetPassphrase, Undo, Withdraw
from workbench.desk.views import Done, ExchangeView, QueueRow, RejectReason, SendBackReason, WithdrawReason
from workbench.errors import Claimed, Locked, Stale, Unacknowledged
from workbench.many import many
from workbench.tui.dialogs import ReasonDialog
from workbench.tui.revealed import RevealedDialog
from workbench.tui.signing import NewPassphraseDialog, SignDialog
from workbench.tui.walking import Walking
from workbench.tui.words import REJECT_REASONS, SEND_BACK_REASONS, STATE_WORDS, STEPS, WITHDRAW_REASONS

ASKED_FOR = {"none": "passphrase", "passphrase": "signing passphrase", "pam": "password"}


class Deciding(Walking):
    """Everything that is written goes through `write`: one thing at a time, and again after a signature."""

    def write(self, command: Command[Answer], then: Callable[[Answer], None]) -> None:
        """Give a command that changes something; no other one begins before its answer."""
        self.busy = True
        self.app.clear_notifications()  # what was said before is about something else
        self._again = partial(self.write, command, then)

        def written(answer: Answer) -> None:
            self.busy = False
            then(answer)

        self.ask(command, written, self.refused, group="write")

    def refused(self, problem: UserError | AuditError) -> None:
        """Say why; ask for a signature where one is missing, and show the exchange as it is where it has changed."""
        self.busy = False
        if isinstance(problem, Locked):
            self._sign()
            return
        self.tell(problem)
        if isinstance(problem, Stale | Unacknowledged) and self.shown is not None:
            self.open(self.shown.row.exchange)
        elif isinstance(problem, Claimed):
            self.advance()

    # -- decisions ---------------------------------------------------------------------------------------------

    def action_approve(self) -> None:
        view = self.ready()
        if view is None or self._is_settled(view):
            return
        if view.row.open:
            self.evidence.choose_open()
            found = many(view.row.open, "open finding")
            self.say(
                f"{found}: {{finding.dismiss}} dismisses the chosen one, {{finding.mark}} and {{mark.take}} replace "
                "it, {review.edit} edits.",
                severity="warning",
            )
            return
        missing = None if self.attention is None else self.attention.missing
        if missing is not None and self.attention is not None and self.attention.unseen is not None:
            part, place = self.attention.unseen
            self.go_to(part, place)
            self.say(f"Not yet on screen: {missing}; {{review.read}} reads on, then approve.", severity="warning")
            return
        self._decide(view, Verdict.APPROVE, None)

    def action_reject(self) -> None:
        view = self.ready()
        if view is None or self._is_settled(view):
            return

        def chosen(reason: RejectReason | None) -> None:
            if reason is not None:
                self._decide(view, Verdict.REJECT, reason)

        self.app.push_screen(ReasonDialog(f"Reject exchange {view.row.exchange}: it ...", REJECT_REASONS), chosen)

    def _decide(self, view: ExchangeView, verdict: Verdict, reason: RejectReason | None) -> None:
        given = {
            "exchange": view.row.exchange,
            "version": view.row.version,
            "verdict": verdict,
            "reason": reason,
            "reading": self.reading,
        }
        if view.review_round == "adjudication":
            self.write(Adjudicate.model_validate(given), partial(self._settled, view))
        else:
            self.write(Decide.model_validate(given), partial(self.decided, view))

    def _settled(self, view: ExchangeView, row: QueueRow) -> None:
        self._go_on(view, row)

    def action_send_back(self) -> None:
        view = self.ready()
        if view is None or self._is_settled(view):
            return

        def chosen(reason: SendBackReason | None) -> None:
            if reason is not None:
                row = view.row
                command = SendBack(exchange=row.exchange, version=row.version, reason=reason, reading=self.reading)
                self.write(command, partial(self.decided, view))

        title = f"Have the page of exchange {view.row.exchange} paraphrased anew: it ..."
        self.app.push_screen(ReasonDialog(title, SEND_BACK_REASONS), chosen)

    def decided(self, view: ExchangeView, answer: Decided) -> None:
        """A decision is stored; tell whether it was about an invented exchange, then go on."""
        if answer.revealed is None:
            self._go_on(view, answer.row)
        else:
            self.hold(answer.row)
            self.app.push_screen(RevealedDialog(view, answer.revealed), lambda nothing: self._go_on(view, answer.row))

    def _go_on(self, view: ExchangeView, row: QueueRow) -> None:
        self.hold(row)
        if self.shown is not None and self.shown.row.exchange == row.exchange:
            # Decided, so that leaving it gives nothing back.
            self.shown = self.shown.model_copy(update={"row": row})
        remark = None
        if self.attention is not None:
            reading = self.attention.reading
            remark = self.pace.decided(reading.source_words + reading.exchange_words, reading.milliseconds)
        if remark is not None:
            self.announce(remark)
        self.advance()

    def _is_settled(self, view: ExchangeView) -> bool:
        """Whether it is decided already, which is then said."""
        row = view.row
        if row.state in ("waiting", "disputed") or view.review_round == "second":
            return False
        self.say(
            f"Exchange {row.exchange} is {STATE_WORDS[row.state]} already; {{review.undo}} takes your last step back, "
            "{review.withdraw} a decision."
        )
        return True

    def action_withdraw(self) -> None:
        view = self.ready()
        if view is None:
            return
        if view.row.state == "waiting":
            self.say(f"Exchange {view.row.exchange} waits; there is no decision to take back.")
            return

        def chosen(reason: WithdrawReason | None) -> None:
            if reason is not None:
                row = view.row
                command = Withdraw(exchange=row.exchange, version=row.version, reason=reason)
                self.write(command, self._withdrawn)

        title = f"Take back the decision on exchange {view.row.exchange}:"
        self.app.push_screen(ReasonDialog(title, WITHDRAW_REASONS), chosen)

    def _withdrawn(self, row: QueueRow) -> None:
        self.hold(row)
        self.say(f"Taken back: exchange {row.exchange} waits again.")
        self.open(row.exchange)

    # -- undo --------------------------------------------------------------------------------------------------

    def action_undo(self) -> None:
        if not self.busy:
            self.write(Undo(), partial(self._undone, "Undone", "There is nothing that you could undo."))

    def action_redo(self) -> None:
        if not self.busy:
            self.write(Redo(), partial(self._undone, "Done again", "There is nothing to do again."))

    def _undone(self, done: str, nothing: str, answer: Undone) -> None:
        if answer.kind is None or answer.exchange is None:
            self.say(nothing)
            return
        if answer.row is not None:
            self.hold(answer.row)
        more = f", and {len(answer.again)} exchanges with it" if len(answer.again) > 1 else ""
        stay = f" {len(answer.left)} stay as they are: somebody has them or they went on." if answer.left else ""
        self.announce(f"{done}: {STEPS[answer.kind]} on exchange {answer.exchange}{more}.{stay}")
        if more:
            self.count()
        if self.shown is not None and self.shown.row.exchange == answer.exchange:
            self.open(answer.exchange)
        else:
            self.jump_to(answer.exchange)

    # -- signing -----------------------------------------------------------------------------------------------

    def _sign(self, refused: str = "") -> None:
        """Ask for the proof of who decides, then do again what was refused for want of it."""
        person = self.opening.person if self.opening else ""
        how = self.rules.signing
        if how == "passphrase" and self.opening is not None and not self.opening.passphrase_known:
            self.app.push_screen(NewPassphraseDialog(person), self._set)
        else:
            self.app.push_screen(SignDialog(person, ASKED_FOR[how], self.rules.meaning, refused), self._prove)

    def _set(self, secret: str | None) -> None:
        if secret is None:
            return

        def known(done: Done) -> None:
            if self.opening is not None:
                self.opening = self.opening.model_copy(update={"passphrase_known": True})
            self._prove(secret)

        self.ask(SetPassphrase(new=secret), known, self._not_proved, group="sign")

    def _prove(self, secret: str | None) -> None:
        if secret is None:
            self.say("Not signed, so nothing was decided.")
        else:
            self.busy = True
            self.ask(Authenticate(secret=secret), self._proved, self._not_proved, group="sign")

    def _proved(self, done: Done) -> None:
        self.busy = False
        self._again()

    def _not_proved(self, problem: UserError | AuditError) -> None:
        self.busy = False
        self._sign(str(problem))
