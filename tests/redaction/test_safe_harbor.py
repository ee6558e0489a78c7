"""Each of the eighteen kinds of identifiers of 45 CFR 164.514(b)(2)(i) that text can hold, said and written."""

import pytest

from policies import Entity
from policies.schema import Redaction
from redaction.finding import Finding
from redaction.scanner import Scanner

# fmt: off
SAID = {
    "A names": [
        ("Caregiver: My sister Ottilie takes the nights.", "Ottilie"),
        ("caregiver: this is bettina achterberg, i called before", "bettina achterberg"),
        ("Caregiver: It's Zvornik, Z-V-O-R-N-I-K.", "Z-V-O-R-N-I-K"),
        ("Caregiver: His initials are J. R. P. on the blanket.", "J. R. P."),
        ("Caregiver: Dr. Quenneville said to wait.", "Quenneville"),
    ],
    "B places": [
        ("Caregiver: We live at 1482 Quillback Road.", "1482 Quillback Road"),
        ("Caregiver: It's fourteen eighty two Quillback Road, the green one.", "fourteen eighty two Quillback Road"),
        ("Caregiver: Mail goes to P.O. Box 417.", "P.O. Box 417"),
        ("Caregiver: We're on Rural Route 6, out past the elevator.", "Rural Route 6"),
        ("Caregiver: The zip is three oh three oh nine.", "three oh three oh nine"),
        ("Caregiver: She grew up in Tarrytown.", "Tarrytown"),
        ("Caregiver: All of Washtenaw County knows the place.", "Washtenaw County"),
        ("Caregiver: They took him to Marrow Creek Hospice.", "Marrow Creek Hospice"),
    ],
    "C dates and ages": [
        ("Caregiver: He fell on March 3rd.", "March 3rd"),
        ("Caregiver: The surgery was on the nineteenth.", "the nineteenth"),
        ("Caregiver: It was two days before Thanksgiving.", "Thanksgiving"),
        ("Caregiver: We lit the lamps for Diwali and then he fell.", "Diwali"),
        ("Caregiver: She came on 3/14/2019.", "3/14/2019"),
        ("Caregiver: Mama is ninety-four.", "ninety-four"),
        ("Caregiver: She was born in nineteen thirty-one.", "nineteen thirty-one"),
        ("Caregiver: We had her ninety-second birthday at home.", "ninety-second"),
        ("Caregiver: He is in his nineties and still drives.", "nineties"),
    ],
    "D telephone": [
        ("Caregiver: Call me at 412-555-0122.", "412-555-0122"),
        ("Caregiver: It's four one two, double five five, oh one two two.",
         "four one two, double five five, oh one two two"),
    ],
    "E fax": [("Caregiver: Fax it to five five five, oh one nine nine.", "five five five, oh one nine nine")],
    "F e-mail": [
        ("Caregiver: Write to o.zvornik@marrowcreek.internal.", "o.zvornik@marrowcreek.internal"),
        ("Caregiver: It's ottilie dot zvornik at gmail dot com.", "ottilie dot zvornik at gmail dot com"),
        ("Caregiver: ottilie underscore z at marrow creek dot org, all lower case.",
         "ottilie underscore z at marrow creek dot org"),
    ],
    "G social security": [
        ("Caregiver: My social is 219-45-6788.", "219-45-6788"),
        ("Caregiver: The last four of my social are six seven eight eight.", "six seven eight eight"),
    ],
    "H medical record": [("Caregiver: The chart number is zero zero four four eight one.",
            "zero zero four four eight one")],
    "I health plan": [
        ("Caregiver: Member number W two two seven oh six.", "W two two seven oh six"),
        ("Caregiver: Medicare says 1EG4-TE5-MK73.", "1EG4-TE5-MK73"),
    ],
    "J account": [
        ("Caregiver: The bank account ends in 4471.", "4471"),
        ("Caregiver: The routing number is 061000104.", "061000104"),
    ],
    "K licence": [
        ("Caregiver: His license number is D4471902.", "D4471902"),
        ("Caregiver: My nursing license is R N four four one seven two.", "R N four four one seven two"),
    ],
    "L vehicle": [
        ("Caregiver: The plate is KRV 4471.", "KRV 4471"),
        ("Caregiver: The VIN is 1HGCM82633A004352.", "1HGCM82633A004352"),
    ],
    "M device": [
        ("Caregiver: The pump's serial number is 88031457.", "88031457"),
        ("Caregiver: The pacemaker's serial is P J N two two oh four one.", "P J N two two oh four one"),
    ],
    "N web address": [
        ("Caregiver: It's at zvornikfamily.org/ottilie.", "zvornikfamily.org/ottilie"),
        ("Caregiver: w w w dot zvornik family dot org slash prayers.",
         "w w w dot zvornik family dot org slash prayers"),
    ],
    "O internet address": [("Caregiver: The router says 10.4.17.9 all day.", "10.4.17.9")],
    "R any other": [
        ("Coach: You are PISCES-0417 in our files.", "PISCES-0417"),
        ("Caregiver: The case number is 77310.", "77310"),
        ("Caregiver: My badge number is four four one nine.", "four four one nine"),
    ],
}
# fmt: on
CASES = [pytest.param(text, words, id=f"{kind}: {words}") for kind, cases in SAID.items() for text, words in cases]


def covered(text: str, words: str, findings: list[Finding]) -> bool:
    hit = {k for f in findings if f.entity is not Entity.INDIRECT for k in range(f.start, f.end)}
    at = text.index(words)
    return all(k in hit for k in range(at, at + len(words)) if text[k].isalnum())


@pytest.mark.parametrize(("text", "words"), CASES)
def test_every_kind_of_identifier_is_covered_said_and_written(scanner: Scanner, text: str, words: str) -> None:
    assert covered(text, words, scanner.scan(text))


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: He takes forty milligrams twice a day and his pressure was one thirty over eighty.",
        "Caregiver: I'm sixty-seven and he's seventy-one.",
        "Caregiver: We talk every Tuesday, and in 2004 I retired.",
        "Caregiver: It cost ninety dollars and Medicare paid half of it.",
        "Coach: On a scale of one to ten, how was your week?",
        "Caregiver: One of the two of us has to be awake, and I will be up at five.",
        "Caregiver: We did it over Zoom and I watched it on YouTube later.",
        "Caregiver: Back in the nineties we danced.",
    ],
)
def test_ordinary_numbers_days_and_brands_are_left_alone(scanner: Scanner, text: str) -> None:
    assert [f.text_in(text) for f in scanner.scan(text) if not f.keep] == []


def test_implied_ages_are_left_where_the_policy_does_not_want_them() -> None:
    text = "Caregiver: We had her ninety-second birthday at home."
    recognizers = {f.recognizer for f in Scanner(Redaction(implied_ages=False)).scan(text)}
    assert "ImpliedAgeRecognizer" not in recognizers


def test_a_telephone_number_is_no_foreign_health_number(scanner: Scanner) -> None:
    # Presidio's default registry reads ten digits as a British NHS number with a higher score.
    (finding,) = scanner.scan("Caregiver: My number is 401 023 2137.")
    assert finding.entity is Entity.PHONE


def test_a_context_word_in_another_inflection_raises_a_score() -> None:
    # Without lemmas Presidio's context boost silently does nothing.
    low = Scanner(Redaction(threshold=0.0))

    def score(text: str) -> float:
        found = low._analyze(text, low._engine.process_text(text, "en"))
        return max(f.score for f in found if f.recognizer == "MrnRecognizer")

    assert score("Caregiver: The patients are 4471902 there.") > score("Caregiver: The weather is 4471902 there.")
