"""Each check of screening by itself: what it tells, where, and what it leaves alone."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import load_policy
from tests.command import run_workbench
from workbench.screening.crisis import signals
from workbench.screening.form import form_fault
from workbench.screening.length import short_sides
from workbench.screening.unsupported import unsupported
from workbench.screening.verbatim import copied, copied_share

PAGE = (
    "Coach: How was it?\nCaregiver: My wife fell twice in March, and our two girls drove thirty-eight miles to sit "
    "with her while I slept on the floor of the hall like a dog. The doctor says it is her lungs.\n"
)


def test_a_run_of_twelve_shared_words_is_copied_whatever_its_case_and_punctuation() -> None:
    text = "I'm worn out. TO SIT WITH HER, while I slept on the floor of the hall like a dog, that's what I did."
    (stretch,) = copied(PAGE, text, 12)
    assert text[stretch.start : stretch.end].lower().startswith("to sit with her")
    assert stretch.words == 16
    assert copied(PAGE, text, 17) == []


@given(st.text(max_size=200), st.text(max_size=200), st.integers(4, 12))
def test_copied_stretches_are_in_order_apart_and_long_enough(source: str, text: str, least: int) -> None:
    stretches = copied(source, text, least)
    assert all(s.words >= least and s.start < s.end <= len(text) for s in stretches)
    assert all(a.end <= b.start for a, b in pairwise(stretches))
    assert 0 <= copied_share(source, text) <= 1


def test_the_whole_page_is_all_copied_and_a_short_text_is_not() -> None:
    assert copied_share(PAGE, PAGE) == 1
    assert copied_share(PAGE, "My wife fell twice") == 0


def claims(question: str, answer: str = "") -> list[str]:
    first, second = unsupported(PAGE, question, answer)
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
    ("question", "answer", "around", "fault"),
    [
        ("I am tired.", "You carry a lot.", "", None),
        ("The caregiver says that she is tired.", "You carry a lot.", "", "third_person"),
        ("She cannot sleep and her back hurts, and they do not help her.", "You carry a lot.", "", "third_person"),
        ("I am tired.", "You carry a lot.", "Sure! Here is the exchange:", "meta_talk"),
        ("I am tired.", "You carry a lot. I hope this helps!", "", "meta_talk"),
        ("[First-person statement, 50 words] I am tired.", "You carry a lot.", "", "instructions_left"),
        ("I am tired. [laughs]", "You carry a lot.", "", None),
        ("The coach of my son's team came by and I cried.", "You carry a lot.", "", None),
    ],
)
def test_the_form_of_an_exchange(question: str, answer: str, around: str, fault: str | None) -> None:
    assert form_fault(question, answer, around) == fault


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Some nights I want to die.", ["talk of suicide"]),
        ("He said he would kill himself.", ["talk of suicide"]),
        ("I have been cutting myself again.", ["talk of self-harm"]),
        ("He hits me when he drinks.", ["talk of abuse"]),
        ("I could have put a pillow over his face.", ["talk of harm to others"]),
        ("I'm dying to sleep, and the cake was to die for. I hurt my back.", []),
    ],
)
def test_a_crisis_is_told_by_its_kind(text: str, told: list[str]) -> None:
    assert [signal.explanation for signal in signals(text)] == told


def test_short_sides_count_only_sides_that_are_there() -> None:
    assert short_sides("one two", "one two three four", 3) == "question"
    assert short_sides("one", "two", 3) == "both"
    assert short_sides("one two three", "", 3) is None


def test_screen_holds_raw_output_against_its_page(tmp_path: Path) -> None:
    source = "Caregiver: My sister Ottilie Zvornik has COPD. Our dog, Biscuit, sleeps on her bed."
    output = (
        "Caregiver: Ottilie is ill and my father cannot help. Biscuit keeps her warm.\n"
        "Coach: That is a lot to carry, and I hear it."
    )
    lines = tmp_path / "in.jsonl"
    lines.write_text(json.dumps({"id": "1", "source": source, "output": output}) + "\n")
    done = run_workbench("screen", str(lines), str(tmp_path / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    (found,) = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert [output[k["start"] : k["end"]] for k in found["leaks"]] == ["Ottilie"], "a pet is nobody"
    assert [u["text"] for u in found["unsupported"]] == ["my father"]
    assert (found["verbatim"], found["malformed"], found["too_short"]) == (False, None, "both")
    assert found["question"].startswith("Ottilie is ill")
    assert "Ottilie" not in done.stdout + done.stderr


def test_screening_reaches_its_figures_on_pairs(shared: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    pairs, out = shared / "data/paraphrase-pairs-dev.jsonl", tmp_path / "out.jsonl"
    assert run_workbench("screen", str(pairs), str(out)).returncode == 0
    scorer = [sys.executable, str(shared / "tools/score_pairs.py"), str(pairs), str(out)]
    told = json.loads(subprocess.run(scorer, capture_output=True, text=True, check=True).stdout)
    assert told["leak_recall"] >= 0.98
    assert told["false_leaks_per_leakfree_pair"] <= 0.1
    assert min(told["verbatim_acc"], told["malformed_acc"], told["too_short_acc"]) >= 0.95
    assert told["unsupported_recall"] >= 0.7
    assert told["unsupported_precision"] >= 0.6
    assert load_policy("mentalchat16k").policy.screening.verbatim_words == 12
