"""Surrogates, shifted dates and coarser values: consistent, realistic, and never the original."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity, Treatment, load_policy
from policies.schema import Redaction
from redaction.finding import Finding
from redaction.folding import fold
from redaction.generalise import SMALL_ZIP3, generalised
from redaction.scanner import Scanner
from redaction.spoken_dates import MONTHS, shifted, year_of
from redaction.standins import name_lists
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


def listed(name: str, kind: str, country: str) -> bool:
    """Whether a name is in the list of a kind (F, M: given; S: family) and country."""
    return fold(name) in {fold(other) for other in name_lists()[kind, country]}


@pytest.mark.parametrize(
    ("name", "kind", "country"),
    [
        ("Margaret", "F", "US"),
        ("Walter", "M", "US"),
        ("Nguyen", "S", "US"),
        ("Jones", "S", "US"),
        ("Szymon", "M", "PL"),
        ("Kathy", "F", "US"),  # only known as a nickname
    ],
)
def test_gender_and_origin_are_kept_where_they_are_known(book: Book, name: str, kind: str, country: str) -> None:
    assert listed(surrogate(Entity.NAME, name, book), kind, country)


def test_where_a_name_is_both_its_place_decides_between_given_and_family_name() -> None:
    given, family = surrogate(Entity.NAME, "Walter Jones", Book()).split()
    assert listed(given, "M", "US")
    assert listed(family, "S", "US")
    given, family = surrogate(Entity.NAME, "Zvornika Walter", Book()).split()
    assert listed(given, "F", "US") or listed(given, "M", "US")
    assert listed(family, "S", "US")


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("Dr. Brandvold", r"Dr\. \w+"),
        ("aunt rosie's", r"aunt [a-z]+'s"),
        ("Rev. Dr. Juan de la Cruz", r"Rev\. Dr\. \w+ de la \w+"),
        ("Walter Brandvold Jr.", r"\w+ \w+ Jr\."),
        ("Anna and Elena", r"\w+ and \w+"),
        ("Smith-Jones", r"\w+-\w+"),
    ],
)
def test_titles_and_particles_stay_and_the_manner_of_writing_does(book: Book, words: str, form: str) -> None:
    assert re.fullmatch(form, surrogate(Entity.NAME, words, book))


@pytest.mark.parametrize("words", ["Al Brandvold", "al brandvold", "Van Morrison", "Dr. Al Gonzales", "Brandvold, Al"])
def test_a_particle_that_is_a_persons_name_does_not_stay(book: Book, words: str) -> None:
    new = fold(surrogate(Entity.NAME, words, book))
    assert {"al", "van"}.isdisjoint(re.findall(r"\w+", new))


def test_a_title_by_itself_gets_a_placeholder(book: Book) -> None:
    assert surrogate(Entity.NAME, "Sister", book) == "[NAME_1]"


FEW = name_lists()["M", "TH"]
"""A list so short that every stand-in from it would be somebody else on the page."""


@given(st.lists(st.sampled_from([*FEW, "Maria Lopez", "Anna", "Grace Hope"]), min_size=1, max_size=6), st.booleans())
def test_no_name_of_the_page_or_the_session_stands_in_for_another(names: list[str], told_apart: bool) -> None:
    text, found, book = " ".join(names), [], Book()
    for name in names:
        start = found[-1].end + 1 if found else 0
        found.append(Finding(start, start + len(name), Entity.NAME, 1.0, "t", "t"))
    rules = Redaction(treatments={Entity.NAME: Treatment.SURROGATE})
    elsewhere = [(Entity.NAME, name) for name in FEW] if told_apart else []
    new = set(re.findall(r"\w+", fold(treat(text, found, rules, book, elsewhere).text)))
    assert new.isdisjoint(re.findall(r"\w+", fold(text)))
    assert new.isdisjoint(fold(name) for _, name in elsewhere)


def test_a_stand_in_that_turns_out_to_be_somebody_here_gives_way_to_a_placeholder(book: Book) -> None:
    rules = Redaction(treatments={Entity.NAME: Treatment.SURROGATE})
    found = [Finding(0, 5, Entity.NAME, 1.0, "t", "t")]
    standin = treat("Maria", found, rules, book).text
    assert treat("Maria", found, rules, book, [(Entity.NAME, standin)]).text == "[NAME_1]"
    assert treat("Maria", found, rules, book).text == standin


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
        (Entity.LICENCE, "D4471902", r"[A-Z]\d{7}"),
        (Entity.VEHICLE, "KRV 4471", r"[A-Z]{3} \d{4}"),
        (Entity.SSN, "6788", r"\d{4}"),
        (Entity.ACCOUNT, "number 4471", r"\d{4}"),
        (Entity.LOCATION, "1482 Quillback Road", r"\d{4} \w+ Road"),
        (Entity.LOCATION, "30309", r"\d{5}"),
        (Entity.LOCATION, "P.O. Box 112", r"P\.O\. Box \d{3}"),
        (Entity.LOCATION, "42nd Street, apartment 4B", r"\d\d(st|nd|rd|th) Street, apartment \d[A-Z]"),
        (Entity.LOCATION, "the old road by Tanner's Creek", r"the old road by \w+'s Creek"),
        (Entity.FACILITY, "Quillback Memorial Hospital", r"\w+ Memorial Hospital"),
    ],
)
def test_a_surrogate_has_the_shape_of_its_kind(book: Book, entity: Entity, words: str, form: str) -> None:
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
        ("the fourth of march", "february 25th"),
        ("Mar. 4, 2021", "February 25th, 2021"),
        ("03/04/2021", "02/25/2021"),
        ("3/4/21", "2/25/21"),
        ("1/3/00", "12/27/99"),
        ("MARCH 4TH", "FEBRUARY 25TH"),
        ("march fourth two thousand twenty one", "february 25th, 2021"),
        ("Thursday, March 4th", "Thursday, February 25th"),
        ("January 2nd", "December 26th"),
        ("february twenty ninth", "february 22nd"),
    ],
)
def test_a_date_moves_by_the_days_of_its_subject(words: str, moved: str) -> None:
    assert shifted(words, -7) == moved


@pytest.mark.parametrize(
    "words",
    ["Christmas", "the nineteenth", "March", "March 2021", "the week before Easter", "4.3.2021", "13/4/2021", ""],
)
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
        (Entity.AGE, "97-year-old", "90 or older"),
        (Entity.AGE, "a hundred and two", "90 or older"),
        (Entity.AGE, "nineteen thirty-one", None),  # "born in 90 or older" says nothing
        (Entity.AGE, "ninetieth", None),
        (Entity.AGE, "45", None),
        (Entity.DATE, "March 3rd 1931", None),  # the year alone shows an age over 89
        (Entity.DATE, "march third nineteen thirty one", None),
        (Entity.DATE, "march nineteen ninety eight", "1998"),
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


def test_under_safe_harbor_no_year_shows_an_age_over_89() -> None:
    rules = load_policy("hipaa-safe-harbor").policy.redaction
    for text in ("She was born on March 3rd 1931.", "born March third nineteen thirty one in June 1930"):
        found = Scanner(rules).scan(text)
        assert found
        new = treat(text, found, rules, Book()).text
        assert re.search(r"19\d\d|thirty", new) is None


@given(st.dates(datetime.date(2021, 1, 1), datetime.date(2021, 12, 31)), st.integers(-52, 52))
def test_a_date_without_its_year_moves_to_the_day_that_it_moves_to_with_it(day: datetime.date, weeks: int) -> None:
    said = f"{MONTHS[day.month - 1]} {day.day}"
    with_year, without = shifted(f"{said}, 2021", 7 * weeks), shifted(said, 7 * weeks)
    assert with_year is not None
    assert without is not None
    assert with_year.startswith(f"{without}, ")


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
