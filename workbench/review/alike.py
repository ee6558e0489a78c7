"""Redacting all like this: every place of the same words in the study is shown first, then replaced in one step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from audit.details import WordsListed, WordsRedacted
from policies import Entity, Role, Treatment
from redaction.alike import alike, folded_words
from redaction.folding import fold
from workbench.desk import review_views, reviewing
from workbench.errors import NotThere, Refused
from workbench.review import claims
from workbench.review.mark import identifiers_of
from workbench.review.queue import queue_row
from workbench.review.replacing import Place, book_of, put, stand_in_for
from workbench.review.second import blind
from workbench.review.show import face_allowed, latest_of, shown, standing_of
from workbench.review.steps import record_step
from workbench.review.versions import finding_of, found_on, screened_again, source_for, store_version, words_of
from workbench.screening.screen import SIDES
from workbench.store import claims as claimed
from workbench.store import exchanges, standings
from workbench.store.exchanges import Body, BodyFinding, Latest
from workbench.store.search import Texts, texts_with
from workbench.store.steps import Step
from workbench.study.study import Change, Study

MOST = 500
"""So many places are shown and replaced in one step, since nobody else is served meanwhile; the rest in another one."""
AROUND = 60
"""Letters shown on each side of a place."""

Where = tuple[int, int, str, int, int]
"""Exchange, version, side, start, stop."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The words to be replaced everywhere, and as what."""

    entity: Entity
    words: str


def list_alike(study: Study, command: reviewing.ListAlike, role: Role) -> review_views.Places:
    """Every place of the words of a finding; reading it is an event.

    Raises NotThere, Stale, and Refused for words that nothing remembers or that the policy keeps.
    """
    latest = shown(study, command.exchange, command.version)
    claims.keep_away(study, latest.exchange)
    sought = _sought(study, latest, _finding(study, latest, command.ordinal))
    found = list(islice(_found(study, sought.words), MOST + 1))
    places = tuple(_shown(study, found[:MOST], latest.exchange))
    with study.change(role) as change:
        numbers = {place.exchange for place in places}
        change.record(
            WordsListed(entity=sought.entity, exchanges=len(numbers), places=len(places)),
            latest.exchange,
            version=latest.version,
        )
    return review_views.Places(entity=sought.entity, words=sought.words, places=places, more=len(found) > MOST)


def redact_alike(study: Study, command: reviewing.RedactAlike, role: Role) -> review_views.Redacted:
    """Replace the words in the places given, all of them or none.  What was decided waits again.

    Left out is an exchange that somebody else has or that this person keeps away from, or one with another text by now.
    """
    face_allowed(study)
    latest = shown(study, command.exchange, command.version)
    claims.keep_away(study, latest.exchange)
    return redact(study, role, latest, _finding(study, latest, command.ordinal), command.places)


def redact(
    study: Study,
    role: Role,
    origin: Latest | Body,
    found: BodyFinding,
    places: Iterable[Where],
    again: Step | None = None,
) -> review_views.Redacted:
    """Replace the words of a finding of `origin`, which may be an earlier version, in these places.

    `again` is the step that is done again, if it is one.
    """
    sought = _sought(study, origin, found)
    ready, left = _ready(study, sought, places)
    if not ready:
        raise Refused("None of these places can be replaced now; list them again to see why.")
    count = sum(len(here) for _, here in ready)
    decided = sum(latest.state not in ("waiting", "sent_back") for latest, _ in ready)
    with study.change(role) as change:
        event = change.record(
            WordsRedacted(entity=sought.entity, exchanges=len(ready), places=count, waiting_again=decided),
            origin.exchange,
            version=origin.version,
        )
        for latest, here in ready:
            _redact(study, change, latest, sought.entity, here)
        record_step(
            study,
            change,
            "bulk_redaction",
            origin.exchange,
            event.sequence,
            {latest.exchange: (latest.version, latest.version + 1) for latest, _ in ready},
            again,
            version=origin.version,
            ordinal=found.ordinal,
            places=[place for _, here in ready for place in here],
        )
    row = queue_row(study, standing_of(study, origin.exchange))
    return review_views.Redacted(exchanges=len(ready), places=count, waiting_again=decided, row=row, left=tuple(left))


def _finding(study: Study, latest: Latest, ordinal: int) -> BodyFinding:
    found = finding_of(study, latest, ordinal)
    if found is None:
        raise NotThere(f"Exchange {latest.exchange} has no finding {ordinal}; look again and try once more.")
    return found


