"""Reading one exchange out of what a paraphraser wrote."""

import re

from hypothesis import given
from hypothesis import strategies as st

from policies import load_policy
from workbench.paraphrase.parse import parse_exchange, said_by_coach

SPEAKERS = load_policy("mentalchat16k").policy.speakers


def dressed(aliases: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A label as models write it: any alias, in capitals, small letters, bold, as a heading or a quotation."""
    cases = st.sampled_from([str.upper, str.lower, str.title])
    frames = st.sampled_from(["{}:", "**{}:**", "**{}**:", "### {}:", "> {}:", "  {} :", "__{}__:"])
    return st.builds(lambda alias, case, frame: frame.format(case(alias)), st.sampled_from(aliases), cases, frames)


CAREGIVERS, COACHES = dressed(SPEAKERS.caregiver), dressed(SPEAKERS.coach)
SIDE = st.lists(st.sampled_from("one two three [four] (five) six: seven.".split()), min_size=1, max_size=9).map(
    " ".join
)
ANYTHING = st.lists(
    st.sampled_from(["Caregiver", "coach", "Therapist", ":", "\n", " ", "[[", "]]", "**", '"', "night", "I am"])
).map("".join)


@given(CAREGIVERS, COACHES, SIDE, SIDE, st.sampled_from(["{}", "[[{}]]", '"{}"', "[[ {} ]]", "\n{}\n"]), st.booleans())
def test_one_exchange_is_read_whatever_its_labels_look_like_and_whichever_comes_first(
    caregiver: str, coach: str, question: str, answer: str, around: str, turned: bool
) -> None:
    parts = [f"{caregiver} {around.format(question)}", f"{coach} {around.format(answer)}"]
    parsed = parse_exchange("\n\n".join(reversed(parts) if turned else parts), SPEAKERS)
    assert (parsed.question, parsed.answer, parsed.malformed) == (question, answer, None)


@given(CAREGIVERS, COACHES, SIDE, SIDE, SIDE, SIDE)
def test_of_two_exchanges_the_first_is_taken_and_the_second_is_told(
    caregiver: str, coach: str, question: str, answer: str, again: str, more: str
) -> None:
    raw = f"{caregiver} {question}\n{coach} {answer}\n{caregiver} {again}\n{coach} {more}\n"
    parsed = parse_exchange(raw, SPEAKERS)
    assert (parsed.question, parsed.answer, parsed.malformed) == (question, answer, "two_exchanges")


@given(CAREGIVERS, COACHES, SIDE)
def test_a_missing_side_is_told_and_the_other_is_kept(caregiver: str, coach: str, side: str) -> None:
    for raw, expected in (
        (f"{caregiver} {side}", (side, "")),
        (f"{coach} {side}", ("", side)),
        (f"{caregiver} {side}\n{coach} [[]]", (side, "")),
        (side, (side, "")),
    ):
        parsed = parse_exchange(raw, SPEAKERS)
        assert (parsed.question, parsed.answer, parsed.malformed) == (*expected, "missing_side")


def test_labels_that_the_policy_does_not_know_are_read_where_it_knows_none() -> None:
    parsed = parse_exchange("**Question:** Am I late?\n**Answer:** No.\n\n**Q:** And now?\n**A:** Yes.", SPEAKERS)
    assert (parsed.question, parsed.answer, parsed.malformed) == ("Am I late?", "No.", "two_exchanges")
    parsed = parse_exchange("Caregiver: Am I late?\nCoach: My\nAnswer: no.", SPEAKERS)
    assert (parsed.question, parsed.answer, parsed.malformed) == ("Am I late?", "My Answer: no.", None)


def test_what_the_coach_said_is_told_from_the_rest_of_a_page() -> None:
    page = "Coach: One.\nCaregiver: Two.\nTherapist: Three,\nand four."
    assert said_by_coach(page, SPEAKERS).split() == ["One.", "Three,", "and", "four."]
    assert said_by_coach("No labels here.", SPEAKERS) == "No labels here."


def test_no_output_at_all_is_a_missing_side() -> None:
    parsed = parse_exchange("", SPEAKERS)
    assert (parsed.question, parsed.answer, parsed.malformed) == ("", "", "missing_side")


@given(ANYTHING)
def test_whatever_a_model_writes_is_read_and_what_is_missing_from_one_exchange_is_told(raw: str) -> None:
    parsed = parse_exchange(raw, SPEAKERS)
    assert (parsed.malformed == "missing_side") == (not parsed.question or not parsed.answer)
    kept = f"{parsed.question} {parsed.answer}"
    assert set(re.findall(r"\w+", kept)) <= set(re.findall(r"\w+", raw))
    if parsed.malformed is None and not before_first_label(raw):
        # One exchange: every word that is no label stands on one of the sides.
        assert kept.count("night") == raw.count("night")


def before_first_label(raw: str) -> bool:
    """Whether words stand before the first label, where models talk about what they are going to write."""
    return "night" in re.split(r"(?i)(?:caregiver|coach|therapist)[ *]*:", raw)[0]
