"""The warning before a model is trained on turns of a word or two."""

import pytest

from workbench.turns.lint import of_session_turns, of_targets


@pytest.mark.parametrize(("short", "warned"), [(0, False), (5, False), (6, True), (10, True)])
def test_it_warns_when_more_than_half_are_short(short: int, warned: bool) -> None:
    sentence = of_targets("multi_turn", 10, short, 8)
    assert (sentence is not None) == warned
    if sentence:
        assert sentence.startswith(
            f"Warning: {short} of 10 targets of multi_turn ({short * 10}%) have fewer than 8 words;"
        )


def test_nothing_is_no_reason_to_warn() -> None:
    assert of_targets("interview", 0, 0, 8) is None
    assert of_session_turns(0, 0, 8, 50) == "0 of 0 coach turns have fewer than 8 words."


def test_the_sentence_on_the_turns_of_a_study_says_what_is_done_about_it() -> None:
    assert of_session_turns(100, 20, 8, 50) == "20 of 100 coach turns (20%) have fewer than 8 words."
    warned = of_session_turns(1200, 1000, 8, 50)
    assert warned.startswith("Warning: 1,000 of 1,200 coach turns (83%) have fewer than 8 words;")
    assert warned.endswith("only those of 50 words and more are targets.")