def _sought(study: Study, origin: Latest | Body, found: BodyFinding) -> Sought:
    """What a finding says: its words, or those that its stand-in stands for."""
    entity, words = Entity(found.entity), words_of(origin, found)
    if study.policy.redaction.treatment(entity) is Treatment.KEEP:
        raise Refused(
            f"The study's policy keeps {entity}, so that there is nothing to replace; give it another entity."
        )
    if found.state != "treated":
        return Sought(entity, words)
    original = book_of(study, latest_of(study, origin.exchange)).original(entity, words)
    if original is None:
        raise Refused("Nothing remembers what stood there before; choose a finding whose words still stand.")
    return Sought(entity, original)


def _found(study: Study, words: str) -> Iterator[tuple[Texts, str, tuple[int, int]]]:
    """Every place of the words in the latest texts."""
    for text in texts_with(study.db, folded_words(words)):
        for side, on_side in zip(SIDES, (text.question, text.answer), strict=True):
            for place in alike(words, on_side):
                yield text, side, place


def _shown(
    study: Study, found: Sequence[tuple[Texts, str, tuple[int, int]]], origin: int
) -> Iterator[review_views.Place]:
    """The places with the words around them; no words of somebody whom this person knows, nor of other planted ones."""
    numbers = sorted({text.exchange for text, _, _ in found})
    standing = {row.exchange: blind(study, row) for row in standings.several(study.db, numbers)}
    known = {row.session: _knows(study, row.session) for row in standing.values()}
    stand_ins, holders = _stand_ins(study, numbers), claims.holders(study)
    for text, side, (start, stop) in found:
        if _overlaps(stand_ins.get((text.exchange, text.version, side), ()), start, stop):
            continue
        row, words = standing[text.exchange], text.question if side == "question" else text.answer
        if row.origin == "planted" and row.exchange != origin:
            continue
        away = known[row.session]
        theirs = holders.get(text.exchange, study.actor.name) != study.actor.name
        yield review_views.Place(
            exchange=text.exchange,
            version=text.version,
            side=side,
            start=start,
            stop=stop,
            before="" if away else words[max(0, start - AROUND) : start],
            words="" if away else words[start:stop],
            after="" if away else words[stop : stop + AROUND],
            decided=row.state not in ("waiting", "sent_back"),
            reason="known_person" if away else "claimed" if theirs else None,
        )


def _ready(study: Study, sought: Sought, places: Iterable[Where]) -> tuple[list[tuple[Latest, list[Where]]], list[int]]:
    """The exchanges whose places can be replaced now, with these; and those that are left out."""
    wanted: dict[int, list[Where]] = {}
    for place in dict.fromkeys(places):
        wanted.setdefault(place[0], []).append(place)
    stand_ins, holders = _stand_ins(study, wanted), claims.holders(study)
    ready, left = [], []
    for number, here in sorted(wanted.items()):
        latest = latest_of(study, number)
        sides = {"question": latest.question, "answer": latest.answer}
        stand = {side: set(alike(sought.words, text)) for side, text in sides.items()}
        if (
            holders.get(number, study.actor.name) != study.actor.name
            or _knows(study, latest.session)
            or any(
                version != latest.version or (start, stop) not in stand[side] for _, version, side, start, stop in here
            )
            or any(_overlaps(stand_ins.get(place[:3], ()), *place[3:]) for place in here)
        ):
            left.append(number)
        else:
            ready.append((latest, here))
    return ready, left


def _redact(study: Study, change: Change, latest: Latest, entity: Entity, here: Sequence[Where]) -> None:
    """Replace the words in these places of one exchange."""
    texts = {"question": latest.question, "answer": latest.answer}
    source = source_for(study, latest)
    known = identifiers_of(study, latest, source)
    places = [
        Place(side, start, stop, entity, stand_in_for(study, latest, entity, texts[side][start:stop], known))
        for _, _, side, start, stop in here
    ]
    sides, found = put(latest, found_on(study, latest.exchange, latest.version), places)
    standins = frozenset(fold(place.words) for place in places)
    store_version(study, change, latest, screened_again(study, latest, *sides, found, standins, source))


def _knows(study: Study, session: int) -> bool:
    return claimed.knows(study.db, study.actor.name, session)


def _stand_ins(study: Study, numbers: Iterable[int]) -> dict[tuple[int, int, str], list[tuple[int, int]]]:
    """Where stand-ins are, by exchange, version and side; their words identify nobody."""
    places: dict[tuple[int, int, str], list[tuple[int, int]]] = {}
    for exchange, version, side, start, stop in exchanges.treated_places(study.db, numbers):
        places.setdefault((exchange, version, side), []).append((start, stop))
    return places


def _overlaps(places: Iterable[tuple[int, int]], start: int, stop: int) -> bool:
    return any(first < stop and start < last for first, last in places)
