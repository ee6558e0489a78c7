"""Marking words that identify somebody and that no recognizer found."""

from collections.abc import Iterator

from audit.details import FindingMarked
from policies import Entity, Role, Treatment
from redaction.alike import alike, whole_words
from redaction.folding import fold
from redaction.leaks import leaks
from redaction.words import PLACEHOLDER, WORD
from workbench.desk import reviewing, views
from workbench.errors import Refused
from workbench.review.replacing import Place, put, stand_in_for
from workbench.review.show import latest_of, view_of
from workbench.review.steps import record_step
from workbench.review.versions import found_on, screened_again, source_for, store_version, to_change, words_of
from workbench.screening.screen import Source
from workbench.store import exchanges, marks, sources
from workbench.store.exchanges import Latest
from workbench.store.marks import Mark
from workbench.store.sources import PageRow
from workbench.store.steps import Step
from workbench.study.study import Change, Study

Versions = dict[int, tuple[int, int]]


def mark(study: Study, command: reviewing.MarkWords, role: Role, again: Step | None = None) -> views.ExchangeView:
    """Mark words on a side of an exchange or on its page; part of a word marks the whole word.

    On a side they are replaced as the policy says, in a new version, or tagged where it keeps the entity.  On the page
    they are a finding from then on, on every page of the session that has them; the exchanges of the session that
    repeat them get a new version in which they are open, and wait again.  The words are known from then on.

    Raises Refused where no word, a placeholder or another stand-in was marked.  `again` is the step that is done again,
    if it is one.
    """
    latest = to_change(study, command.exchange, command.version)
    page = sources.page(study.db, latest.page)
    assert page is not None
    text = {"question": latest.question, "answer": latest.answer, "source": page.text}[command.where]
    start, stop = whole_words(text, min(command.start, len(text)), min(command.stop, len(text)))
    if start >= stop or not WORD.search(text, start, stop):
        raise Refused("There is no word in what was marked; mark the words that identify somebody.")
    if command.where != "source":
        _no_stand_in(study, latest, command.where, start, stop, text)
    with study.change(role) as change:
        event = change.record(
            FindingMarked(exchange=str(latest.exchange), entity=command.entity, side=command.where),
            f"{latest.exchange}:{latest.version}:{command.where}:{start}-{stop}",
            version=latest.version,
        )
        if command.where == "source":
            versions = _on_page(study, change, page, start, stop, command.entity, event.sequence)
        else:
            place = Place(command.where, start, stop, command.entity, text[start:stop])
            versions = _on_side(study, change, latest, place, event.sequence)
        record_step(
            study,
            change,
            "mark",
            latest.exchange,
            event.sequence,
            versions,
            again,
            knowledge=event.sequence,
            where=command.where,
            start=start,
            stop=stop,
            entity=command.entity.value,
        )
    return view_of(study, latest_of(study, command.exchange))


def identifiers_of(study: Study, latest: Latest, source: Source) -> list[tuple[Entity, str]]:
    """Everything known or found that may identify somebody around an exchange: no stand-in is one of these."""
    here = [
        (Entity(finding.entity), words_of(latest, finding))
        for finding in exchanges.findings(study.db, latest.exchange, latest.version)
        if finding.state in ("open", "dismissed")
    ]
    return [*source.identifiers(), *here]


def _on_side(study: Study, change: Change, latest: Latest, place: Place, sequence: int) -> Versions:
    """Replace or tag the words of one place."""
    me, before, sides = study.actor.name, found_on(study, latest.exchange, latest.version), None
    mark = Mark(latest.page, latest.exchange, None, None, place.entity.value, place.words, me, False, sequence)
    marks.add(study.db, [mark])
    source, standins = source_for(study, latest), frozenset[str]()
    if study.policy.redaction.treatment(place.entity) is not Treatment.KEEP:
        words = stand_in_for(study, latest, place.entity, place.words, identifiers_of(study, latest, source))
        standins = frozenset({fold(words)})
        sides, before = put(latest, before, [Place(place.side, place.start, place.stop, place.entity, words)])
    sides = sides or (latest.question, latest.answer)
    screened = screened_again(study, latest, *sides, before, standins, source)
    store_version(study, change, latest, screened)
    return {latest.exchange: (latest.version, latest.version + 1)}


def _on_page(
    study: Study, change: Change, page: PageRow, start: int, stop: int, entity: Entity, sequence: int
) -> Versions:
    """Note where the words stand on the pages of the session, and hold its exchanges against them."""
    words = page.text[start:stop]
    made = [Mark(page.page, None, start, stop, entity.value, words, study.actor.name, False, sequence)]
    for other in [page, *(p for p in sources.session_pages(study.db, page.session) if p.page != page.page)]:
        for first, last in _unknown(study, other, words):
            if (other.page, first, last) != (page.page, start, stop):
                made.append(Mark(other.page, None, first, last, entity.value, words, study.actor.name, False, sequence))
    marks.add(study.db, made)
    versions: Versions = {}
    for number in exchanges.of_session(study.db, page.session) if entity is not Entity.INDIRECT else ():
        exchange = latest_of(study, number)
        if any(leaks([(entity, words)], text) for text in (exchange.question, exchange.answer)):
            found = found_on(study, number, exchange.version)
            screened = screened_again(study, exchange, exchange.question, exchange.answer, found)
            store_version(study, change, exchange, screened)
            versions[number] = (exchange.version, exchange.version + 1)
    return versions


def _unknown(study: Study, page: PageRow, words: str) -> Iterator[tuple[int, int]]:
    """Where a page has these words and nothing was found in them."""
    found = [finding for finding in sources.findings(study.db, page.page) if finding.identifies]
    for start, stop in alike(words, page.text):
        if not any(finding.start < stop and start < finding.end for finding in found):
            yield start, stop


def _no_stand_in(study: Study, latest: Latest, side: str, start: int, stop: int, text: str) -> None:
    treated = [
        (f.start, f.stop)
        for f in exchanges.findings(study.db, latest.exchange, latest.version)
        if f.side == side and f.state == "treated"
    ]
    placeholders = [match.span() for match in PLACEHOLDER.finditer(text)]
    if any(start < last and first < stop for first, last in [*treated, *placeholders]):
        raise Refused("Some of these words stand for an identifier already and identify nobody; leave them out.")
