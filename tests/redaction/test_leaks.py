"""What stood on the source page is found again in the exchange, however it is written there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity
from redaction.leaks import leaks


@pytest.mark.parametrize(
    ("entity", "source", "exchange", "words"),
    [
        (Entity.NAME, "Ottilie Brandvold", "I told Ottilie Brandvold so.", "Ottilie Brandvold"),
        (Entity.NAME, "Ottilie Brandvold", "I told ottilie so.", "ottilie"),
        (Entity.NAME, "Ottilie Brandvold", "It is Brandvold's house.", "Brandvold"),
        (Entity.NAME, "\u00c9lodie", "I told Elodie so.", "Elodie"),
        (Entity.NAME, "Hope", "Then Hope came by.", "Hope"),
        (Entity.NAME, "M-A-R-I-S-O-L", "I told Marisol so.", "Marisol"),
        (Entity.LOCATION, "1482 Quillback Lane", "We sold the place on Quillback.", "Quillback"),
        (Entity.FACILITY, "Thornbury Hospice", "The people at Thornbury were kind.", "Thornbury"),
        (Entity.PHONE, "four one two, five five five, oh one two two", "Call 412-555-0122 then.", "412-555-0122"),
        (
            Entity.MRN,
            "00448812",
            "It is zero zero four four eight eight one two.",
            "zero zero four four eight eight one two",
        ),
        (Entity.MRN, "number QT71-448-29", "It is QT71-448-29.", "QT71-448-29"),
        (
            Entity.LOCATION,
            "5512 Quillback Hollow",
            "At fifty-five twelve Quillback Hollow.",
            "fifty-five twelve Quillback Hollow",
        ),
        (Entity.FACILITY, "Saint Ottilie's", "She is at Ottilie's now.", "Ottilie's"),
        (Entity.NAME, "Mark Brandvold", "Mark came by.", "Mark"),
        (Entity.NAME, "Ottilie", "I told O. about it.", "O."),
        (Entity.AGE, "ninety-four", "At 94 she bakes.", "94"),
        (Entity.DATE, "the nineteenth", "He fell on the nineteenth of the month.", "nineteenth"),
    ],
)
def test_an_identifier_of_the_source_is_found_in_the_exchange(entity, source, exchange, words):
    (leak,) = leaks([(entity, source)], exchange)
    assert (leak.entity, exchange[leak.start : leak.end]) == (entity, words)
    assert words.lower() not in leak.explanation.lower()


@pytest.mark.parametrize(
    ("entity", "source", "exchange"),
    [
        (Entity.NAME, "Hope", "I hope so. Hoping helps."),
        (Entity.NAME, "Will Day", "I will rest one day."),
        (Entity.LOCATION, "1482 Quillback Lane", "The lane was icy and the street was dark."),
        (Entity.FACILITY, "Thornbury Hospice", "Hospice came twice this week."),
        (Entity.NAME, "Mark Brandvold", "Mark the day on paper. Mark your steps."),
        (Entity.NAME, "Dorrit Brandvold", "She takes vitamin D. and a plan B. is not needed. The U.S. army came."),
        (Entity.LOCATION, "Reading", "Reading about falls helps."),
        (Entity.FACILITY, "Adult Protective", "Call adult protective services."),
        (Entity.NAME, "Ottilie's stepdaughter", "My stepdaughter came."),
        (Entity.PHONE, "412-555-0122", "I slept four hours in 2019."),
    ],
)
def test_common_words_of_an_identifier_are_no_leak(entity, source, exchange):
    assert leaks([(entity, source)], exchange) == []


def test_initials_of_a_person_who_was_taken_for_an_organisation_are_found():
    (leak,) = leaks([(Entity.FACILITY, "Deacon Ottokar Brandvold")], "Ask O.B. about it.")
    assert (leak.entity, leak.start, leak.end) == (Entity.NAME, 4, 8)
    assert leaks([(Entity.FACILITY, "Ottokar Brandvold Clinic")], "Ask O.B.C. about it.") == []


def test_a_long_row_of_letters_takes_no_time():
    assert leaks([(Entity.MRN, "448-29")], "a" * 20_000 + " 44829") != []


@given(
    st.lists(st.tuples(st.sampled_from(list(Entity)), st.text(max_size=20)), max_size=5),
    st.text(alphabet="abcAB 019'.-\n", max_size=80),
)
def test_leaks_are_sorted_lie_in_the_exchange_and_never_overlap(source, exchange):
    last = 0
    for leak in leaks(source, exchange):
        assert last <= leak.start < leak.end <= len(exchange)
        last = leak.end
