"""Texts of a ward in which the detector misses what everybody there knows: the quarry."""

from collections.abc import Sequence

from policies import Entity
from tests.review.ward import ANSWER, MODEL, PAGE, QUESTION, Ward
from workbench.desk.commands import ClaimPages, IngestFile, OpenExchange, StartRun, SubmitGeneration
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import MarkWords
from workbench.desk.views import BodyFinding, ExchangeView
from workbench.ingest.transcript import PageText, Transcript

Told = tuple[str, str, str]
"""A page, and the question and answer that are made of it."""
QUARRY = (
    f"{PAGE}\nCaregiver: And the dust of the quarry, it comes in everywhere.",
    f"{QUESTION} The dust of the quarry's road comes in everywhere.",
    f"{ANSWER} Quarry dust is everywhere, and you could sweep it.",
)
"""Each side names the quarry once, the question with a possessive, the answer with a capital."""
PLAIN = (PAGE, QUESTION, ANSWER)


def bring(ward: Ward, pages: Sequence[Told]) -> None:
    """Bring in one session of these pages, each with its exchange."""
    begun = ward.study.log.size
    numbered = tuple(PageText(number, page, ()) for number, (page, _, _) in enumerate(pages, 1))
    transcript = Transcript(f"s{begun}", numbered, 40 * len(pages))
    digest = begun.to_bytes(32, "big")
    ward.founder.execute(IngestFile(name="a", kind="txt", size=1, sha256=digest, transcripts=(transcript,)))
    run = ward.founder.execute(StartRun(**MODEL)).run
    for job, (_, question, answer) in zip(ward.founder.execute(ClaimPages()).jobs, pages, strict=True):
        raw = f"Caregiver: {question}\nCoach: {answer}"
        submit = SubmitGeneration(
            run=run, page=job.page, attempt=job.attempt, raw=raw, parameters={}, seed=job.attempt, **MODEL
        )
        ward.founder.execute(submit)


def look(desk: PersonalDesk, exchange: int) -> ExchangeView:
    """An exchange as it is now."""
    return desk.execute(OpenExchange(exchange=exchange))


def text_of(view: ExchangeView, where: str) -> str:
    """The text of a side, or of the page."""
    return str(getattr(view, where))


def mark(desk: PersonalDesk, exchange: int, words: str, where: str, entity: Entity = Entity.LOCATION) -> ExchangeView:
    """Mark these words where they first stand."""
    view = look(desk, exchange)
    start = text_of(view, where).index(words)
    command = MarkWords(
        exchange=exchange, version=view.row.version, where=where, start=start, stop=start + len(words), entity=entity
    )
    return desk.execute(command)


def finding(view: ExchangeView, **wanted: object) -> BodyFinding:
    """The one finding that is like this."""
    (found,) = (f for f in view.findings if all(getattr(f, name) == value for name, value in wanted.items()))
    return found


def words_of(view: ExchangeView, found: BodyFinding) -> str:
    """The words of a finding."""
    return text_of(view, found.side)[found.start : found.stop]
