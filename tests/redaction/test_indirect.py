"""Indirect identifiers are hinted at, explained, quiet, and never in the way of a direct one."""

from pathlib import Path

import pytest

from policies import Entity
from policies.schema import Redaction
from redaction.finding import Finding
from redaction.overlaps import resolve
from redaction.recognizers.indirect import IndirectRecognizer
from redaction.scanner import Scanner
from redaction.words import Page


def hints(text: str) -> list[str]:
    found = resolve(
        text,
        [
            Finding(h.start, h.end, Entity.INDIRECT, h.score, "t", h.explanation)
            for h in IndirectRecognizer().find(Page(text))
        ],
    )
    return [f.text_in(text) for f in found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I'm the only midwife in the county.", "the only midwife in the county"),
        ("we are the only hmong family in town", "the only hmong family in town"),
        ("My uncle the coroner said so.", "coroner"),
        ("She ran for mayor twice.", "mayor"),
        ("My dad is a retired fire chief.", "fire chief"),
        ("He worked as a farrier all his life.", "farrier"),
        ("He was a clockmaker.", "clockmaker"),
        ("That was the year of the mill explosion.", "the mill explosion"),
        ("They won the lottery in the spring.", "won the lottery"),
        ("I am one of eleven children.", "one of eleven children"),
        ("After the triplets came I quit.", "triplets"),
        ("They think it is Creutzfeldt-Jakob.", "Creutzfeldt-Jakob"),
        ("Everybody in town knows what he did.", "Everybody in town knows"),
        ("She was the first woman to fly the mail.", "the first woman to fly"),
    ],
)
def test_what_a_neighbour_would_recognise_is_hinted_at(text: str, words: str) -> None:
    assert hints(text) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "She's the only one who helps me.",
        "I was the first to call the nurse.",
        "Who is the first person to call at night, and the first thing to do then?",
        "He takes seven pills and has eight appointments.",
        "I was a teacher and he was a driver.",
        "The kids take the bus to the school, and I watch the news.",
        "You be the judge of that.",
        "It happened in the first week in the hospital.",
    ],
)
def test_what_many_could_say_raises_no_hint(text: str) -> None:
    assert hints(text) == []


def test_a_hint_is_reported_by_the_scanner_with_a_reason_and_a_low_score(scanner: Scanner) -> None:
    text = "Caregiver: I was so tired. I'm the only midwife in the county."
    (hint,) = [f for f in scanner.scan(text) if f.entity is Entity.INDIRECT]
    assert hint.text_in(text) == "the only midwife in the county"
    assert Redaction().threshold <= hint.score < 0.5
    assert hint.explanation == "the only one, or one of few, in a place"


def test_a_direct_identifier_is_never_displaced_by_a_hint(scanner: Scanner) -> None:
    text = "Caregiver: I'm the only midwife in Quillback County, in the whole county."
    findings = scanner.scan(text)
    assert "Quillback County" in [f.text_in(text) for f in findings if f.entity is Entity.LOCATION]
    ends = [0, *(f.end for f in findings)]
    assert all(end <= f.start for end, f in zip(ends, findings, strict=False))


def test_hints_are_few_on_ordinary_counselling_talk(shared: Path) -> None:
    texts = [path.read_text("utf-8") for path in sorted((shared / "data/annomi").glob("annomi_*.txt"))]
    words = sum(len(text.split()) for text in texts)
    assert 1000 * sum(len(hints(text)) for text in texts) / words < 1
