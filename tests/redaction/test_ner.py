"""The shipped NER model: what it reads in speech, and what does not disturb it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Entity
from redaction.ner.encoding import WINDOW, encode
from redaction.ner.tagger import shipped_tagger

SPEECH = (
    "Coach: Say your name for me?\n"
    "Caregiver: Rosalind. Rosalind Achterberg. My sister Bettina drives over from Tarrytown "
    "on the nineteenth of March.\n"
)


def words(text: str, entity: Entity) -> list[str]:
    return [text[s.start : s.end] for s in shipped_tagger().tag([text])[0] if s.entity is entity]


def test_names_places_and_dates_of_a_conversation_are_read() -> None:
    assert {"Rosalind", "Rosalind Achterberg", "Bettina"} <= set(words(SPEECH, Entity.NAME))
    assert words(SPEECH, Entity.LOCATION) == ["Tarrytown"]
    assert words(SPEECH, Entity.DATE) == ["the nineteenth of March"]


def test_a_transcript_without_capitals_loses_no_name() -> None:
    assert {"rosalind", "rosalind achterberg", "bettina"} <= set(words(SPEECH.lower(), Entity.NAME))


def test_a_transcript_in_capitals_loses_no_name() -> None:
    assert {"ROSALIND", "ROSALIND ACHTERBERG", "BETTINA"} <= set(words(SPEECH.upper(), Entity.NAME))


@pytest.mark.parametrize(
    ("text", "entity", "found"),
    [
        ("My number is five one four, two two oh, nine one three seven.", Entity.PHONE,
         "five one four, two two oh, nine one three seven"),
        ("It's rosalind dot achterberg at yahoo dot com.", Entity.EMAIL, "rosalind dot achterberg at yahoo dot com"),
        ("Caregiver: Mama is ninety-six now.", Entity.AGE, "ninety-six"),
    ],
)  # fmt: skip
def test_what_is_read_aloud_is_one_span(text: str, entity: Entity, found: str) -> None:
    assert words(text, entity) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "I will be all right, I may rest a while, and there is hope.",
        "He takes twenty milligrams at nine and his pressure was one thirty over eighty.",
        "Mama says don't fuss. She is seventy-four.",
        "Medicare paid for it, and we talked over Zoom.",
    ],
)
def test_ordinary_words_and_numbers_are_left_alone(text: str) -> None:
    assert shipped_tagger().tag([text]) == [[]]


def test_a_name_far_down_a_long_text_is_read_as_well() -> None:
    filler = "I was so tired that I sat in the car and cried for a while. " * 40
    text = filler + "Then Bettina Achterberg called. " + filler
    assert len(encode(text).ids) > 2 * WINDOW
    assert words(text, Entity.NAME) == ["Bettina Achterberg"]


def test_nothing_is_read_in_an_empty_page() -> None:
    assert shipped_tagger().tag(["", "  \n ", "..."]) == [[], [], []]
    assert shipped_tagger().tag([]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=4))
def test_spans_are_in_order_within_the_text_and_apart(texts: list[str]) -> None:
    for text, spans in zip(texts, shipped_tagger().tag(texts), strict=True):
        ends = [0, *(s.end for s in spans)]
        assert all(end <= s.start < s.end <= len(text) for end, s in zip(ends, spans, strict=False))
        assert all(0 <= s.score <= 1 for s in spans)


@given(st.text(max_size=600))
def test_windows_cover_every_token_and_none_is_too_long(text: str) -> None:
    encoded = encode(text * 3)
    covered = set()
    for start, stop in encoded.windows():
        assert stop - start <= WINDOW - 2
        covered |= set(range(start, stop))
    assert covered == set(range(len(encoded.ids)))
