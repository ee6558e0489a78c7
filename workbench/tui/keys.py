"""The keys of the review screen.  Their ids are stable, so that a keymap can give an action another key."""

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("a", "approve", "Approve", id="review.approve", tooltip="approve the version on screen, then go on"),
    Binding("e", "edit", "Edit", id="review.edit", tooltip="edit in place; what is saved is screened again"),
    Binding("r", "reject", "Reject", id="review.reject", tooltip="reject with a reason, then go on"),
    Binding("x", "dismiss_finding", "Dismiss", id="finding.dismiss", tooltip="dismiss the chosen finding"),
    Binding("n", "next", "Next", id="queue.next", tooltip="next exchange of the queue"),
    Binding("p", "previous", "Prev", id="queue.previous", tooltip="previous exchange of the queue"),
    Binding("f", "filter", "Filter", id="queue.filter", tooltip="queue: waiting, all, approved, rejected"),
    Binding("g", "flag", show=False, id="queue.flag", tooltip="queue: any flag, or only leak, verbatim, ..."),
    Binding("j", "step(1)", show=False, id="finding.next", tooltip="choose the next flag or finding and show it"),
    Binding("k", "step(-1)", show=False, id="finding.previous", tooltip="choose the previous flag or finding"),
    Binding("question_mark", "help", "Help", key_display="?", id="app.help", tooltip="this list"),
    Binding("q", "app.quit", "Quit", id="app.quit", tooltip="quit; everything decided is already stored"),
    Binding("ctrl+s", "save", "Save and screen again", id="edit.save", tooltip="in the editor: save"),
    Binding("escape", "leave_editor", "Cancel", id="edit.cancel", tooltip="in the editor: drop the changes"),
]

DECIDING = frozenset({"approve", "reject", "edit", "dismiss_finding"})
"""Actions that need an exchange on screen."""

EDITING = frozenset({"save", "leave_editor"})
"""Actions of the editor; while it is open, those of the other two groups rest."""

WALKING = frozenset({"next", "previous", "filter", "flag", "step", "help"})
"""Actions that only move about."""
