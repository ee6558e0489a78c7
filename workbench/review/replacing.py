"""Putting other words in the place of some, without losing sight of what was found around them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from policies import Entity
from redaction.finding import Finding
from redaction.overlaps import resolve
from redaction.treatments import stand_in
from workbench.screening.marked import MARKED, REVIEWER
from workbench.screening.screen import SIDES, Found
from workbench.store import sources
from workbench.store.book import StoredBook
from workbench.store.exchanges import Latest
from workbench.study.study import Study


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand on a side (`stop` exclusive), and what they become."""

    side: str
    start: int
    stop: int
    entity: Entity
    words: str


def book_of(study: Study, latest: Latest) -> StoredBook:
    """What the study remembers of its identifiers, for the subject of an exchange; use it inside a change."""
    return StoredBook(study.db, study.record_key("surrogates"), sources.subject(study.db, latest.session))


def stand_in_for(
    study: Study, latest: Latest, entity: Entity, words: str, identifiers: Sequence[tuple[Entity, str]]
) -> str:
    """What the policy puts in the place of words of an exchange; never one of its `identifiers`."""
    return stand_in(entity, words, study.policy.redaction, book_of(study, latest), identifiers)


def put(latest: Latest, found: Found, places: Sequence[Place]) -> tuple[tuple[str, str], Found]:
    """The two sides with the places filled anew, and what is found there now: the places, and around them what was.

    A finding that reaches beyond a place keeps the rest of its words.
    """
    done = [
        _put(text, on_side, sorted((p for p in places if p.side == side), key=lambda place: place.start))
        for side, text, on_side in zip(SIDES, (latest.question, latest.answer), found, strict=True)
    ]
    return (done[0][0], done[1][0]), (done[0][1], done[1][1])


def _put(text: str, found: Sequence[Finding], places: Sequence[Place]) -> tuple[str, list[Finding]]:
    left = resolve(text, found, [(place.start, place.stop) for place in places]) if places else list(found)
    pieces, now, end, shift = [], [], 0, 0
    for place in places:
        now += [_moved(finding, shift) for finding in left if end <= finding.start < place.start]
        pieces += [text[end : place.start], place.words]
        start = place.start + shift
        now.append(Finding(start, start + len(place.words), place.entity, 1.0, REVIEWER, MARKED))
        shift += len(place.words) - (place.stop - place.start)
        end = place.stop
    now += [_moved(finding, shift) for finding in left if finding.start >= end]
    return "".join([*pieces, text[end:]]), now


def _moved(finding: Finding, shift: int) -> Finding:
    return replace(finding, start=finding.start + shift, end=finding.end + shift)
