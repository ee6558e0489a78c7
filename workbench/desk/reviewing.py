"""What reviewers can ask of a study: sittings, claims, drafts, steps and their undoing, second reviews."""

from typing import Annotated, Literal

from pydantic import Field

from policies import Entity, Verdict
from workbench.desk import review_views as rv
from workbench.desk import views
from workbench.desk.commands import Command, Handle, Reading
from workbench.desk.views import RejectReason, SendBackReason, Side, WithdrawReason

Text = Annotated[str, Field(max_length=20_000)]


class BeginSitting(Command[rv.Opening]):
    """Sit down: learn what waits.  Claims and drafts of this person's last sitting are theirs again."""


class KeepClaims(Command[views.Done]):
    """A sign of life: this person's claims last another lease."""


class EndSitting(Command[rv.Summary]):
    """Get up: claims go back to the queue, drafts are kept.  `active_seconds` as the screen has counted them."""

    active_seconds: Annotated[int, Field(ge=0)] = 0


class LockSitting(Command[views.Done]):
    """The screen is locked: nothing is decided until this person has authenticated again."""


class Authenticate(Command[views.Done]):
    """Prove to be this person, by the signing passphrase or the login's password (PAM), as the policy says."""

    secret: Annotated[str, Field(max_length=1000, repr=False)]


class SetPassphrase(Command[views.Done]):
    """Set this person's signing passphrase; where there is one, `old` must be it."""

    new: Annotated[str, Field(min_length=8, max_length=1000, repr=False)]
    old: Annotated[str | None, Field(max_length=1000, repr=False)] = None


class ForgetPassphrase(Command[views.Done]):
    """Let a person who has forgotten their signing passphrase set a new one."""

    name: Handle


class NextExchange(Command[rv.Next]):
    """Claim the next exchange of a filter that waits for this person, and show it; `after` is where they are now."""

    filter: views.QueueFilter = views.QueueFilter()
    after: int = 0


class SkipExchange(Command[views.Done]):
    """Give a claim back.  What was `skipped` comes last in this sitting, what was only `passed_by` does not;
    `known_person` also keeps the exchange away from this person from now on.
    """

    exchange: int
    reason: Literal["skipped", "passed_by", "known_person"] = "skipped"


class SaveDraft(Command[views.Done]):
    """Keep what is being typed; None for both sides throws the draft away."""

    exchange: int
    version: int
    question: Text | None
    answer: Text | None


class TryText(Command[rv.Tried]):
    """Screen a text that is being typed; nothing is stored, and nobody waits for it."""

    exchange: int
    version: int
    question: Text
    answer: Text


class MarkWords(Command[views.ExchangeView]):
    """Mark words that identify somebody and that no recognizer found, on a side of the exchange or on its source page.

    On a side they are treated at once, in a new version; an INDIRECT one is tagged and left for the reviewer to decide.
    On the page they are known from then on, and the exchange is screened with that knowledge.
    """

    exchange: int
    version: int
    where: Side | Literal["source"]
    start: Annotated[int, Field(ge=0)]
    stop: Annotated[int, Field(ge=1)]
    entity: Entity


class RetagFinding(Command[views.ExchangeView]):
    """Give a finding another entity; what was replaced is replaced anew."""

    exchange: int
    version: int
    ordinal: int
    entity: Entity


class ListAlike(Command[rv.Places]):
    """Every place in the study where the words of a finding stand, in the latest text of any exchange.

    Of very many the first ones.
    """

    exchange: int
    version: int
    ordinal: int


class RedactAlike(Command[rv.Redacted]):
    """Replace the words of a finding in the places given (all of them as `ListAlike` showed them), as one step."""

    exchange: int
    version: int
    ordinal: int
    places: tuple[tuple[int, int, Side, int, int], ...]
    """Exchange, version, side, start, stop."""


class AddNote(Command[rv.Note]):
    """Write a note on an exchange; it is read by reviewers and never released."""

    exchange: int
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class SendBack(Command[rv.Decided]):
    """Keep this exchange back and let its page be paraphrased once more; it is decided by that."""

    exchange: int
    version: int
    reason: SendBackReason
    reading: Reading | None = None


class Withdraw(Command[views.QueueRow]):
    """Take a decision back that undo does not reach any more; the exchange waits again."""

    exchange: int
    version: int
    reason: WithdrawReason


class Undo(Command[rv.Undone]):
    """Take back this person's last step that still stands; an audited event, nothing is erased."""


class Redo(Command[rv.Undone]):
    """Do again what was undone last, if nothing was done since."""


class Adjudicate(Command[views.QueueRow]):
    """Settle a disagreement of two reviewers; by a senior who is neither of them."""

    exchange: int
    version: int
    verdict: Literal[Verdict.APPROVE, Verdict.REJECT]
    reason: RejectReason | None = None
    reading: Reading | None = None


class ShowQuality(Command[rv.Quality]):
    """Agreement, residual leaks, catch rates and pace."""
