"""A roster of known people and places is hunted in all the ways in which they are mentioned."""

from pathlib import Path

import pytest

from policies import Entity, UserError
from redaction.nearness import near, nicknames
from redaction.roster import Roster, hunt, read_roster
from redaction.scanner import Scanner

KNOWN = [
    (Entity.NAME, "Katherine Ottoline Brandvold"),
    (Entity.LOCATION, "14 Quillback Lane"),
    (Entity.PHONE, "555-0147"),
]


def found(text: str, known=KNOWN) -> list[str]:
    return [f.text_in(text) for f in hunt(text, known)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("and then katherine brandvold came in", ["katherine", "brandvold"]),
        ("That was Brandvold's idea.", ["Brandvold"]),
        ("We call her Kathy at home.", ["Kathy"]),
        ("I wrote K. O. B. on the lid.", ["K. O. B."]),
        ("I wrote KOB on the lid.", ["KOB"]),
        ("The nurse wrote Brandvolt again.", ["Brandvolt"]),
        ("It was Kathryn who came.", ["Kathryn"]),
        ("the number is five five five oh one four seven", ["five five five oh one four seven"]),
        ("She lives at 14 quillback lane now.", ["14 quillback lane"]),
    ],
)
def test_a_known_person_place_or_number_is_found(text: str, words: list[str]) -> None:
    assert found(text) == words


@pytest.mark.parametrize(
    "text",
    ["I slept badly and the lane was icy.", "He counted to five and then to fourteen.", "Brand new shoes, brandished."],
)
def test_ordinary_words_that_look_alike_are_left(text: str) -> None:
    assert found(text) == []


def test_a_name_that_is_a_word_needs_its_capital() -> None:
    known = [(Entity.NAME, "Hope Achterberg")]
    assert found("I hope she sleeps, and Hope came by.", known) == ["Hope"]


def test_every_row_counts_for_its_subject_only_and_an_empty_subject_for_all(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("subject,kind,value\nP-1,name,Ottilie Zvornik\n,facility,Marrow Creek Hospice\nP-2,kin,Bettina\n")
    roster = read_roster(file)
    assert roster.known("P-1") == ((Entity.NAME, "Ottilie Zvornik"), (Entity.FACILITY, "Marrow Creek Hospice"))
    assert roster.known() == ((Entity.FACILITY, "Marrow Creek Hospice"),)
    assert Roster().known("P-1") == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("subject,kin,value\n", "a column that is not known; did you mean 'kind'?"),
        ("subject,value\nP-1,Secretname\n", "lacks the column 'kind'"),
        ("subject,kind,value\nP-1,nmae,Secretname\n", "line 2: the kind is not known; did you mean 'name'?"),
        ("subject,kind,value\nP-1,name,Secretname\nP-1,name, \n", "line 3: the value is empty"),
        ("subject,kind,value\nP-1,name,Secretname,x\n", "line 2: expected three columns"),
        ('subject,kind,value\nP-1,name,"Secretname\n', "not readable as CSV"),
    ],
)
def test_a_bad_roster_is_refused_by_line_without_quoting_it(tmp_path: Path, body: str, sentence: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(body)
    with pytest.raises(UserError, match="roster") as problem:
        read_roster(file)
    assert sentence in str(problem.value)
    assert "Secretname" not in str(problem.value)


def test_what_the_roster_knows_is_found_on_every_page_of_the_session(scanner: Scanner) -> None:
    pages = ["caregiver: zvor came by again\ncoach: okay", "Coach: And how is Zvor?"]
    findings = scanner.scan_session(pages, [(Entity.NAME, "Zvor")])
    assert [[f.text_in(p) for f in each] for p, each in zip(pages, findings, strict=True)] == [["zvor"], ["Zvor"]]


def test_nicknames_go_both_ways() -> None:
    assert "liz" in nicknames("elizabeth")
    assert "elizabeth" in nicknames("liz")
    assert "anne" not in nicknames("liz")


def test_short_words_are_never_near_one_another() -> None:
    assert not near("mary", "marv")
    assert near("hovanessian", "hovanesian")
