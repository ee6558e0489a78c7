"""Places below state level, organisations, and states and countries that may stay."""

import pytest

from policies import Entity
from policies.schema import Redaction
from redaction.ner.tagger import Tagged
from redaction.recognizers.facilities import FacilityRecognizer
from redaction.recognizers.locations import LocationRecognizer
from redaction.recognizers.ner import NerRecognizer
from redaction.scanner import Scanner
from redaction.words import Page


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Caregiver: We live at 1482 Quillback Lane.", "1482 Quillback Lane"),
        ("Caregiver: It's fourteen eighty-two Quillback Lane.", "fourteen eighty-two Quillback Lane"),
        ("caregiver: send it to two twelve larkmoor avenue please\ncoach: okay", "two twelve larkmoor avenue"),
        ("Caregiver: Send it to 77 Larkmoor Bend, please.", "77 Larkmoor Bend"),
        ("Caregiver: Use P.O. Box 719 instead.", "P.O. Box 719"),
        ("Caregiver: The zip code is 55414 now.", "55414"),
        ("Caregiver: Ohio, four four one two oh.", "four four one two oh"),
        ("Caregiver: I grew up in Duluth with six brothers.", "Duluth"),
        ("caregiver: my brother moved to scranton last year\ncoach: oh", "scranton"),
        ("Caregiver: That's in Outagamie County, I think.", "Outagamie County"),
        ("Caregiver: He fished on Lake Winnebago.", "Lake Winnebago"),
        ("Caregiver: Then you take Highway 41 north.", "Highway 41"),
        ("Caregiver: He has a stall on the Crescent, near us.", "Crescent"),
        ("Caregiver: We're at NR3 1QP, by the river.", "NR3 1QP"),
        ("Caregiver: It's K1A 0B1, in Canada.", "K1A 0B1"),
    ],
)
def test_a_place_below_state_level_is_found(alone, text, place):
    assert place in alone(LocationRecognizer(), text)


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: I drive to work and place my trust in him.",
        "Caregiver: I was in bed from noon to night, in pain, at home.",
        "Caregiver: I looked it up on the Internet, and on the crescent roll box.",
        "Caregiver: They were Orange Swahili speakers.",
        "caregiver: i was in bed from noon to night and out of the house\ncoach: mm",
    ],
)
def test_ordinary_words_after_a_preposition_are_no_places(alone, text):
    assert alone(LocationRecognizer(), text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Caregiver: He died at Thornbury Hospice.", "Thornbury Hospice"),
        ("Caregiver: They moved her to St. Casimir's.", "St. Casimir's"),
        ("Caregiver: She teaches at Pellworth Elementary School.", "Pellworth Elementary School"),
        ("Caregiver: We joined Our Lady of Czestochowa.", "Our Lady of Czestochowa"),
        ("caregiver: the nurse from lindqvist hospice was kind\ncoach: good", "lindqvist hospice"),
        ("Caregiver: I retired from Local 1187 in the spring.", "Local 1187"),
        ("Caregiver: He works at Amazon, nights.", "Amazon"),
        ("Caregiver: They moved to the Gardens at Thornbury Manor.", "Gardens at Thornbury Manor"),
        ("Caregiver: We saw Ottenweller at Birchmoor Medical Center.", "Birchmoor Medical Center"),
        (
            "coach: i'm with the quillback larkmoor outreach program here\ncaregiver: ok",
            "quillback larkmoor outreach program",
        ),
        ("coach: this is the larkmoor coalition for seniors\ncaregiver: ok", "larkmoor coalition for seniors"),
        ("Coach: This is the Larkmoor Coalition for Justice calling.", "Larkmoor Coalition for Justice"),
        ("Caregiver: He works at Pellworth Pipe and Valve.", "Pellworth Pipe and Valve"),
    ],
)
def test_an_organisation_tied_to_a_person_is_found(alone, text, name):
    assert name in alone(FacilityRecognizer(), text)


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: The hospital called the nursing home.",
        "caregiver: she goes to high school and to the church\ncoach: ok",
        "caregiver: it is a program for seniors and a project of ours\ncoach: ok",
    ],
)
def test_an_organisation_without_a_name_is_left_alone(alone, text):
    assert alone(FacilityRecognizer(), text) == []


def test_a_state_or_country_is_reported_and_kept_when_the_policy_says_so(scanner):
    text = "Caregiver: We moved here from Oklahoma, and my parents came from Portugal and Czechoslovakia."
    kept = [f for f in scanner.scan(text) if f.keep]
    assert [f.text_in(text) for f in kept] == ["Oklahoma", "Portugal", "Czechoslovakia"]
    assert {f.entity for f in kept} == {Entity.LOCATION}


def test_a_state_is_an_ordinary_finding_when_the_policy_keeps_none():
    text = "Caregiver: We moved here from Oklahoma."
    found = Scanner(Redaction(keep_states=False)).scan(text)
    assert [(f.text_in(text), f.keep) for f in found] == [("Oklahoma", False)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Since she left Harrowgate Hospital I sleep badly.", "Harrowgate Hospital"),
        ("We go to St. Mary's I guess.", "St. Mary's"),
    ],
)
def test_the_pronoun_i_never_belongs_to_an_organisation(scanner, text, place):
    assert [finding.text_in(text) for finding in scanner.scan(text)] == [place]


@pytest.mark.parametrize("cue", ["works at", "works nights at", "worked weekends for"])
def test_a_place_of_work_is_found_whole(scanner, cue):
    text = f"My son {cue} Quillback Lathe and Press, you know."
    assert "Quillback Lathe and Press" in [finding.text_in(text) for finding in scanner.scan(text)]


def test_the_words_for_an_organisation_after_what_the_model_reads_belong_to_it():
    text = "coach: we go to larkmoor clinic network\ncaregiver: mm"
    tag = Tagged(text.index("larkmoor"), text.index("clinic") - 1, Entity.FACILITY, 0.9)
    (hit,) = NerRecognizer(True).hits(Page(text), [tag])
    assert text[hit.start : hit.end] == "larkmoor clinic network"
