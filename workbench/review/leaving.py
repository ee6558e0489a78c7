"""Which rows the events of an exchange leave in the store."""

from audit.details import Action
from workbench.store.drafts import DraftRow
from workbench.store.exchanges import Body, DecisionRow
from workbench.store.history import Dismissal, Released
from workbench.store.marks import Mark
from workbench.store.notes import Note
from workbench.store.steps import Step

MAKES = {
    "raw": (Action.EXCHANGE_CREATED, Action.EXCHANGE_PLANTED),
    "treated": (Action.EXCHANGE_SCREENED,),
    "edited": (Action.EXCHANGE_EDITED,),
}
"""The actions that make a version of each kind."""
DECIDES = {
    "approve": Action.EXCHANGE_APPROVED,
    "reject": Action.EXCHANGE_REJECTED,
    "send_back": Action.EXCHANGE_SENT_BACK,
    "withdraw": Action.EXCHANGE_WITHDRAWN,
}
StoredRow = Body | DecisionRow | Dismissal | Mark | Note | DraftRow | Step | Released
LEAVES: dict[Action, type[StoredRow]] = {
    **{action: Body for actions in MAKES.values() for action in actions},
    **dict.fromkeys(DECIDES.values(), DecisionRow),
    Action.FINDING_DISMISSED: Dismissal,
    Action.FINDING_MARKED: Mark,
    Action.EXCHANGE_NOTED: Note,
    Action.DRAFT_SAVED: DraftRow,
    Action.DRAFT_DROPPED: DraftRow,
    Action.STEP_UNDONE: Step,
    Action.STEP_REDONE: Step,
}
"""The row that an action leaves in the store, if it succeeds."""
WITHDRAWN = Action.EXCHANGE_WITHDRAWN
DOES = {
    "decision": (Action.EXCHANGE_APPROVED, Action.EXCHANGE_REJECTED),
    "sending_back": (Action.EXCHANGE_SENT_BACK,),
    "edit": (Action.EXCHANGE_EDITED,),
    "dismissal": (Action.FINDING_DISMISSED,),
    "mark": (Action.FINDING_MARKED,),
    "retag": (Action.FINDING_RETAGGED,),
    "bulk_redaction": (Action.WORDS_REDACTED,),
    "note": (Action.EXCHANGE_NOTED,),
}
"""The actions that each kind of step begins with."""
