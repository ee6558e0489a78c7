"""What the desk answers when an exchange is replayed: its whole history, with the text of every version."""

from typing import Literal

from policies import Entity
from workbench.desk.views import Attempt, BodyFinding, Flag, RecordKind, View


class Piece(View):
    """Some words of a side: as before, taken out, or put in.

    All pieces but the added ones are the text before, all but the removed ones the text after, to the letter.
    """

    kind: Literal["same", "removed", "added"]
    text: str


class Version(View):
    """One version of the text, how it differs from the one before, and what was found on it."""

    version: int
    kind: Literal["raw", "treated", "edited"]
    question: str
    answer: str
    question_change: tuple[Piece, ...]
    answer_change: tuple[Piece, ...]
    findings: tuple[BodyFinding, ...]
    flags: tuple[Flag, ...]


class Dismissed(View):
    """The words that somebody said identify nobody."""

    entity: Entity
    words: str


class Marked(View):
    """The words that somebody said identify a person, and as what."""

    entity: Entity
    words: str


class Step(View):
    """One event of the history with what the store holds of it.

    `sound` says that the two agree and that the digests in the event are those of the stored text; `faults` says where
    they do not.  Without an event, only `sequence` and what the store holds is known.
    """

    sequence: int
    time: str | None
    actor: str | None
    role: str | None
    face: str | None
    action: str | None
    outcome: str | None
    reason: str | None
    version: int | None
    text: Version | None = None
    attempts: tuple[Attempt, ...] = ()
    dismissed: Dismissed | None = None
    marked: Marked | None = None
    note: str | None = None
    release: str | None = None
    sound: bool
    faults: tuple[str, ...]


class Replay(View):
    """The history of one exchange, in order of the log; `recorded` is the event of this replay itself."""

    exchange: int
    kind: RecordKind
    session: int
    page: int
    steps: tuple[Step, ...]
    sound: bool
    recorded: int
