"""Changing what an exchange says without typing it: marks, dismissals, new tags, words redacted everywhere, notes."""

from collections.abc import Callable
from functools import partial

from policies import Entity
from workbench.desk.commands import Answer, Command, DismissFinding
from workbench.desk.review_views import Note, Places, Redacted
from workbench.desk.reviewing import AddNote, ListAlike, MarkWords, RedactAlike, RetagFinding
from workbench.desk.views import BodyFinding, DismissReason, ExchangeView
from workbench.many import many
from workbench.tui.alike import AlikeDialog, free_places
from workbench.tui.asking import NoteDialog
from workbench.tui.deciding import Deciding
from workbench.tui.dialogs import ReasonDialog
from workbench.tui.entities import EntityDialog
from workbench.tui.evidence import is_open
from workbench.tui.marker import Marker
from workbench.tui.selection import Selection
from workbench.tui.sheets import Span, excerpt, source_place, text_of
from workbench.tui.words import DISMISS_REASONS

PANES = {"source": ("source",), "exchange": ("question", "answer")}
"""The texts of each pane."""


class Changing(Deciding):
    """Each of these makes a new version, which is screened again and stays on screen."""

    selection: Selection | None = None
    """What is selected to be marked; None while nothing is."""
    _entity: Entity | None = None
    _holding = False

    def change(self, command: Command[ExchangeView], done: str) -> None:
        """Give a command that makes a new version."""
        self.screen_again(command, partial(self.changed, done))

    def screen_again(self, command: Command[Answer], then: Callable[[Answer], None]) -> None:
        """Give a command after which texts are screened, and say so."""
        self.write(command, then)
        # Mostly it is done before that; the first time in a sitting takes seconds, because the detector is loaded.
        self.set_timer(0.4, lambda: self.say("Screening ...") if self.busy else None)

    def changed(self, done: str, view: ExchangeView) -> None:
        """Show the new version, and say what screening found."""
        self.hold(view.row)
        self.show(view)
        found = many(view.row.open, "open finding")
        self.say(f"{done}: version {view.row.version}, screened again, {found}.")

    # -- findings ----------------------------------------------------------------------------------------------

    def action_dismiss_finding(self) -> None:
        view, finding = self.ready(), self.evidence.chosen
        if view is None:
            return
        if not is_open(finding):
            # The first press shows which finding the next one is about.
            if not self.evidence.choose_open():
                self.say("No finding is open here.")
            return

        def chosen(reason: DismissReason | None) -> None:
            if reason is not None:
                row = view.row
                command = DismissFinding(
                    exchange=row.exchange, version=row.version, ordinal=finding.ordinal, reason=reason
                )
                self.screen_again(command, self._dismissed)

        words = " ".join(excerpt(view, finding).split())
        self.app.push_screen(ReasonDialog(f"“{words}” is no {finding.entity.value}: it ...", DISMISS_REASONS), chosen)

    def _dismissed(self, view: ExchangeView) -> None:
        self.changed("Dismissed", view)
        self.evidence.choose_open()

    def _finding(self) -> BodyFinding | None:
        """The chosen finding; the first press only chooses one, so that it is seen what the next one is about."""
        finding = self.evidence.chosen
        if isinstance(finding, BodyFinding):
            return finding
        if not self.evidence.choose_finding():
            self.say("Nothing was found here; {finding.mark} marks words that were missed.")
        return None

    def action_retag(self) -> None:
        view = self.ready()
        finding = None if view is None else self._finding()
        if view is None or finding is None:
            return

        def chosen(entity: Entity | None) -> None:
            if entity is not None:
                row = view.row
                self.change(
                    RetagFinding(exchange=row.exchange, version=row.version, ordinal=finding.ordinal, entity=entity),
                    "Tagged anew",
                )

        self.app.push_screen(EntityDialog(excerpt(view, finding), finding.entity), chosen)

    def action_redact_alike(self) -> None:
        view = self.ready()
        finding = None if view is None else self._finding()
        if view is not None and finding is not None:
            row = view.row
            self.write(
                ListAlike(exchange=row.exchange, version=row.version, ordinal=finding.ordinal),
                partial(self._listed, view, finding),
            )

    def _listed(self, view: ExchangeView, finding: BodyFinding, found: Places) -> None:
        free = free_places(found)
        if not free:
            self.say("These words stand nowhere else that you could change now.")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                row = view.row
                places = tuple((p.exchange, p.version, p.side, p.start, p.stop) for p in free)
                command = RedactAlike(
                    exchange=row.exchange, version=row.version, ordinal=finding.ordinal, places=places
                )
                self.screen_again(command, self._redacted)

        self.app.push_screen(AlikeDialog(found), answered)

    def _redacted(self, done: Redacted) -> None:
        told = f"Replaced in {many(done.places, 'place')} of {many(done.exchanges, 'exchange')}"
        if done.waiting_again:
            told += f", {done.waiting_again} of which had been decided"
        if done.left:
            told += f"; {many(len(done.left), 'exchange')} left as they are, because others have them"
        self.say(f"{told}. {{review.undo}} takes it back.")
        self.count()
        self.reload()

    def reload(self) -> None:
        """Read the window and the exchange on screen again: many may have changed."""
        if self.shown is not None:
            self.jump_to(self.shown.row.exchange)
            self.open(self.shown.row.exchange)

    # -- notes -------------------------------------------------------------------------------------------------

    def action_note(self) -> None:
        view = self.ready()
        if view is None:
            return

        def written(text: str | None) -> None:
            if text is not None:
                self.write(AddNote(exchange=view.row.exchange, text=text), partial(self._noted, view))

        self.app.push_screen(NoteDialog(f"A note on exchange {view.row.exchange}"), written)

    def _noted(self, view: ExchangeView, note: Note) -> None:
        row = view.row.model_copy(update={"notes": view.row.notes + 1})
        told = f"{note.person}, {note.time[:16].replace('T', ' ')}: {note.text}"
        self.hold(row)
        if self.shown is not None and self.shown.row.exchange == row.exchange:
            self.show(view.model_copy(update={"row": row, "notes": (*view.notes, told)}))
        self.say("Noted, for the other reviewers; it stands below the answer.")

    # -- marking -----------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        self._begin_marking(None)

    def action_indirect(self) -> None:
        self._begin_marking(Entity.INDIRECT)

    def _begin_marking(self, entity: Entity | None) -> None:
        view = self.ready()
        if view is None:
            return
        self._entity, self._holding = entity, False
        chosen = self.evidence.chosen
        pane = "source" if self.source.has_focus else "exchange"
        place = None
        if chosen is not None and pane == "source":
            place = source_place(view, chosen)
        elif chosen is not None and chosen.start is not None and chosen.stop is not None:
            place = chosen.start, chosen.stop
        part = "source" if pane == "source" or chosen is None else chosen.side
        self._select_in(pane, (part, *place) if part is not None and place is not None else None)

    def _select_in(self, pane: str, span: Span | None = None) -> None:
        """Begin in a pane: with the words of a place, or else with the first word in view."""
        assert self.shown is not None
        widget = self.source if pane == "source" else self.exchange
        texts = tuple((name, text_of(self.shown, name)) for name in PANES[pane])
        part, start, _ = span or next(iter(widget.in_view()), (PANES[pane][0], 0, 0))
        self.selection = Selection.begin(texts, part, start)
        if self.selection is None:
            self.say("There is no word to mark here.")
            return
        if span is not None:
            self.selection = self.selection.at(part, span[2] - 1, extend=True)
        self.marker.display = True
        self.marker.focus()
        self._draw_selection()
        self.refresh_bindings()

    def _draw_selection(self) -> None:
        if self.selection is not None:
            self.draw(None, selected=self.selection.span)
            self.marker.show(self.selection, self._entity, self._holding)

    def action_select(self, by: int, extend: bool = False) -> None:
        if self.selection is not None:
            self.selection = self.selection.step(by, extend or self._holding)
            self._draw_selection()

    def action_select_line(self, by: int) -> None:
        if self.selection is None:
            return
        pane = self.source if self.selection.part == "source" else self.exchange
        place = pane.drawn.place_of(self.selection.part, self.selection.head[0])
        there = None if place is None else pane.beyond(place, by)
        if there is not None:
            self.selection = self.selection.at(*there, self._holding)
            self._draw_selection()

    def action_hold(self) -> None:
        self._holding = not self._holding
        self._draw_selection()

    def action_letters(self) -> None:
        if self.selection is not None:
            self.selection = self.selection.switched()
            self._draw_selection()

    def action_other_text(self) -> None:
        if self.selection is not None:
            self._holding = False
            self._select_in("exchange" if self.selection.part == "source" else "source")

    def action_take_words(self) -> None:
        if self.selection is None:
            return
        selection = self.selection
        if self._entity is not None:
            self._mark(selection, self._entity)
        else:
            self.app.push_screen(EntityDialog(selection.words), partial(self._mark, selection))

    def _mark(self, selection: Selection, entity: Entity | None) -> None:
        if entity is None or self.shown is None:
            return
        part, start, stop = selection.span
        row = self.shown.row
        self.action_leave_marker()
        self.screen_again(
            MarkWords(exchange=row.exchange, version=row.version, where=part, start=start, stop=stop, entity=entity),
            partial(self._marked, part, start),
        )

    def _marked(self, part: str, start: int, view: ExchangeView) -> None:
        self.changed("Marked", view)
        # The mark is chosen, so that R can go on to the same words elsewhere.
        self.evidence.choose_near(part, start)

    def action_leave_marker(self) -> None:
        if self.selection is not None:
            self.selection = None
            self.marker.display = False
            self.queue.focus()
            self.draw(self.evidence.chosen)
            self.refresh_bindings()

    def on_marker_blurred(self, message: Marker.Blurred) -> None:
        # A dialog on top takes the focus for a while only.
        if self.app.screen is self and not self.marker.has_focus:
            self.action_leave_marker()
