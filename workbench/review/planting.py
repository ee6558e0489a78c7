"""Planting invented exchanges with a leak, so that reviewers stay awake and know how well they see.

A plant comes behind the last page of a session, as if the session had one page more: nothing in the queue gives it
away.  How many come behind a session is drawn by a key of the study, so that on average the policy's share of all
exchanges is planted, and a study of at most 20 exchanges has none.  Plants have a page of their own that is no page of
the study: they are neither counted, nor searched for identifiers, nor ever released.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from audit.details import ExchangePlanted
from redaction.detector import Detector
from redaction.finding import Finding
from redaction.roster import Known
from workbench.paraphrase.first import store_first
from workbench.paraphrase.parse import Parsed
from workbench.screening.length import words
from workbench.screening.screen import Found, Screen, Source
from workbench.store import exchanges, generations, plants, sources
from workbench.store.book import StoredBook
from workbench.store.exchanges import Latest
from workbench.store.generations import Generation
from workbench.store.plants import Plant
from workbench.store.sources import PageRow
from workbench.study.study import Change, Study

FREE = 20
"""The first exchanges of a study, behind which nothing is planted."""


@dataclass(frozen=True, slots=True)
class Invented:
    """A page and an exchange about it; `words` stand in the exchange and identify somebody."""

    page: str
    question: str
    answer: str
    words: str
    entity: str
    explanation: str

    @property
    def side(self) -> str:
        """The side on which the words were left standing."""
        return "question" if self.words in self.question else "answer"


def plant_behind(study: Study, change: Change, generation: Generation) -> None:
    """Plant what is due behind the exchange that was just made; part of the change that makes it."""
    if not study.policy.review.attention.planted_rate or generation.exchange <= FREE:
        return
    neighbour = sources.page(study.db, generation.page)
    assert neighbour is not None
    last, number, pages = sources.session_end(study.db, neighbour.session)
    if last == neighbour.page and not plants.in_session(study.db, neighbour.session):
        for place in range(1, _due(study, neighbour.session, pages) + 1):
            _plant(study, change, generation, replace(neighbour, number=number + place))


def _due(study: Study, session: int, pages: int) -> int:
    """How many plants come behind a session of so many pages: on average, the policy's share of its pages."""
    drawn = int(study.keyed_digest(f"plants:{session}", "")[:13], 16) / 16**13
    return int(study.policy.review.attention.planted_rate * pages + drawn)


def _plant(study: Study, change: Change, like: Generation, place: PageRow) -> None:
    """Store one planted exchange that seems to be made as the one before it, at a place of its session."""
    number = exchanges.next_number(study.db)
    invented = _invented(study, number)
    page = replace(
        place,
        page=sources.next_number(study.db, "pages", "page"),
        text=invented.page,
        words=words(invented.page),
        marks=[],
    )
    blind = Blindfolded(study.scanner, invented.words)
    found = blind.scan(page.text)
    book = StoredBook(study.db, study.record_key("surrogates"), sources.subject(study.db, page.session))
    screened = Screen(study.policy, blind).treated(
        invented.question, invented.answer, Source(page.text, found), None, book
    )
    rules = study.policy.paraphrase
    raw = f"{rules.caregiver_label}: {invented.question}\n{rules.coach_label}: {invented.answer}"
    generation = replace(like, exchange=number, page=page.page, attempt=1, raw=raw, malformed=None, faults="")
    side = invented.side
    start = (screened.question if side == "question" else screened.answer).index(invented.words)
    sources.add_pages(study.db, [page])
    sources.add_findings(study.db, page.page, found)
    generations.add(study.db, generation)
    plants.add(
        study.db,
        Plant(
            number, page.page, side, start, start + len(invented.words), invented.entity, invented.words,
            invented.explanation,
        ),
    )  # fmt: skip
    store_first(
        study,
        change,
        ExchangePlanted(entity=invented.entity),
        generation,
        Parsed(invented.question, invented.answer, None),
        screened,
        origin="planted",
    )


def detector_for(study: Study, latest: Latest) -> Detector:
    """What scans an exchange: of a planted one, the planted words go on being missed, so that no edit gives it away."""
    plant = plants.plant(study.db, latest.exchange) if latest.origin == "planted" else None
    return study.scanner if plant is None else Blindfolded(study.scanner, plant.words)


def without_planted(study: Study, latest: Latest, question: str, answer: str, found: Found) -> Found:
    """The same for what the study's detector has found already."""
    plant = plants.plant(study.db, latest.exchange) if latest.origin == "planted" else None
    if plant is None:
        return found
    blind = Blindfolded(study.scanner, plant.words)
    return blind.without(question, found[0]), blind.without(answer, found[1])


class Blindfolded:
    """A detector that does not find some words: those of a plant, which it is said to have missed."""

    def __init__(self, detector: Detector, words: str) -> None:
        self._detector = detector
        self._words = re.compile(re.escape(words), re.IGNORECASE)

    def warm(self) -> None:
        """As the detector itself."""
        self._detector.warm()

    def scan(self, text: str) -> list[Finding]:
        """What the detector finds apart from those words."""
        return self.scan_session([text])[0]

    def scan_session(self, texts: Sequence[str], known: Sequence[Known] = ()) -> list[list[Finding]]:
        """What the detector finds on each page apart from those words."""
        return [
            self.without(text, found)
            for text, found in zip(texts, self._detector.scan_session(texts, known), strict=True)
        ]

    def close(self) -> None:
        """The detector goes on."""

    def without(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """What was found on a text apart from those words."""
        places = [match.span() for match in self._words.finditer(text)]
        return [f for f in found if not any(start < f.end and f.start < stop for start, stop in places)]


def _invented(study: Study, number: int) -> Invented:
    """The next invented page in this study's own order of them, filled by a key of the exchange."""
    order = [(page, exchange) for page in templates()["pages"] for exchange in page["exchanges"]]
    random.Random(study.keyed_digest("plants:order", "")).shuffle(order)
    page, exchange = order[plants.count(study.db) % len(order)]
    chance = random.Random(study.keyed_digest(f"plant:{number}", ""))
    return fill(page, exchange, chance)


def fill(page: dict[str, Any], exchange: dict[str, Any], chance: random.Random) -> Invented:
    """A template with invented words in its slots."""
    values = {slot: chance.choice(choices) for slot, choices in templates()["words"].items()}
    return Invented(
        page["page"].format(**values),
        exchange["question"].format(**values).strip(),
        exchange["answer"].format(**values).strip(),
        values[exchange["leak"]],
        exchange["entity"],
        exchange["explanation"],
    )


@cache
def templates() -> dict[str, Any]:
    """The invented pages of `plants.yaml`, and the words that fill them."""
    text = (resources.files("workbench.review") / "plants.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded
