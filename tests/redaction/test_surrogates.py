"""Surrogates, shifted dates and coarser values: consistent, realistic, and never the original."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity, Treatment
from policies.schema import Redaction
from redaction.finding import Finding
from redaction.folding import fold
from redaction.generalise import SMALL_ZIP3, generalised
from redaction.spoken_dates import MONTHS, shifted, year_of
from redaction.surrogates import _origins
from redaction.treatments import replacement, treat
from tests.redaction.conftest import Book

NAMES = st.sampled_from(
    ["Maria Lopez", "maria", "Lopez", "Bettina Achterberg", "Xochitl", "J. R. Pell", "Siobhan O'Dell", "K-A-T-H-Y"]
)


def surrogate(entity: Entity, words: str, book: Book) -> str:
    return replacement(entity, words, Treatment.SURROGATE, book)


def test_a_person_has_one_surrogate_whether_named_in_full_or_in_part(book: Book) -> None:
    given, family = surrogate(Entity.NAME, "Maria Lopez", book).split()
    assert surrogate(Entity.NAME, "maria", book) == given.lower()
    assert surrogate(Entity.NAME, "LOPEZ", book) == family.upper()
    assert surrogate(Entity.NAME, "Maria Lopez", book) == f"{given} {family}"


def test_gender_and_origin_are_kept_where_they_are_known(book: Book) -> None:
    for name in ("Margaret", "Walter", "Szymon", "Nguyen"):
        new = surrogate(Entity.NAME, name, book)
        assert _origins()[fold(new)][0] == _origins()[fold(name)][0], "given or family name, and gender"
    assert _origins()[fold(surrogate(Entity.NAME, "Szymon", book))][1] == _origins()["szymon"][1]


def test_two_people_never_share_a_surrogate(book: Book) -> None:
    names = ["Maria", "Anna", "Elena", "Sofia", "Laura", "Julia", "Marta", "Clara", "Alice", "Emma"]
    assert len({surrogate(Entity.NAME, name, book) for name in names}) == len(names)


@given(NAMES)
def test_a_surrogate_shares_no_part_with_the_original(words: str) -> None:
    new = surrogate(Entity.NAME, words, Book())
    parts = {fold(p) for p in words.replace("-", " ").replace(".", " ").split() if len(p) > 1}
    assert parts.isdisjoint(fold(new).replace("-", " ").split())


def test_another_study_draws_other_surrogates() -> None:
    names = ["Maria", "Anna", "Elena", "Sofia", "Laura"]
    one, other = ([surrogate(Entity.NAME, n, Book(secret)) for n in names] for secret in ("one", "other"))
    assert one != other


@pytest.mark.parametrize(
    ("entity", "words", "form"),
    [
        (Entity.PHONE, "four one two, five five five, oh one two two", r"\d{3}-555-01\d\d"),
        (Entity.PHONE, "412-555-0122", r"\d{3}-555-01\d\d"),
        (Entity.SSN, "219-45-6788", r"000-\d\d-\d{4}"),
        (Entity.EMAIL, "maria dot lopez at gmail dot com", r"[a-z']+\d+@example\.org"),
        (Entity.IP_ADDRESS, "10.4.17.9", r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+"),
        (Entity.MRN, "KV-771-40213", r"[A-Z]{2}-\d{3}-\d{5}"),
        (Entity.ID, "seven seven three one oh", r"\d{5}"),
        (Entity.LOCATION, "1482 Quillback Road", r"\d{4} \w+ Road"),
        (Entity.FACILITY, "Quillback Memorial Hospital", r"\w+ Memorial Hospital"),
    ],
)
def test_a_surrogate_has_the_shape_of_its_kind(book: Book, entity: Entity, words: str, form: str) -> None:
    import re

    new = surrogate(entity, words, book)
    assert re.fullmatch(form, new)
    assert fold(new) != fold(words)


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        (Entity.LOCATION, "fourteen eighty two Quillback Road"),
        (Entity.PHONE, "oh one two two"),
        (Entity.ID, "blue card"),
    ],
)
def test_what_has_no_safe_surrogate_gets_a_placeholder(book: Book, entity: Entity, words: str) -> None:
    assert surrogate(entity, words, book) == f"[{entity}_1]"


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        ("2021-03-04", "2021-02-25"),
        ("3/4/2021", "2/25/2021"),
        ("March 4th, 2021", "February 25th, 2021"),
        ("the fourth of march", "february 26th"),
        ("march fourth two thousand twenty one", "february 25th, 2021"),
        ("Thursday, March 4th", "Thursday, February 26th"),
        ("January 2nd", "December 26th"),
        ("february twenty ninth", "february 22nd"),
    ],
)
def test_a_date_moves_by_the_days_of_its_subject(words: str, moved: str) -> None:
    assert shifted(words, -7) == moved


@pytest.mark.parametrize("words", ["Christmas", "the nineteenth", "March", "March 2021", "the week before Easter", ""])
def test_a_date_that_cannot_be_moved_safely_is_not(book: Book, words: str) -> None:
    assert shifted(words, -7) is None
    if words:
        assert replacement(Entity.DATE, words, Treatment.SHIFT, book) == "[DATE_1]"


DATES = st.dates(datetime.date(1930, 1, 1), datetime.date(2030, 12, 31))


@given(DATES, DATES, st.integers(-364, 364))
def test_intervals_between_two_dates_are_kept(one: datetime.date, other: datetime.date, days: int) -> None:
    def said(date: datetime.date) -> str:
        return f"{MONTHS[date.month - 1]} {date.day}, {date.year}"

    def read(words: str) -> datetime.date:
        month, day, year = words.replace(",", "").split()
        return datetime.date(int(year), MONTHS.index(month) + 1, int("".join(c for c in day if c.isdigit())))

    first, second = shifted(said(one), days), shifted(said(other), days)
    assert first is not None
    assert second is not None
    assert read(second) - read(first) == other - one


@pytest.mark.parametrize(
    ("entity", "words", "coarse"),
    [
        (Entity.AGE, "ninety-four", "90 or older"),
        (Entity.DATE, "March 3rd, 1998", "1998"),
        (Entity.DATE, "the third of march nineteen ninety eight", "1998"),
        (Entity.LOCATION, "30309", "303**"),
        (Entity.LOCATION, "three oh three oh nine", "303**"),
        (Entity.LOCATION, "82190", "000**"),
        (Entity.DATE, "March 3rd", None),
        (Entity.LOCATION, "1482 Quillback Road, 30309", None),
        (Entity.NAME, "30309", None),
    ],
)
def test_what_is_coarser_says_no_more_than_safe_harbor_allows(entity: Entity, words: str, coarse: str | None) -> None:
    assert generalised(entity, words) == coarse


def test_the_small_zip_areas_are_those_of_the_guidance() -> None:
    assert len(SMALL_ZIP3) == 17
    assert {"036", "692", "878", "893"} <= SMALL_ZIP3


def test_year_of_reads_written_and_spoken_years() -> None:
    assert [year_of(w) for w in ("June 1987", "may second nineteen oh five", "the nineteenth")] == [
        "1987",
        "1905",
        None,
    ]


@given(st.sampled_from(list(Treatment)), st.text(max_size=20), NAMES, st.text(max_size=20))
def test_only_the_finding_changes_and_the_name_does_not_stay(
    treatment: Treatment, before: str, name: str, after: str
) -> None:
    if treatment in (Treatment.SHIFT, Treatment.GENERALISE, Treatment.KEEP):
        return
    text = before + name + after
    found = [Finding(len(before), len(before) + len(name), Entity.NAME, 1.0, "t", "t")]
    treated = treat(text, found, Redaction(treatments={Entity.NAME: treatment}), Book())
    assert treated.text.startswith(before)
    assert treated.text.endswith(after)
    assert treated.text != text
