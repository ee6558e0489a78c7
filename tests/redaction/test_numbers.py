"""Numbers that belong to one person, written, spoken and in parts; the normaliser behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.spoken_numbers import digits_of, spoken_numbers
from redaction.words import Page


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("four one two", "412"),
        ("twenty-two sixteen", "2216"),
        ("double seven oh nine", "7709"),
        ("five five five, uh, oh one two two", "5550122"),
        ("412-555-0122", "4125550122"),
        ("triple four", "444"),
        ("nineteen oh six", "1906"),
    ],
)
def test_number_words_read_as_digits(said, digits):
    assert digits_of(said) == digits
    (number,) = spoken_numbers(Page(said))
    assert (number.value, said[number.start : number.end]) == (digits, said)


@given(st.text(max_size=120))
def test_runs_of_numbers_lie_in_the_text_and_do_not_overlap(text):
    last = 0
    for number in spoken_numbers(Page(text), letters=True):
        assert last <= number.start < number.end <= len(text)
        last = number.end


def test_single_letters_belong_to_a_number_read_aloud():
    text = "Caregiver: It's M as in Mary, zero zero four, seven one nine."
    (number,) = spoken_numbers(Page(text), letters=True)
    assert text[number.start : number.end] == "M as in Mary, zero zero four, seven one nine"
    assert number.value == "m004719"


@pytest.mark.parametrize(
    ("text", "entity", "words"),
    [
        ("Coach: Call me at (412) 555-0122 tonight.", "PHONE", "(412) 555-0122"),
        (
            "Caregiver: My cell is four one two, five five five, oh one two two.",
            "PHONE",
            "four one two, five five five, oh one two two",
        ),
        ("Caregiver: The fax is 555-0199.", "PHONE", "555-0199"),
        ("Caregiver: My social is 219-45-6788.", "SSN", "219-45-6788"),
        ("Caregiver: The chart number is 00448812.", "MRN", "00448812"),
        ("Caregiver: The M-R-N is zero zero four four eight one.", "MRN", "zero zero four four eight one"),
        (
            "Caregiver: The NHS number: six one two, double four oh, nine one two seven.",
            "MRN",
            "six one two, double four oh, nine one two seven",
        ),
        (
            "Caregiver: His wrist band says four one two, seven seven three, nine.",
            "MRN",
            "four one two, seven seven three, nine",
        ),
        ("Caregiver: Member number W two two seven oh six.", "HEALTH_PLAN", "W two two seven oh six"),
        ("Caregiver: The bank account ends in 4471.", "ACCOUNT", "4471"),
        ("Caregiver: His license number is D4471902.", "LICENCE", "D4471902"),
        ("Caregiver: The plate is KRV 4471.", "VEHICLE", "KRV 4471"),
        ("Caregiver: The pump's serial number is 88031457.", "DEVICE", "88031457"),
        ("Coach: You are PISCES-0417 in our files.", "STUDY_ID", "PISCES-0417"),
        ("Caregiver: The policy number is KV-771-40213.", "HEALTH_PLAN", "KV-771-40213"),
        ("Caregiver: The case number is 77310.", "ID", "77310"),
        ("Caregiver: My card is 4111 1111 1111 1111.", "ACCOUNT", "4111 1111 1111 1111"),
    ],
)
def test_a_number_of_one_person_is_found_under_its_name(covered, text, entity, words):
    assert (entity, words) in covered(text)


def test_the_rest_of_a_number_is_found_after_an_interruption(covered):
    text = "Caregiver: My cell is seven one two, three two four, hang on, the dog is barking, eight one oh six."
    assert [words for entity, words in covered(text) if entity == "PHONE"] == [
        "seven one two, three two four",
        "eight one oh six",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: It cost two hundred dollars, or $12,500, and took three years.",
        "Caregiver: He slept from ten thirty to four and ate two or three eggs.",
        "Caregiver: I filled one two three four boxes and took five hundred milligrams.",
        "Caregiver: I called nine one one, and in 2019, 4 of us did.",
        "Caregiver: In nineteen eighty-seven we bought it; in 2004 we sold.",
    ],
)
def test_amounts_times_and_years_are_left_alone(covered, text):
    assert covered(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Coach: It's case number GL nine nine two, four oh one.", "GL nine nine two, four oh one"),
        ("Caregiver: The label says QRX 4 4 0 2 7.", "QRX 4 4 0 2 7"),
        ("caregiver: my file number is xq seven seven three two\ncoach: ok", "xq seven seven three two"),
    ],
)
def test_letters_in_front_of_a_number_belong_to_it(text, number):
    assert number in [text[n.start : n.end] for n in spoken_numbers(Page(text), letters=True)]


def test_an_abbreviation_in_front_of_a_number_does_not_belong_to_it():
    text = "Caregiver: He had an MRI 4 4 0 2 7 times, on the TV 2 1 5."
    assert [n.value for n in spoken_numbers(Page(text), letters=True)] == ["44027", "215"]


def test_a_comma_after_a_year_ends_a_run():
    assert [n.value for n in spoken_numbers(Page("Caregiver: We moved here in 2019, 17 of us."))] == ["2019", "17"]
