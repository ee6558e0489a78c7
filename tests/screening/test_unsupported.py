"""What the exchange claims and its page does not have: people, illnesses, events, numbers, the coach's own life."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import load_policy
from workbench.screening.unsupported import NUMBER, Unsupported, invented, unexplained, unsupported

SPEAKERS = load_policy("mentalchat16k").policy.speakers
PAGE = (
    "Coach: How was it?\nCaregiver: My wife fell twice in March, and our two girls drove thirty-eight miles to sit "
    "with her while I slept on the floor of the hall like a dog. The doctor says it is her lungs.\n"
)


def claims(question: str, answer: str = "") -> list[str]:
    first, second = unsupported(PAGE, question, answer, SPEAKERS)
    return [question[c.start : c.end] for c in first] + [answer[c.start : c.end] for c in second]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("My father keeps falling.", ["My father"]),
        ("My son Jorge visits.", ["My son Jorge"]),
        ("She has Parkinson's and I am tired.", ["Parkinson's"]),
        ("There were seven of them in the hall.", ["seven of them"]),
        ("Ever since I broke my ankle I sleep badly.", ["Ever since I broke my ankle"]),
    ],
)
def test_a_person_number_illness_or_event_that_the_page_lacks_is_told(question: str, told: list[str]) -> None:
    assert claims(question) == told


@pytest.mark.parametrize(
    "question",
    [
        "My daughters drove nearly forty miles to help.",
        "Our daughters came, and I broke down in the hall.",
        "She has COPD, and I sleep on the floor.",
        "I slept two nights on the floor.",
    ],
)
def test_what_the_page_supports_in_other_words_is_left_alone(question: str) -> None:
    assert claims(question) == []


def test_an_answer_may_propose_numbers_of_its_own() -> None:
    assert claims("I am tired.", "Try to rest for fifteen minutes, four times a day.") == []


@pytest.mark.parametrize(
    ("page", "question"),
    [
        ("This moment was exactly right, also warm, and later there was a song.", "My mother is here."),
        ("I also baked, exactly as she did.", "She has ALS."),
        ("He is exact about the text.", "We got divorced."),
        ("The song was warm.", "My son has PTSD."),
    ],
)
def test_a_word_that_only_begins_alike_supports_nothing(page: str, question: str) -> None:
    assert unsupported(f"Caregiver: {page}", question, "", SPEAKERS)[0]


@pytest.mark.parametrize(
    ("page", "question"),
    [
        ("Mummy's door stays open, and my tios came.", "My mother keeps her door open, and my uncles came."),
        ("It's a liposarcoma, they said.", "She has cancer."),
        ("It's the frontotemporal kind.", "He has dementia."),
        ("He went before the ambulance came. When my brother went I was there.", "He died before help came."),
        ("They gave her something for her depression.", "She takes antidepressants."),
        ("I had a beer.", "I have been drinking."),
        ("I ate half a dozen eggs and two thousand one hundred peas.", "I ate 6 eggs and 2,100 peas."),
        ("It was two, three times, on the twenty-third.", "It was three times, on the 23rd."),
        ("He got out by the back door.", "He wandered off."),
        ("Mind the twins for me.", "My daughter helps me."),
    ],
)
def test_other_words_for_the_same_thing_support_it(page: str, question: str) -> None:
    assert unsupported(f"Caregiver: {page}", question, "", SPEAKERS)[0] == []


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("I have been taking sleeping pills.", "sleeping pills"),
        ("I have begun drinking at night.", "drinking"),
        ("He came here after selling our farm.", "after selling our farm"),
        ("Last month she wandered off.", "she wandered off"),
        ("The police brought her home.", "The police"),
        ("She was hospitalized.", "was hospitalized"),
        ("We are deep in debt.", "deep in debt"),
        ("It began nine years ago.", "nine years ago"),
        ("He slapped me.", "He slapped me"),
        ("Her fentanyl makes her drowsy.", "fentanyl"),
        ("I hired a lawyer.", "hired a lawyer"),
        ("He is an army veteran.", "army veteran"),
    ],
)
def test_treatments_dangers_losses_and_times_are_compared_too(question: str, told: str) -> None:
    assert any(told in claim for claim in claims(question))


def test_advice_may_speak_of_what_the_page_has_not() -> None:
    assert claims("", "Call an ambulance if she wandered off, or ask for sleeping pills; have a glass of wine.") == []


def test_what_a_coach_tells_of_a_life_of_their_own_must_stand_in_the_coachs_lines() -> None:
    told = "When my own sister was ill, I wept."
    assert claims("", told) == ["When my own sister"]
    assert unsupported("Coach: My sister was ill too.\nCaregiver: Oh.", "", told, SPEAKERS)[1] == []
    assert unsupported("Coach: Oh.\nCaregiver: My sister is ill.", "", told, SPEAKERS)[1] != []
    quoted = 'Tell him: "My sister needs rest."'
    assert unsupported("Coach: Oh.\nCaregiver: My sister is ill.", "", quoted, SPEAKERS)[1] == []


def test_a_number_in_an_identifier_is_no_claim_of_its_own() -> None:
    number, other = Unsupported(4, 9, NUMBER), Unsupported(4, 9, "another")
    assert unexplained([number, other], [(0, 5)]) == [other]
    assert unexplained([number], [(9, 12)]) == [number]


def test_a_name_that_is_like_none_on_the_page_is_invented() -> None:
    text = "My old friend Bertrand, and Zylfa, and Quen."
    places = [(text.index(name), text.index(name) + len(name)) for name in ("Bertrand", "Zylfa", "Quen")]
    told = [text[c.start : c.end] for c in invented("Caregiver: Zylpha Quenneville called.", text, places)]
    assert told == ["My old friend Bertrand"]


WORDS = st.lists(st.sampled_from("my mother father son cancer I fell drank seven police last month he died .".split()))


@given(WORDS.map(" ".join))
def test_a_page_supports_all_that_it_says_itself(page: str) -> None:
    assert unsupported(f"Caregiver: {page}", page, "", SPEAKERS)[0] == []
