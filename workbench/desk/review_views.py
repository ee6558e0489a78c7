"""What the desk answers about reviewing: sittings, drafts, places of the same words, and the quality of decisions."""

from typing import Literal

from policies import Entity, FlagKind, Risk
from workbench.desk.views import BodyFinding, ExchangeView, Flag, QueueRow, Side, View

StepKind = Literal["decision", "edit", "dismissal", "mark", "retag", "bulk_redaction", "note", "sending_back"]
"""What a reviewer does to an exchange, each a step that can be undone."""
ReviewRound = Literal["first", "second", "adjudication"]
NotReviewed = Literal["claimed", "decided", "own_edit", "own_decision", "known_person"]


class Draft(View):
    """What somebody was typing when they left an exchange; `stale`: its text has changed since."""

    exchange: int
    version: int
    question: str
    answer: str
    saved: str
    stale: bool


class CatchRate(View):
    """How many planted leaks a person caught, with the exact 95 % interval (Clopper-Pearson).

    `earlier` and `recent` are the rates of the first and the last half of them: their difference is the drift.
    """

    person: str
    planted: int
    caught: int
    low: float
    high: float
    earlier: float | None = None
    recent: float | None = None


class Opening(View):
    """What a sitting opens with: whose it is, and everything that waits for this person.

    `mine` are claims that are still theirs, `returned` exchanges that came back to them (a new text, or somebody gave
    them up), `adjudicate` disagreements that they may settle.  `policy_changed`: not that of their last sitting.
    """

    person: str
    roles: tuple[str, ...]
    sitting: str
    policy: str
    policy_changed: bool
    authentication: Literal["none", "passphrase", "pam"]
    """What the first approval asks for."""
    passphrase_known: bool
    waiting: int
    mine: tuple[QueueRow, ...]
    drafts: tuple[Draft, ...]
    returned: tuple[QueueRow, ...]
    adjudicate: tuple[QueueRow, ...]
    catch_rate: CatchRate | None


class Summary(View):
    """What a sitting ends with: decisions and other steps that still stand.

    `returned` claims were given back; `drafts` are kept for the next sitting.
    """

    decisions: tuple[tuple[str, int], ...]
    steps: int
    returned: int
    drafts: int
    active_seconds: int
    words_a_minute: int | None
    planted: int
    caught: int


class Next(View):
    """The next exchange for this person, claimed for them; None when there is nothing for them in this filter.

    `left` is how many there are, this one among them.
    """

    view: ExchangeView | None
    left: int


class Revealed(View):
    """A decided exchange was invented: whether its planted leak was caught, and where it stood in the text as it was
    given out (version 1).
    """

    caught: bool
    entity: Entity
    side: Side
    start: int
    stop: int
    explanation: str


class Decided(View):
    """What became of a decision: the exchange's row; `revealed` where it was a planted one."""

    row: QueueRow
    revealed: Revealed | None = None


class Tried(View):
    """What screening would say of a text that is still being typed; nothing is stored."""

    findings: tuple[BodyFinding, ...]
    flags: tuple[Flag, ...]
    short: bool


class Place(View):
    """One place where the same words stand; `before` and `after` are some words around them.

    `reason` says why it cannot be redacted by this person now, if so.
    """

    exchange: int
    version: int
    side: Side
    start: int
    stop: int
    before: str
    words: str
    after: str
    decided: bool
    reason: NotReviewed | None = None


class Places(View):
    """Every place where the same words stand in the latest text of an exchange; all would become one entity.

    `more`: these are the first ones; list them again when they are replaced.
    """

    entity: Entity
    words: str
    places: tuple[Place, ...]
    more: bool = False


class Redacted(View):
    """What one bulk redaction did."""

    exchanges: int
    places: int
    waiting_again: int
    row: QueueRow | None
    left: tuple[int, ...] = ()
    """Exchanges that somebody else has, or whose text is another one since it was shown; nothing was done to them."""


class Note(View):
    """A note on an exchange; its text stays in the study."""

    note: int
    person: str
    time: str
    text: str


class Undone(View):
    """A step that was undone or redone: what it was, and the exchange as it is now (None: nothing left to undo)."""

    kind: StepKind | None
    exchange: int | None
    row: QueueRow | None
    again: tuple[int, ...] = ()
    """Exchanges that changed, where it was more than the one."""
    left: tuple[int, ...] = ()
    """Exchanges of the step that were decided, changed, released or taken by others since; they stay as they are."""


class Pace(View):
    """How one person reads: decided exchanges, active seconds over them, words on screen, words a minute."""

    person: str
    decisions: int
    active_seconds: int
    words: int
    words_a_minute: int | None


class Agreement(View):
    """Two blind decisions on the same texts: `both` counts (first, second) verdicts; kappa is Cohen's, with its 95 %
    interval; None where it is not defined.
    """

    exchanges: int
    both: tuple[tuple[str, str, int], ...]
    agreed: int
    kappa: float | None
    low: float | None
    high: float | None


class Residual(View):
    """Second reviews of approved exchanges: in how many a second person found something identifying, and the exact
    95 % upper bound (Clopper-Pearson) of that rate.
    """

    reviewed: int
    leaking: int
    rate: float | None
    upper: float | None


class Quality(View):
    """What the quality screen shows.  A reviewer sees their own rates, a senior or steward everybody's."""

    catch_rates: tuple[CatchRate, ...]
    paces: tuple[Pace, ...]
    agreement: Agreement
    residual: Residual
    second_waiting: int
    disputed: int
    flags: tuple[tuple[FlagKind, int], ...] = ()
    risks: tuple[tuple[Risk, int], ...] = ()
