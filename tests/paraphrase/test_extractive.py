"""The paraphraser without a model, and the reading of what any paraphraser wrote."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Entity, LoadedPolicy, load_policy
from workbench.desk.views import PageJob, SourceFinding
from workbench.paraphrase.extractive import Extractive, clean
from workbench.paraphrase.parse import parse_exchange

POLICY = load_policy("mentalchat16k").policy

TELLING = "I feel tired and afraid at night and I worry about my mother all day long"


def job(text: str, *identifiers: str) -> PageJob:
    """A page on which the detector found each of these words, wherever they stand."""
    findings = tuple(
        SourceFinding(
            start=hit.start(),
            stop=hit.end(),
            entity=Entity.NAME,
            score=1.0,
            recognizer="t",
            explanation="t",
            keep=False,
        )
        for word in identifiers
        for hit in re.finditer(re.escape(word), text)
    )
    return PageJob(page=1, session=1, number=1, text=text, words=len(text.split()), findings=findings)


def sides(text: str, *identifiers: str) -> tuple[str, str]:
    parsed = parse_exchange(Extractive(POLICY).generate(job(text, *identifiers), 0), POLICY.speakers)
    return parsed.question, parsed.answer


def test_telling_sentences_are_kept_in_their_order_and_small_talk_is_left_out() -> None:
    page = (
        f"Caregiver: Hello there. {TELLING}. We parked on the left side. I cry when I think of the nights.\n"
        "Coach: It makes sense that you feel exhausted. Shall we choose one small step that helps?\n"
    )
    question, answer = sides(page)
    assert question.index("afraid") < question.index("cry")
    assert "Hello there" not in question
    assert answer.startswith("It makes sense")


def test_a_sentence_with_an_identifier_is_left_out_when_there_is_enough_without_it() -> None:
    enough = f"{TELLING}. " * 6
    page = f"Caregiver: I worry that Henrietta will fall. {enough}\nCoach: I hear you and I understand you.\n"
    assert "Henrietta" not in sides(page, "Henrietta")[0]
    assert "will fall" not in sides(page, "Henrietta")[0]


def test_an_identifier_never_comes_through_even_where_every_sentence_holds_one() -> None:
    page = "Caregiver: I worry that Henrietta will fall at night.\nCoach: Henrietta needs you and you need rest.\n"
    assert not any("Henrietta" in side for side in sides(page, "Henrietta"))


def test_a_page_without_a_coach_is_malformed_not_lost() -> None:
    raw = Extractive(POLICY).generate(job(f"Caregiver: {TELLING}.\n"), 0)
    parsed = parse_exchange(raw, POLICY.speakers)
    assert (parsed.question, parsed.answer, parsed.malformed) == (f"{TELLING}.", "", "missing_side")


@pytest.mark.parametrize(
    ("spoken", "clean_text"),
    [
        ("Um, I, I feel, you know, so tired.", "I feel, so tired."),
        ("And so I just, uh, cried [sighs] all night.", "I just, cried all night."),
        ("Yeah, but it's--it's hard at 00:12:10 for me.", "It's hard at for me."),
        ("[laughs]", ""),
        ("Mm-hmm.", ""),
    ],
)
def test_spoken_disfluency_is_cleaned(spoken: str, clean_text: str) -> None:
    assert clean(spoken) == clean_text


WORDS = st.lists(
    st.sampled_from("I feel tired alone you my mother night and the um, I, Henrietta".split()), max_size=15
)


@given(st.lists(st.tuples(st.sampled_from(["Caregiver", "Coach"]), WORDS), max_size=8))
def test_an_extract_is_deterministic_holds_no_identifier_and_invents_no_word(
    turns: list[tuple[str, list[str]]],
) -> None:
    page = "".join(f"{label}: {' '.join(words)}.\n" for label, words in turns)
    question, answer = sides(page, "Henrietta")
    assert (question, answer) == sides(page, "Henrietta")
    said = set(re.findall(r"\w+", page.casefold())) | {"someone"}
    assert set(re.findall(r"\w+", f"{question} {answer}".casefold())) <= said - {"henrietta"}


LABELS = st.sampled_from(["Caregiver", "CAREGIVER", "**Caregiver**", "client", "Patient"])
COACHES = st.sampled_from(["Coach", "COACH", "**Behavioral Health Coach**", "Therapist", "Interviewer"])
SENTENCE = st.lists(st.sampled_from("one two three [four] (five) six.".split()), min_size=1, max_size=9).map(" ".join)


@given(LABELS, COACHES, SENTENCE, SENTENCE, st.booleans())
def test_one_exchange_is_read_whatever_its_labels_look_like(
    label: str, coach: str, question: str, answer: str, brackets: bool
) -> None:
    around = "[[{}]]" if brackets else "{}"
    raw = f"{label}: {around.format(question)}\n\n{coach}: {around.format(answer)}\n"
    parsed = parse_exchange(raw, POLICY.speakers)
    assert (parsed.question, parsed.answer, parsed.malformed) == (question, answer, None)


@given(SENTENCE, SENTENCE)
def test_a_second_exchange_and_a_missing_side_are_told(question: str, answer: str) -> None:
    one = f"Caregiver: {question}\nCoach: {answer}\n"
    assert parse_exchange(one * 2, POLICY.speakers).malformed == "two_exchanges"
    assert parse_exchange(f"Coach: {answer}", POLICY.speakers).malformed == "missing_side"
    free = parse_exchange(question, POLICY.speakers)
    assert (free.question, free.malformed) == (question, "missing_side")


def test_the_digest_of_the_rules_stands_for_a_model(policy: LoadedPolicy) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", Extractive(policy.policy).model_digest)
