"""The next version of an exchange: screened with all that is known by now, and stored with its event."""

from audit.details import ExchangeEdited
from policies import Entity
from redaction.finding import Finding
from redaction.folding import fold
from workbench.errors import Refused
from workbench.paraphrase.record import source_of
from workbench.review import claims
from workbench.review.planting import detector_for, without_planted
from workbench.review.show import face_allowed, shown
from workbench.review.standing import settle
from workbench.screening.length import words
from workbench.screening.marked import REVIEWER
from workbench.screening.screen import SIDES, Found, Screen, Screened, Source
from workbench.store import exchanges, generations, marks, sources
from workbench.store.exchanges import Body, BodyFinding, Latest
from workbench.study.study import Change, Study


def to_change(study: Study, exchange: int, version: int) -> Latest:
    """The latest text of an exchange, for a step that changes it.

    Raises Stale when it is not the version that was shown, Claimed when somebody else has it, NotAllowed where the
    policy forbids this face or this person knows whose session it is, Refused when it was sent back.
    """
    face_allowed(study)
    latest = shown(study, exchange, version)
    claims.check(study, exchange)
    if latest.state == "sent_back":
        raise Refused(f"Exchange {exchange} was sent back for another paraphrase; take that back before you change it.")
    return latest


def source_for(study: Study, latest: Latest) -> Source:
    """The page of an exchange as screening needs it."""
    page = sources.page(study.db, latest.page)
    assert page is not None
    return source_of(study, page, generations.generation(study.db, latest.exchange).backend, latest.record_kind)


def found_on(study: Study, exchange: int, version: int) -> Found:
    """What was found on a version, so that its text need not be scanned again; marks are looked for anew each time."""
    found: dict[str, list[Finding]] = {side: [] for side in SIDES}
    for f in exchanges.findings(study.db, exchange, version):
        if f.recognizer != REVIEWER or f.state == "treated":
            keep = f.state == "kept"
            found[f.side].append(Finding(f.start, f.stop, Entity(f.entity), f.score, f.recognizer, f.explanation, keep))
    return found["question"], found["answer"]


def finding_of(study: Study, latest: Latest, ordinal: int) -> BodyFinding | None:
    """A finding of the latest version by its number, or None."""
    found = exchanges.findings(study.db, latest.exchange, latest.version)
    return next((finding for finding in found if finding.ordinal == ordinal), None)


def words_of(body: Latest | Body, found: BodyFinding) -> str:
    """The words that a finding covers in its version."""
    return (body.question if found.side == "question" else body.answer)[found.start : found.stop]


def screened_again(
    study: Study,
    latest: Latest,
    question: str,
    answer: str,
    found: Found | None = None,
    standins: frozenset[str] = frozenset(),
    source: Source | None = None,
) -> Screened:
    """What screening finds in a text that takes the place of the latest version, by all that is known now.

    With `found` the detector is not asked again.  `standins` are folded words that stand for identifiers since this
    change, `source` is what `source_for` says where that is at hand.
    """
    if found is not None:
        found = without_planted(study, latest, question, answer, found)
    return Screen(study.policy, detector_for(study, latest)).edited(
        question,
        answer,
        source or source_for(study, latest),
        _dismissed(study, latest),
        exchanges.standins(study.db, latest.exchange) | standins,
        found,
    )


def _dismissed(study: Study, latest: Latest) -> set[tuple[Entity, str]]:
    """What is dismissed in an exchange and was not marked by somebody since, on a page or in its page's exchanges."""
    dismissed = exchanges.dismissed(study.db, latest.exchange)
    if not dismissed:
        return set()
    marked = {
        (Entity(mark.entity), fold(mark.words)): mark.sequence
        for mark in reversed(marks.of_session(study.db, latest.session))
        if mark.exchange is None or mark.page == latest.page
    }
    return {key for key, sequence in dismissed.items() if marked.get(key, -1) < sequence}


def store_version(study: Study, change: Change, latest: Latest, screened: Screened) -> int:
    """Append the next version of an exchange, as part of a change; the number of its event."""
    version = latest.version + 1
    digest = study.body_digest(latest.exchange, version, screened.question, screened.answer)
    event = change.record(
        ExchangeEdited(
            words_before=words(latest.question) + words(latest.answer),
            words_after=words(screened.question) + words(screened.answer),
        ),
        latest.exchange,
        version=version,
        before=latest.digest,
        after=digest,
    )
    body = Body(
        latest.exchange, version, "edited", screened.question, screened.answer, digest, study.loaded_policy.digest,
        study.actor.name, event.sequence,
    )  # fmt: skip
    exchanges.add_body(study.db, body, screened.findings, screened.flags)
    settle(study, latest.exchange, event.sequence)
    return event.sequence
