"""What the log records of reviewing: sittings, claims, drafts, steps and their undoing, marks, second reviews."""

from typing import Literal

from audit.details.base import Action, Count, Details, Entity, Id, StepKind
from audit.details.exchange import Decided


class SittingBegan(Details):
    """A person sat down.  `uid` is the peer as the kernel names it, `login_uid` who first logged in."""

    action = Action.SITTING_BEGAN
    object_type = "sitting"
    uid: Count | None = None
    login_uid: Count | None = None
    transport: Literal["local", "socket", "tls"] = "local"
    claims: Count = 0
    drafts: Count = 0


class SittingLocked(Details):
    """The screen was locked; deciding needs an authentication first."""

    action = Action.SITTING_LOCKED
    object_type = "sitting"


class SittingEnded(Details):
    """A person got up.  `decisions` and other `steps` still stand; `returned` claims were given back.

    `active_milliseconds` without idle time and curtain.
    """

    action = Action.SITTING_ENDED
    object_type = "sitting"
    decisions: Count
    steps: Count
    returned: Count
    drafts: Count
    active_milliseconds: Count


class PersonAuthenticated(Details):
    """Somebody proved (outcome ok) or failed to prove (refused) to be the person of the sitting."""

    action = Action.PERSON_AUTHENTICATED
    object_type = "person"
    method: Literal["passphrase", "pam"]


class PassphraseSet(Details):
    """A person set their signing passphrase."""

    action = Action.PASSPHRASE_SET
    object_type = "person"


class ClaimReturned(Details):
    """An exchange went back to the queue; the event's reason: skipped, passed_by, known_person, ended, expired."""

    action = Action.CLAIM_RETURNED
    object_type = "exchange"
    holder: Id


class DraftSaved(Details):
    """What somebody is typing was kept; it is a draft of theirs and no version."""

    action = Action.DRAFT_SAVED
    object_type = "exchange"
    words: Count


class DraftDropped(Details):
    """A draft was saved as a version or thrown away, as the event's reason says."""

    action = Action.DRAFT_DROPPED
    object_type = "exchange"


class ExchangeSentBack(Decided):
    """A decision: the page waits for another paraphrase; the event's reason says why."""

    action = Action.EXCHANGE_SENT_BACK
    object_type = "exchange"
    page: Id


class ExchangeWithdrawn(Details):
    """The decision of event `decision` no longer counts; the event's reason: undo, or why it was withdrawn."""

    action = Action.EXCHANGE_WITHDRAWN
    object_type = "exchange"
    decision: Count


class ExchangeNoted(Details):
    """A reviewer wrote a note; `removed` where it was taken back."""

    action = Action.EXCHANGE_NOTED
    object_type = "exchange"
    words: Count
    removed: bool = False


class ExchangePlanted(Details):
    """An invented exchange with a planted leak was put into the queue; it can never be released."""

    action = Action.EXCHANGE_PLANTED
    object_type = "exchange"
    entity: Entity


class PlantRevealed(Details):
    """A reviewer decided a planted exchange and was told so at once."""

    action = Action.PLANT_REVEALED
    object_type = "exchange"
    entity: Entity
    caught: bool


class StepUndone(Details):
    """A step of one's own, recorded by event `step`, was taken back; nothing of it is erased."""

    action = Action.STEP_UNDONE
    object_type = "exchange"
    kind: StepKind
    step: Count


class StepRedone(Details):
    """A step that had been undone by event `undone` was done again."""

    action = Action.STEP_REDONE
    object_type = "exchange"
    kind: StepKind
    undone: Count


class WordsRedacted(Details):
    """The same words were replaced in so many places of so many exchanges, in one step."""

    action = Action.WORDS_REDACTED
    object_type = "exchange"
    entity: Entity
    exchanges: Count
    places: Count
    waiting_again: Count
    """Decided exchanges among them, which wait for a decision again."""


class WordsListed(Details):
    """Somebody was shown every place of the same words, with some words around each."""

    action = Action.WORDS_LISTED
    object_type = "exchange"
    entity: Entity
    exchanges: Count
    places: Count


class WordsSearched(Details):
    """Somebody looked for words in pages and exchanges; so many `exchanges` have them.  The words are not recorded."""

    action = Action.WORDS_SEARCHED
    object_type = "study"
    exchanges: Count


class FindingMarked(Details):
    """A reviewer marked words that no recognizer had found."""

    action = Action.FINDING_MARKED
    object_type = "finding"
    exchange: Id
    entity: Entity
    side: Literal["question", "answer", "source"]


class FindingRetagged(Details):
    """A finding was given another entity."""

    action = Action.FINDING_RETAGGED
    object_type = "finding"
    exchange: Id
    entity_before: Entity
    entity: Entity
