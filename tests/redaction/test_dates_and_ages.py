"""Dates more exact than a year, and ages of ninety and over."""

import pytest

from redaction.recognizers.ages import AgeRecognizer
from redaction.recognizers.dates import SpokenDateRecognizer


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Caregiver: He fell on 03/14/2021.", "03/14/2021"),
        ("Caregiver: It was March 14th, 2021, early.", "March 14th, 2021"),
        ("Caregiver: She died on the nineteenth.", "the nineteenth"),
        ("Caregiver: We saw him Tuesday the ninth.", "Tuesday the ninth"),
        ("Caregiver: It began in June of 2019.", "June of 2019"),
        ("Caregiver: It began in October.", "October"),
        ("Caregiver: He came home the day after Christmas.", "the day after Christmas"),
        (
            "caregiver: it was the fourth of november nineteen ninety eight\ncoach: ok",
            "the fourth of november nineteen ninety eight",
        ),
        ("caregiver: we married in may\ncoach: ok", "may"),
        ("Caregiver: She visits every August bank holiday.", "August bank holiday"),
        ("caregiver: he died on shrove tuesday\ncoach: ok", "shrove tuesday"),
        ("Caregiver: We marry on St. David's Day.", "St. David's Day"),
        ("Coach: Let us meet the weekend of the eighteenth.", "the weekend of the eighteenth"),
    ],
)
def test_a_date_more_exact_than_a_year_is_found(alone, text, date):
    assert date in alone(SpokenDateRecognizer(), text)


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: In 1987 we moved, and every Tuesday she calls.",
        "Caregiver: You may march in and sit; it is the first time, the second one was worse.",
        "Caregiver: He is in the fifth grade and sits in the third row.",
        "Caregiver: I put the Christmas tree away.",
    ],
)
def test_years_weekdays_and_ordinals_of_other_things_are_no_dates(alone, text):
    assert alone(SpokenDateRecognizer(), text) == []


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("Caregiver: She's ninety-four and still bakes.", "ninety-four"),
        ("Caregiver: He turned 93 in the spring.", "93"),
        ("Caregiver: My aunt is a hundred and two.", "a hundred and two"),
        ("Caregiver: I sat by a widow of ninety-one, and two girls.", "ninety-one"),
        ("Caregiver: They are ninety-five and eighty-eight.", "ninety-five"),
        ("Caregiver: Grandpa is 101 years old.", "101"),
    ],
)
def test_an_age_of_ninety_or_more_is_found(alone, text, age):
    assert age in alone(AgeRecognizer(), text)


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: She's eighty-nine.",
        "Caregiver: It takes ninety minutes and costs 95 dollars.",
        "Caregiver: We moved in nineteen ninety-four.",
        "Caregiver: The oxygen was at 93% all day.",
        "Caregiver: The bag weighs a hundred and forty, I swear.",
        "Caregiver: It goes wrong nine times out of a hundred.",
    ],
)
def test_younger_ages_and_other_numbers_are_left_alone(alone, text):
    assert alone(AgeRecognizer(), text) == []
