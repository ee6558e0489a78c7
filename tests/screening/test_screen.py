"""Screening: an exchange is held against its source, treated, and scanned once more."""

from collections.abc import Mapping

import pytest

from policies import Entity, LoadedPolicy, Treatment
from redaction.finding import Finding
from redaction.scanner import Scanner
from tests.redaction.conftest import Book
from workbench.screening.screen import Screen, Source

LONG = "I feel tired and I worry about the nights, and I would like to sleep again. " * 4


@pytest.fixture(scope="module")
def screen(policy: LoadedPolicy) -> Screen:
    return Screen(policy.policy, Scanner(policy.policy.redaction))


def source(text: str, identifiers: Mapping[str, Entity], *elsewhere: tuple[Entity, str]) -> Source:
    findings = [
        Finding(text.index(word), text.index(word) + len(word), entity, 1.0, "t", "t")
        for word, entity in identifiers.items()
    ]
    return Source(text, findings, elsewhere)


def test_an_identifier_of_the_page_in_the_exchange_is_a_flag_with_both_places(screen: Screen) -> None:
    page = "Caregiver: My neighbour Zylpha Quenneville called."
    screened = screen.treated(
        f"{LONG}zylpha's help", LONG, source(page, {"Zylpha Quenneville": Entity.NAME}), None, Book()
    )
    (flag,) = [flag for flag in screened.flags if flag.kind == "leak"]
    assert screened.question[flag.start : flag.stop] == "[NAME_1]"
    assert page[flag.source_start : flag.source_stop] == "Zylpha Quenneville"
    assert "zylpha" not in screened.question.casefold()
    assert screened.open == 0


def test_an_identifier_from_elsewhere_in_the_session_is_a_flag_too(screen: Screen) -> None:
    screened = screen.treated(
        f"{LONG}Zylpha helps.", LONG, source("Caregiver: Hello.", {}, (Entity.NAME, "Zylpha")), None, Book()
    )
    (flag,) = [flag for flag in screened.flags if flag.kind == "leak"]
    assert (flag.source_start, flag.source_stop) == (None, None)
    assert "Zylpha" not in screened.question


def test_the_same_person_gets_the_same_placeholder_on_both_sides(screen: Screen) -> None:
    page = source("Caregiver: Zylpha called.", {"Zylpha": Entity.NAME})
    screened = screen.treated(f"{LONG}Zylpha helps.", f"{LONG}Zylpha is kind.", page, None, Book())
    assert screened.question.endswith("[NAME_1] helps.")
    assert screened.answer.endswith("[NAME_1] is kind.")


def test_what_somebody_types_is_not_replaced_but_open_until_dismissed(screen: Screen) -> None:
    page = source("Caregiver: Zylpha called.", {"Zylpha": Entity.NAME})
    typed = screen.edited(f"{LONG}Zylpha helps.", LONG, page, set())
    assert typed.open == 1
    assert typed.question.endswith("Zylpha helps.")
    assert screen.edited(f"{LONG}Zylpha helps.", LONG, page, {(Entity.NAME, "zylpha")}).open == 0


def test_short_and_malformed_exchanges_are_flagged(screen: Screen) -> None:
    page = source("Caregiver: Hello.", {})
    kinds = [flag.kind for flag in screen.treated("Too short.", LONG, page, "missing_side", Book()).flags]
    assert kinds == ["malformed", "short"]
    assert screen.treated(LONG, LONG, page, None, Book()).flags == []


def test_a_stand_in_stays_treated_when_the_exchange_is_edited(policy: LoadedPolicy) -> None:
    rules = policy.policy.redaction.model_copy(update={"treatments": {Entity.NAME: Treatment.SURROGATE}})
    surrogates = Screen(policy.policy.model_copy(update={"redaction": rules}), Scanner(rules))
    page = source("Caregiver: My sister Rosalind Achterberg called.", {"Rosalind Achterberg": Entity.NAME})
    first = surrogates.treated(f"{LONG}My sister Rosalind Achterberg called.", LONG, page, None, Book())
    assert "Rosalind" not in first.question
    standin = first.question.split("My sister ")[1].removesuffix(" called.")
    assert first.open == 0
    standins = frozenset({standin.casefold()})
    assert surrogates.edited(first.question, LONG, page, set(), standins).open == 0
    typed = surrogates.edited(f"{LONG}Rosalind Achterberg called, not {standin}.", LONG, page, set(), standins)
    assert typed.open >= 1, "the name itself is no stand-in"


def test_an_indirect_identifier_of_the_page_is_not_hunted_by_its_words(screen: Screen) -> None:
    page = source("Caregiver: I am the only midwife in the county.", {"the only midwife": Entity.INDIRECT})
    assert screen.treated(f"{LONG}the only midwife", LONG, page, None, Book()).flags == []


def test_a_person_whom_only_the_exchange_names_is_a_flag(screen: Screen) -> None:
    page = source("Caregiver: My sister Zylpha called.", {"Zylpha": Entity.NAME})
    text = f"{LONG}My friend Bertrand Quill came by, and Zylfa called."
    for screened in (screen.treated(text, LONG, page, None, Book()), screen.edited(text, LONG, page, set())):
        (flag,) = [flag for flag in screened.flags if flag.kind == "unsupported"]
        assert screened.question[flag.start : flag.stop] in {"Bertrand Quill", "[NAME_1]"}
    typed = screen.edited(text, LONG, page, set(), frozenset({"bertrand quill"}))
    assert [flag.kind for flag in typed.flags].count("unsupported") == 0, "a stand-in is nobody's invention"
