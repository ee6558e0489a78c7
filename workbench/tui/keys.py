"""The keys of the review screen.  Their ids are stable, so that a keymap can give an action another key."""

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("space", "read_on", "Read", id="review.read", tooltip="read on: the page, then the exchange"),
    Binding("a", "approve", "Approve", id="review.approve", tooltip="approve the version on screen, then go on"),
    Binding("e", "edit", "Edit", id="review.edit", tooltip="edit in place; what is saved is screened again"),
    Binding("r", "reject", "Reject", id="review.reject", tooltip="reject with a reason, then go on"),
    Binding("b", "send_back", "Send back", show=False, id="review.send_back", tooltip="have the page paraphrased anew"),
    Binding("x", "dismiss_finding", "Dismiss", id="finding.dismiss", tooltip="dismiss the chosen finding"),
    Binding("m", "mark", "Mark", id="finding.mark", tooltip="mark words that identify somebody and were missed"),
    Binding("i", "indirect", "Indirect", show=False, id="finding.indirect", tooltip="tag an indirect identifier"),
    Binding("t", "retag", "Retag", show=False, id="finding.retag", tooltip="give the chosen finding another tag"),
    Binding(
        "R", "redact_alike", "Redact all", show=False, id="finding.redact_alike",
        tooltip="replace its words everywhere; shows every place first",
    ),
    Binding("u", "undo", "Undo", id="review.undo", tooltip="take your last step back"),
    Binding("U,ctrl+r", "redo", "Redo", show=False, id="review.redo", tooltip="do again what you took back"),
    Binding("w", "withdraw", "Withdraw", show=False, id="review.withdraw", tooltip="take back what undo cannot reach"),
    Binding("s", "skip", "Skip", show=False, id="review.skip", tooltip="give it back undecided and go on"),
    Binding(
        "K", "known_person", "Known", show=False, id="review.known_person",
        tooltip="you know this person: somebody else decides",
    ),
    Binding("o,N", "note", "Note", show=False, id="review.note", tooltip="write a note for other reviewers"),
    Binding("n", "next", "Next", show=False, id="queue.next", tooltip="next exchange of the queue"),
    Binding("p", "previous", "Previous", show=False, id="queue.previous", tooltip="previous exchange of the queue"),
    Binding("colon", "jump", "Jump", key_display=":", show=False, id="queue.jump", tooltip="go to an exchange"),
    Binding("slash", "search", "Search", key_display="/", show=False, id="queue.search", tooltip="search for words"),
    Binding("f", "filter", "Filter", show=False, id="queue.filter", tooltip="queue: state, flag, risk, session, ..."),
    Binding("g", "flag", "Flag", show=False, id="queue.flag", tooltip="queue: any flag, or only leak, verbatim, ..."),
    Binding("j", "step(1)", "Next finding", show=False, id="finding.next", tooltip="next flag or finding"),
    Binding("k", "step(-1)", "Previous finding", show=False, id="finding.previous", tooltip="previous flag or finding"),
    Binding("ctrl+p", "palette", "Actions", show=False, id="app.palette", tooltip="find an action by its name"),
    Binding("question_mark", "help", "Help", key_display="?", id="app.help", tooltip="this list"),
    Binding("q", "app.quit", "Quit", id="app.quit", tooltip="quit; everything decided is already stored"),
    Binding("ctrl+s", "save", "Save and screen again", id="edit.save", tooltip="in the editor: save"),
    Binding("escape", "leave_editor", "Leave", id="edit.cancel", tooltip="in the editor: leave; it can keep a draft"),
]  # fmt: skip

DECIDING = frozenset(
    {"approve", "edit", "reject", "send_back", "dismiss_finding", "mark", "indirect", "retag", "redact_alike"}
    | {"withdraw", "skip", "known_person", "note", "read_on"}
)
"""Actions that need an exchange on screen."""

EDITING = frozenset({"save", "leave_editor"})
"""Actions of the editor; while it is open, those of the other two groups rest."""

WALKING = frozenset({"next", "previous", "jump", "search", "filter", "flag", "step", "help", "palette", "undo", "redo"})
"""Actions that only move about, or are about the step before."""

MARKING = frozenset({"take_words", "select", "select_line", "hold", "letters", "other_text", "leave_marker"})
"""Actions of the line at which words are selected."""
