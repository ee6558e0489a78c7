"""Editing in place: screened as it is typed, kept as a draft, screened again when it is saved."""

from collections.abc import Callable
from functools import partial

from audit.errors import AuditError
from policies import UserError
from workbench.desk.commands import EditExchange
from workbench.desk.review_views import Draft, Tried
from workbench.desk.reviewing import SaveDraft, TryText
from workbench.desk.views import Done, ExchangeView, QueueRow
from workbench.tui.changing import Changing
from workbench.tui.dialogs import ConfirmDialog, ReasonDialog
from workbench.tui.editor import Editor

LEAVING = {"keep": "keep what I typed as a draft", "drop": "drop what I typed"}


class Editing(Changing):
    """Nothing that was typed is lost: a draft is stored shortly after the last key, and on the way out."""

    try_after = 0.6
    """Seconds without a key after which the text is screened."""
    keep_after = 3.0
    """Seconds without a key after which the draft is stored."""

    drafts: dict[int, Draft]

    def action_edit(self) -> None:
        view = self.ready()
        if view is None:
            return
        draft = self.drafts.get(view.row.exchange)
        if draft is None:
            self._edit(view, None)
        elif draft.version == view.row.version:
            self._edit(view, draft)
            self.say("Your draft goes on here; {edit.cancel} leaves it.")
        else:
            question = "The exchange has changed since your draft. Go on with the draft?"
            self.app.push_screen(
                ConfirmDialog(question, "yes, with my words", "no, with the text as it is now"),
                lambda yes: self._edit(view, draft if yes else None),
            )

    def _edit(self, view: ExchangeView, draft: Draft | None) -> None:
        self.exchange.display = False
        self.editor.display = True
        self.queue.disabled = True
        self.add_class("-editing")
        self.editor.open(view, None if draft is None else (draft.question, draft.answer))
        self.refresh_bindings()
        if draft is not None:
            self._try()

    # -- while it is typed -------------------------------------------------------------------------------------

    def on_editor_typed(self, message: Editor.Typed) -> None:
        self.editor.soon((self.try_after, self._try), (self.keep_after, self.keep_draft))

    def _try(self) -> None:
        if self.shown is None or not self.editor.display or self.busy:
            return
        text, row = self.editor.draft, self.shown.row
        command = TryText(exchange=row.exchange, version=row.version, question=text[0], answer=text[1])
        # Whoever types is not told what went wrong with a try: saving tells it.
        self.ask(command, partial(self._tried, self.shown, text), _nothing, group="try")

    def _tried(self, view: ExchangeView, text: tuple[str, str], tried: Tried) -> None:
        if not self.editor.display or self.editor.draft != text or self.busy:
            return  # typed on since; the next answer is on its way
        found = sum(finding.state == "open" for finding in tried.findings)
        row = view.row.model_copy(update={"open": found, "short": tried.short})
        changed = {"question": text[0], "answer": text[1], "findings": tried.findings, "flags": tried.flags, "row": row}
        self.evidence.show(view.model_copy(update=changed), "As typed")

    def keep_draft(self) -> None:
        """Store what is being typed, if it was changed since."""
        if self.editor.display and not self.editor.is_kept and not self.busy:
            self._keep(_nothing, self.tell)

    def _keep(self, then: Callable[[Done], None], refused: Callable[[UserError | AuditError], None]) -> None:
        assert self.shown is not None
        (question, answer), row = self.editor.draft, self.shown.row
        draft = Draft(
            exchange=row.exchange, version=row.version, question=question, answer=answer, saved="", stale=False
        )

        def kept(done: Done) -> None:
            self._kept(draft)
            then(done)

        command = SaveDraft(exchange=row.exchange, version=row.version, question=question, answer=answer)
        self.ask(command, kept, refused, group="draft")

    def _kept(self, draft: Draft) -> None:
        self.drafts[draft.exchange] = draft
        if self.editor.display:
            self.editor.keep(draft.question, draft.answer)
        self._mark_draft(draft.exchange, True)

    def _mark_draft(self, exchange: int, kept: bool) -> None:
        if self.shown is not None and self.shown.row.exchange == exchange:
            row = self.shown.row.model_copy(update={"draft": kept})
            self.shown = self.shown.model_copy(update={"row": row})
            self.queue.hold(row)

    # -- saving and leaving ------------------------------------------------------------------------------------

    def action_save(self) -> None:
        if self.busy or self.shown is None:
            return
        if not self.editor.changed:
            self.close_editor()
            return
        question, answer = self.editor.draft
        row = self.shown.row
        command = EditExchange(exchange=row.exchange, version=row.version, question=question, answer=answer)
        self.screen_again(command, self._saved)

    def _saved(self, view: ExchangeView) -> None:
        self.drafts.pop(view.row.exchange, None)
        self.close_editor()
        self.changed("Saved", view)

    def action_leave_editor(self) -> None:
        if self.busy:
            return
        if not self.editor.changed:
            self.close_editor()
            return

        def chosen(what: str | None) -> None:
            if what == "keep":
                self.leave_editor(self.close_editor)
            elif what == "drop":
                self._drop()

        self.app.push_screen(ReasonDialog("Leave the editor and ...", LEAVING), chosen)

    def _drop(self) -> None:
        exchange = self.shown.row.exchange if self.shown is not None else 0
        if self.drafts.pop(exchange, None) is not None and self.shown is not None:
            command = SaveDraft(exchange=exchange, version=self.shown.row.version, question=None, answer=None)
            self.ask(command, _nothing, group="draft")
            self._mark_draft(exchange, False)
        self.close_editor()

    def leave_editor(self, leave: Callable[[], None]) -> None:
        """Store what was typed, if anything was, then call `leave`; what cannot be stored is dropped after a yes."""
        if not self.editor.display or not self.editor.changed:
            leave()
            return

        def kept(done: Done) -> None:
            self.say("Your draft is kept; {review.edit} goes on with it.")
            leave()

        def not_kept(problem: UserError | AuditError) -> None:
            question = f"{problem} What you typed cannot be kept. Leave without it?"
            self.app.push_screen(
                ConfirmDialog(question, "yes, drop it", "no, go on editing"), lambda yes: leave() if yes else None
            )

        self._keep(kept, not_kept)

    def close_editor(self) -> None:
        """Show the exchange again."""
        if self.editor.display:
            self.editor.clear()
            self.editor.display = False
            self.exchange.display = True
            self.queue.disabled = False
            self.remove_class("-editing")
            self.queue.focus()
            self.evidence.show(self.shown)
            self.refresh_bindings()

    def is_worked_on(self, row: QueueRow) -> bool:
        return row.draft or row.exchange in self.drafts


def _nothing(answer: object) -> None:
    """Nobody waits for this answer."""
