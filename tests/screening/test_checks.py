"""Each check of screening by itself: what it tells, where, and what it leaves alone."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import load_policy
from tests.command import run_workbench
from workbench.paraphrase.parse import parse_exchange
from workbench.screening.crisis import signals
from workbench.screening.form import exchange_fault, form_fault
from workbench.screening.length import short_sides
from workbench.screening.verbatim import copied, copied_share

SPEAKERS = load_policy("mentalchat16k").policy.speakers
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
        ("<caregiver's concern> I am tired.", "You carry a lot.", "", "instructions_left"),
        ("I am tired.", "{Empathic reply} You carry a lot.", "", "instructions_left"),
        ("I am tired.", "\u2039your answer here\u203a You carry a lot.", "", "instructions_left"),
        ("I am tired. (around 80 words)", "You carry a lot.", "", "instructions_left"),
        ("I am tired.", "Answer the question in two paragraphs. You carry a lot.", "", "instructions_left"),
        ("I am tired.", "You carry a lot.", "Summarize the talk below.", "instructions_left"),
        ("I am tired.", "You carry a lot.", "Do not use any names.", "instructions_left"),
        ("I am tired.", "Confide in the first person you trust, and reply to him in short sentences.", "", None),
        ("He has about fifty words left.", "Write it down in one or two sentences.", "", None),
        ("I weigh <90 pounds, and {sigh} my heart > my head.", "Write about it, and use two words: not now.", "", None),
        ("The coach of my son's team came by and I cried.", "You carry a lot.", "", None),
    ],
)
def test_the_form_of_an_exchange(question: str, answer: str, around: str, fault: str | None) -> None:
    assert form_fault(question, answer, around) == fault


def test_a_report_without_labels_is_in_the_third_person_and_no_side_is_missing() -> None:
    report = "A man who looks after his uncle says he is worn out. The therapist kindly suggests that he rest."
    assert exchange_fault(parse_exchange(report, SPEAKERS)) == "third_person"
    assert exchange_fault(parse_exchange("I am worn out, and my uncle shouts.", SPEAKERS)) == "missing_side"
    assert exchange_fault(parse_exchange(f"Coach: {report}", SPEAKERS)) == "missing_side"


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


def screened(tmp_path: Path, source: str, output: str) -> dict[str, list[str]]:
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "1", "source": source, "output": output}) + "\n")
    assert run_workbench("screen", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")).returncode == 0
    (found,) = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    return {kind: [output[k["start"] : k["end"]] for k in found[kind]] for kind in ("leaks", "unsupported")}


def test_a_person_whom_only_the_output_names_is_a_leak_and_unsupported(tmp_path: Path) -> None:
    source = "Caregiver: My sister Ottilie Zvornik has COPD. She was born on June 9th, and she is tired."
    output = (
        "Caregiver: My sister, born on the 9th of June, is ill. My friend Bertrand Quill says that Otty needs rest.\n"
        "Coach: Bathing may help, and so may the Medicaid office. Walk for 20-30 minutes."
    )
    found = screened(tmp_path, source, output)
    assert found["unsupported"] == ["My friend Bertrand Quill"]
    assert "Bertrand Quill" in found["leaks"]
    assert not {"Bathing", "Medicaid", "20-30"} & set(found["leaks"])


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
