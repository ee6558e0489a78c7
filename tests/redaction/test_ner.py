"""The shipped NER model: what it reads in speech, and what does not disturb it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Entity
from redaction.ner.encoding import WINDOW, encode
from redaction.ner.tagger import Tagged, shipped_tagger
from redaction.recognizers.ner import NerRecognizer
from redaction.words import Page

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


def kept(text: str, start: int, end: int, entity: Entity, score: float) -> bool:
    """Whether the recognizer reports what the model tags there."""
    page = Page(text)
    return bool(list(NerRecognizer(True).hits(page, [Tagged(start, end, entity, score)])))


@pytest.mark.parametrize(
    ("text", "words", "entity"),
    [
        ("Caregiver: I-I-I could not look.", "I-I-I", Entity.NAME),
        ("Coach: mhm and then what", "mhm", Entity.FACILITY),
        ("Caregiver: We saw Dr. again.", "Dr", Entity.FACILITY),
        ("caregiver: i hadn't slept", "hadn", Entity.NAME),
        ("Caregiver: He was hummin' along.", "hummin", Entity.NAME),
        ("Caregiver: I turned seventy six.", "seventy six", Entity.AGE),
        ("Caregiver: He's 47 now.", "47", Entity.AGE),
        ("Caregiver: She weighs a hundred and sixty soaked.", "a hundred", Entity.AGE),
        ("Caregiver: He loves those Kubotas.", "Kubotas", Entity.NAME),
        ("Caregiver: She put him on Lipitor then.", "Lipitor", Entity.DATE),
        ("caregiver: i work tuesday to thursday", "tuesday to thursday", Entity.DATE),
        ("Caregiver: I take sixty two milligrams.", "sixty two milligrams", Entity.ID),
        ("Caregiver: I phoned nine one one then.", "nine one one", Entity.PHONE),
        ("Caregiver: Number three, the stairs.", "three", Entity.ID),
        ("Caregiver: Number three, the stairs.", "Number", Entity.ID),
        ("Caregiver: They gave me the fifty back.", "the fifty", Entity.DATE),
    ],
)
def test_what_identifies_nobody_is_not_reported_though_the_model_tags_it(text: str, words: str, entity: Entity) -> None:
    start = text.index(words)
    assert not kept(text, start, start + len(words), entity, 0.89)


@pytest.mark.parametrize(
    ("text", "words", "entity", "score"),
    [
        ("Coach: And then Her came in.", "Her", Entity.NAME, 0.95),
        ("Caregiver: He was a hummin' man, Dustin was.", "Dustin", Entity.NAME, 0.5),
        ("Caregiver: and then [zorvane cries] a while", "zorvane", Entity.NAME, 0.5),
        ("Caregiver: He drives for a firm called Over, out of town.", "Over", Entity.FACILITY, 0.5),
        ("Caregiver: We went to see Summers.", "Summers", Entity.NAME, 0.5),
        ("caregiver: he came tuesday the ninth", "tuesday the ninth", Entity.DATE, 0.5),
        ("Caregiver: It broke at Easter.", "Easter", Entity.DATE, 0.5),
        ("Caregiver: She is ninety six.", "ninety six", Entity.AGE, 0.5),
        ("Caregiver: Go down nine one one and turn left.", "nine one one", Entity.LOCATION, 0.5),
        ("Caregiver: He's a hundred and four.", "a hundred and four", Entity.AGE, 0.5),
        ("Caregiver: The zip is nine seven one two four.", "nine seven one two four", Entity.LOCATION, 0.5),
        ("Caregiver: Case number three nine nine one.", "three nine nine one", Entity.ID, 0.5),
    ],
)
def test_what_may_identify_is_reported_as_the_model_tags_it(
    text: str, words: str, entity: Entity, score: float
) -> None:
    start = text.index(words)
    assert kept(text, start, start + len(words), entity, score)


def test_a_small_word_between_two_names_is_reported_with_them() -> None:
    text = "Coach: It is Quill and Larkmoor."
    tags = [Tagged(13, 18, Entity.NAME, 0.9), Tagged(19, 22, Entity.FACILITY, 0.3), Tagged(23, 31, Entity.NAME, 0.9)]
    assert [(hit.start, hit.end) for hit in NerRecognizer(True).hits(Page(text), tags)] == [
        (13, 18),
        (19, 22),
        (23, 31),
    ]
