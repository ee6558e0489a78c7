"""What the log records of exchanges, the findings on them and their decisions."""

from audit.details.base import (
    Action,
    Code,
    Count,
    Details,
    Digest,
    Entity,
    EntityCounts,
    FlagCounts,
    Id,
    Risk,
    Round,
)


class Generated(Details):
    """A generation was stored; `attempt` counts from 1."""

    page: Id
    run: Id
    attempt: Count
    backend: Code
    model_digest: Digest
    prompt_digest: Digest | None = None
    seed: Count


class AttemptFailed(Generated):
    """The page is asked for again, for the flags that the exchange would have had."""

    action = Action.ATTEMPT_FAILED
    object_type = "exchange"
    flags: FlagCounts


class ExchangeCreated(Generated):
    """An exchange was condensed from a page, or a multi-turn record cut out of one."""

    action = Action.EXCHANGE_CREATED
    object_type = "exchange"
    malformed: bool


class ExchangeScreened(Details):
    action = Action.EXCHANGE_SCREENED
    object_type = "exchange"
    findings: EntityCounts
    flags: FlagCounts


class ExchangeViewed(Details):
    """An exchange was shown to someone, with or without its source page; `claimed`: it is theirs from now on."""

    action = Action.EXCHANGE_VIEWED
    object_type = "exchange"
    source: bool
    claimed: bool = False


class ExchangeEdited(Details):
    action = Action.EXCHANGE_EDITED
    object_type = "exchange"
    words_before: Count
    words_after: Count


class Decided(Details):
    """A decision.  `milliseconds` is how long somebody was active over the exchange, idle time and curtain apart, and
    the words are those that were on screen; absent where nobody looked (a script).

    `signed` says that the person had proved to be that person in this sitting; what an approval means is the statement
    in the event's policy.  `judged_again` is the number of the event that a redo repeats.
    """

    findings: Count
    flags: FlagCounts
    milliseconds: Count | None = None
    source_words: Count | None = None
    exchange_words: Count | None = None
    review_round: Round = "first"
    risk: Risk = "standard"
    signed: bool = False
    judged_again: Count | None = None


class ExchangeApproved(Decided):
    action = Action.EXCHANGE_APPROVED
    object_type = "exchange"


class ExchangeRejected(Decided):
    """The event's reason says why."""

    action = Action.EXCHANGE_REJECTED
    object_type = "exchange"


class ExchangeReplayed(Details):
    """The whole history of an exchange was shown with its text; so many `steps`, of which `unsound` did not hold."""

    action = Action.EXCHANGE_REPLAYED
    object_type = "exchange"
    steps: Count
    unsound: Count


class FindingDismissed(Details):
    action = Action.FINDING_DISMISSED
    object_type = "finding"
    exchange: Id
    entity: Entity
