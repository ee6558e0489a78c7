"""The paraphraser without a model: which sentences it takes, how it cleans them, and what it leaves out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity, load_policy
from workbench.desk.views import PageJob, SourceFinding
from workbench.paraphrase.extractive import LEAST, Extractive, clean
from workbench.paraphrase.parse import Parsed, parse_exchange

POLICY = load_policy("mentalchat16k").policy
BACKEND = Extractive(POLICY)

TELLING = "I feel tired and afraid at night and I worry about my mother all day long"
ENOUGH = (
    f"{TELLING}. I cry when the house is dark and I am ashamed of crying. I feel guilty when I sleep, angry when I "
    "wake, and lonely when my friends talk about their families. My husband feels sad and helpless, and he worries "
    "about the medicine and the money and whether I sleep enough. I panic when the nurse is late, and I hate panicking."
)
COACH = "Coach: It makes sense that you feel exhausted. Shall we choose one small step that helps?\n"
STAND_INS = {"someone", "a", "place", "an", "organisation", "one", "day", "very", "old"}


def job(text: str, *identifiers: tuple[str, Entity]) -> PageJob:
    """A page on which the detector found each of these words, wherever they stand."""
    findings = [
        SourceFinding(
            start=hit.start(), stop=hit.end(), entity=entity, score=1.0, recognizer="t", explanation="t", keep=False
        )
        for word, entity in identifiers
        for hit in re.finditer(re.escape(word), text)
    ]
    return PageJob(
        page=1, session=1, number=1, text=text, words=len(text.split()),
        findings=tuple(sorted(findings, key=lambda finding: finding.start)),
    )  # fmt: skip


def extract(text: str, *identifiers: tuple[str, Entity]) -> Parsed:
    return parse_exchange(BACKEND.generate(job(text, *identifiers), 0), POLICY.speakers)


def test_telling_sentences_are_kept_in_their_order_and_small_talk_is_left_out() -> None:
    page = f"Caregiver: Hello there. We parked on the left side over there. {ENOUGH}\n{COACH}"
    parsed = extract(page)
    assert parsed.question == ENOUGH
    assert parsed.answer.startswith("It makes sense")
    assert parsed.malformed is None


def test_each_side_speaks_for_itself_and_third_voices_for_nobody() -> None:
    parsed = extract(f"Caregiver: {TELLING}.\nNeighbour: I feel sad and lonely every night too.\n{COACH}")
    assert "lonely" not in parsed.question + parsed.answer
    assert "exhausted" not in parsed.question


def test_a_sentence_broken_off_gives_way_to_a_whole_one() -> None:
    parsed = extract(f"Caregiver: I feel tired and I worry and so I-- Anyway. {ENOUGH}\n{COACH}")
    assert parsed.question.startswith(TELLING)


def test_a_sentence_said_twice_is_taken_once() -> None:
    assert extract(f"Caregiver: {TELLING}. {TELLING}.\n{COACH}").question == f"{TELLING}."


def test_a_sentence_with_an_identifier_is_left_out_when_there_is_enough_without_it() -> None:
    page = f"Caregiver: I worry that Henrietta will fall at night. {ENOUGH}\n{COACH}"
    assert "will fall" not in extract(page, ("Henrietta", Entity.NAME)).question


@pytest.mark.parametrize(
    ("sentence", "entity", "expected"),
    [
        ("I worry that Zed will fall at night.", Entity.NAME, "I worry that someone will fall at night."),
        ("My sister Zed makes me feel guilty.", Entity.NAME, "My sister makes me feel guilty."),
        ("I feel so tired today, Zed.", Entity.NAME, "I feel so tired today."),
        ("Zed, I feel so tired at night.", Entity.NAME, "I feel so tired at night."),
        ("I feel lonely since we moved to Zed.", Entity.LOCATION, "I feel lonely since we moved to a place."),
        ("I cried when they called from Zed.", Entity.FACILITY, "I cried when they called from an organisation."),
        ("My husband died on Zed and I grieve.", Entity.DATE, "My husband died on one day and I grieve."),
        ("I worry because she's Zed and alone.", Entity.AGE, "I worry because she's very old and alone."),
    ],
)
def test_where_a_side_is_short_a_general_word_stands_for_the_identifier(
    sentence: str, entity: Entity, expected: str
) -> None:
    assert extract(f"Caregiver: {sentence}\n{COACH}", ("Zed", entity)).question == expected


@pytest.mark.parametrize(
    ("sentence", "entity"),
    [
        ("I worry about the Zed family at night.", Entity.NAME),
        ("I feel afraid when I think of Dr. Zed.", Entity.NAME),
        ("I worry because her MRN is Zed again.", Entity.MRN),
        ("You can call me at Zed when I feel sad.", Entity.PHONE),
        ("I feel sad because she is Zed years old.", Entity.AGE),
        ("I feel sad in those Zed summers.", Entity.DATE),
        ("I worry that Zed and Zed will fight again.", Entity.NAME),
    ],
)
def test_where_no_general_word_reads_naturally_the_sentence_is_left_out(sentence: str, entity: Entity) -> None:
    assert extract(f"Caregiver: {sentence}\n{COACH}", ("Zed", entity)).question == ""


def test_an_identifier_that_reaches_over_a_sentence_end_takes_both_sentences_with_it() -> None:
    page = f"Caregiver: I feel sad about St. Zed. Abbey is where I cry at night.\n{COACH}"
    assert extract(page, ("Zed. Abbey", Entity.FACILITY)).question == ""


def test_a_page_without_a_coach_is_malformed_not_lost() -> None:
    parsed = extract(f"Caregiver: {TELLING}.\n")
    assert (parsed.question, parsed.answer, parsed.malformed) == (f"{TELLING}.", "", "missing_side")


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("Um, I, I feel, you know, so tired.", "I feel so tired."),
        ("And so I just, uh, cried [sighs] all night.", "I just cried all night."),
        ("Yeah, but it's--it's hard for me 00:12:10.", "It's hard for me."),
        ("My-my wife, uh, you know, cries, um, a lot, so", "My wife cries a lot."),
        ("If I'm- if I'm able to do occa- on occasion man-manual work--", "If I'm able to do on occasion manual work."),
        ("Do you know what kind of help you like?", "Do you know what kind of help you like?"),
        ("I think so.", "I think so."),
        ("No one like you is right at 9:30.", "No one like you is right at 9:30."),
        ("Okay, or anything like--?", "Or anything?"),
        ("[laughs]", ""),
        ("Mm-hmm.", ""),
        ("--", ""),
    ],
)  # fmt: skip
def test_spoken_disfluency_is_cleaned_and_words_that_mean_something_stay(spoken: str, expected: str) -> None:
    assert clean(spoken) == expected


def test_titles_end_no_sentence() -> None:
    assert extract(f"Caregiver: I cried when Dr. and Mrs. said it.\n{COACH}").question == (
        "I cried when Dr. and Mrs. said it."
    )


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


PIECES = (
    "I feel tired alone you know, um, I, I- I-I my mother night and so like, the -- Dr. in to on with is that "
    "Zed, Zed Zed. Quux Quux's (sighs) [00:12] ... fall. cry? wo- worry! he's"
).split()
TURNS = st.lists(
    st.tuples(st.sampled_from(["Caregiver", "Coach", "Wife"]), st.lists(st.sampled_from(PIECES), max_size=40)),
    max_size=8,
)
ENTITIES = st.sampled_from(list(Entity))


@given(TURNS, ENTITIES, ENTITIES)
def test_an_extract_repeats_exactly_holds_no_identifier_and_invents_no_word(
    turns: list[tuple[str, list[str]]], one: Entity, other: Entity
) -> None:
    page = "".join(f"{label}: {' '.join(pieces)}.\n" for label, pieces in turns)
    found = (("Zed", one), ("Quux", other))
    parsed = extract(page, *found)
    assert parsed == extract(page, *found)
    assert set(words(f"{parsed.question} {parsed.answer}")) <= {*words(page), *STAND_INS} - {"zed", "quux"}
    assert parsed.malformed == (None if parsed.question and parsed.answer else "missing_side")


NUMBERED = st.lists(st.sampled_from(["I feel tired at night", "My mother and I walk", "Zed makes me cry"]), max_size=25)


@given(NUMBERED)
def test_sentences_stand_in_the_order_in_which_they_were_said(said: list[str]) -> None:
    page = "Caregiver: " + " ".join(f"{sentence} and then n{at}." for at, sentence in enumerate(said)) + f"\n{COACH}"
    question = extract(page, ("Zed", Entity.NAME)).question
    order = [int(number) for number in re.findall(r"n(\d+)", question)]
    assert order == sorted(set(order))
    plain = sum(len(sentence.split()) + 3 for sentence in said if "Zed" not in sentence)
    assert ("Someone" in question) == ("Zed makes me cry" in said and plain < LEAST)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_cleaning_only_ever_takes_away(spoken: str) -> None:
    cleaned = clean(spoken)
    kept, rest = words(cleaned), iter(words(spoken))
    assert all(word in rest for word in kept)
    assert cleaned == "" or cleaned[-1] in ".!?"


def test_what_made_an_extract_is_recorded_in_place_of_a_model() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", BACKEND.model_digest)
    assert BACKEND.prompt_digest is None
    assert BACKEND.parameters == {"caregiver_words": 75, "coach_words": 85}
