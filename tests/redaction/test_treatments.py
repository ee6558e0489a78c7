"""Treatments: consistent placeholders, masks, what is kept, and that nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity, Treatment
from policies.schema import Redaction
from redaction.finding import Finding
from redaction.scanner import Scanner
from redaction.treatments import placeholder_key, treat
from redaction.words import PLACEHOLDER
from tests.redaction.conftest import Book

SCANNER = Scanner(Redaction())
TEXT = "Caregiver: My sister Ottilie called. Ottilie's phone is 412-555-0122, so OTTILIE said; we left Oklahoma."


def test_the_same_person_gets_the_same_placeholder_throughout_the_study(book):
    settings = Redaction()
    first = treat(TEXT, SCANNER.scan(TEXT), settings, book)
    assert first.text == (
        "Caregiver: My sister [NAME_1] called. [NAME_1]'s phone is [PHONE_1], so [NAME_1] said; we left Oklahoma."
    )
    later = "Coach: And Dr. Brandvold, or Ottilie?"
    assert treat(later, SCANNER.scan(later), settings, book).text == "Coach: And Dr. [NAME_2], or [NAME_1]?"


def test_a_number_has_one_placeholder_spoken_or_written():
    assert placeholder_key(Entity.PHONE, "four one two, five five five") == placeholder_key(Entity.PHONE, "412-555")


def test_case_title_diacritics_and_possessive_do_not_make_another_person():
    keys = {placeholder_key(Entity.NAME, n) for n in ("Dr. \u00c9lodie Roux", "elodie roux's", "ELODIE ROUX")}
    assert keys == {"elodie roux"}


def test_spans_say_where_each_finding_stands_in_the_treated_text(book):
    treated = treat(TEXT, SCANNER.scan(TEXT), Redaction(), book)
    words = [treated.text[s.start : s.end] for s in treated.spans]
    assert words == ["[NAME_1]", "[NAME_1]", "[PHONE_1]", "[NAME_1]", "Oklahoma"]
    assert treated.spans[-1].treatment is Treatment.KEEP


def test_the_policy_chooses_the_treatment_by_entity(book):
    settings = Redaction(treatments={Entity.NAME: Treatment.MASK, Entity.PHONE: Treatment.KEEP})
    treated = treat(TEXT, SCANNER.scan(TEXT), settings, book)
    assert (
        treated.text
        == "Caregiver: My sister **** called. ****'s phone is 412-555-0122, so **** said; we left Oklahoma."
    )


def test_neighbours_of_one_entity_keep_their_own_placeholders(book):
    found = [
        Finding(0, 3, Entity.NAME, 1, "t", "t"),
        Finding(4, 7, Entity.NAME, 1, "t", "t"),
        Finding(7, 8, Entity.NAME, 1, "t", "t"),
    ]
    assert treat("abc defg", found, Redaction(), book).text == "[NAME_1] [NAME_2][NAME_3]"


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    """A text and findings in it that do not overlap."""
    text = draw(st.text(max_size=80))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    entities = draw(st.lists(st.sampled_from(list(Entity)), min_size=len(pairs), max_size=len(pairs)))
    return text, [Finding(a, b, e, 0.9, "t", "t") for (a, b), e in zip(pairs, entities, strict=True)]


@given(marked())
def test_what_lies_outside_the_findings_is_untouched(case):
    text, findings = case
    treated = treat(text, findings, Redaction(), Book())
    outside, inside = 0, 0
    for finding, span in zip(findings, treated.spans, strict=True):
        assert treated.text[inside : span.start] == text[outside : finding.start]
        outside, inside = finding.end, span.end
    assert treated.text[inside:] == text[outside:]


@given(
    st.lists(
        st.sampled_from(["My sister", "[NAME_3]", "****", "Dr.", "[DATE_12]", "lives at", "[STUDY_ID_1]", "'s", "in"]),
        max_size=14,
    )
)
def test_a_scan_of_treated_text_reports_no_placeholder(parts):
    text = "Caregiver: " + " ".join(parts)
    taken = [match.span() for match in PLACEHOLDER.finditer(text)]
    for finding in SCANNER.scan(text):
        assert all(finding.end <= start or finding.start >= end for start, end in taken)


@pytest.mark.parametrize(
    "text",
    [
        "Caregiver: I live at [FACILITY_3] with [NAME_1], since [DATE_2], and my sister [NAME_4] at [LOCATION_9].",
        "Caregiver: My sister **** drives me. The number is [PHONE_1], or [PHONE_2] at night.",
    ],
)
def test_a_treated_sentence_raises_nothing_beside_its_placeholders(text):
    assert SCANNER.scan(text) == []
