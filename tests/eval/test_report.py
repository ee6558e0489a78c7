"""The report: numbers as scipy gives them, never a significance without its direction, no gap left unsaid."""

import json
import math
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from eval.cli import main
from eval.report import compare
from policies.rubric import OVERALL, load_rubric

RUBRIC = load_rubric().rubric
BASE = [5, 6, 5, 7, 6, 5]
BETTER = [8, 9, 8, 7, 9, 8]
WORSE = [3, 2, 4, 3, 2, 3]


def row(question: int, model: str, score: int | None, **changes: Any) -> dict[str, Any]:
    return {
        "question_id": question,
        "model_id": model,
        "judge_model": "judge-1",
        "served_by": "judge-1",
        "rubric": "r",
        "request": "q",
        "status": "rated",
        "ratings": dict.fromkeys(RUBRIC.keys, score),
        "explanation": "Fine.",
        "reason": "",
        **changes,
    }


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return path


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    rows = [
        row(i, model, score)
        for model, scores in (("plain", BASE), ("up", BETTER), ("down", WORSE))
        for i, score in enumerate(scores, 1)
    ]
    return write(tmp_path / "ratings.jsonl", rows)


def as_json(ratings: Path, capsys: pytest.CaptureFixture[str], base: str = "plain") -> Any:
    assert main(["report", "--ratings", str(ratings), "--base", base, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_means_test_effect_and_direction_against_the_base(ratings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (judge,) = as_json(ratings, capsys)
    assert [model["model_id"] for model in judge["models"]] == ["plain", "down", "up"]
    plain, down, up = judge["models"]
    assert plain["against_base"] == []
    assert plain["means"]["overall"] == pytest.approx(34 / 6)
    for model, scores, verdict in ((down, WORSE, "worse"), (up, BETTER, "better")):
        expected = stats.ttest_ind(scores, BASE)
        for found in model["against_base"]:
            assert found["t"] == pytest.approx(expected.statistic)
            assert found["p"] == pytest.approx(expected.pvalue)
            assert (found["low"], found["high"]) == pytest.approx(tuple(expected.confidence_interval(0.95)))
            assert found["verdict"] == verdict
            assert (found["n"], found["n_base"]) == (6, 6)


def test_the_numbers_agree_with_a_computation_by_hand() -> None:
    # means 4 and 2, both variances 1, n = 3: t = 2 / sqrt(2/3), d = 2; at 4 degrees of freedom that is p = 0.0705
    found = compare("overall", [3, 4, 5], [1, 2, 3])
    assert found.t == pytest.approx(math.sqrt(6))
    assert found.effect == pytest.approx(2)
    assert found.p == pytest.approx(0.0705, abs=5e-5)
    assert found.verdict == "no difference"


scores = st.lists(st.integers(1, 10), max_size=12)


@given(scores, scores)
def test_a_verdict_never_contradicts_its_difference_and_swapping_swaps_it(model: list[int], base: list[int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = compare("overall", model, base), compare("overall", base, model)
    mirrored = {"better": "worse", "worse": "better"}
    assert other.verdict == mirrored.get(one.verdict, one.verdict)
    if one.verdict in mirrored:
        assert one.difference is not None
        assert one.effect is not None
        assert one.p is not None
        assert one.p < 0.05
        assert (one.difference > 0) == (one.effect > 0) == (one.verdict == "better")


def test_what_cannot_be_tested_is_called_so() -> None:
    assert compare("overall", [7, 7, 7], [5, 5, 5]).verdict == "not testable"
    assert compare("overall", [7], [5, 6]).verdict == "not testable"
    assert compare("overall", [], [5, 6]).mean is None


def test_the_table_fits_100_columns_and_shows_direction_and_effect(
    ratings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = ratings.read_text().replace('"up"', '"Mistral-7B-Instruct-v0.2-interview-and-synthetic"')
    ratings.write_text(long)
    assert main(["report", "--ratings", str(ratings), "--base", "plain"]) == 0
    table = capsys.readouterr().out
    assert max(len(line) for line in table.splitlines()) <= 100
    for line in table.splitlines():
        if line.startswith("Boundaries"):
            assert line.endswith(("better", "worse"))
            assert ("+" in line) == line.endswith("better")
    assert all(metric.name in table for metric in RUBRIC.metrics)
    assert "STUB" not in table


def test_missing_failed_and_not_applicable_ratings_are_counted_and_in_no_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(i, "plain", 5) for i in range(1, 5)] + [row(1, "tuned", 9), row(2, "tuned", None)]
    rows.append(row(3, "tuned", None, status="failed", ratings={}, reason="the reply holds no text"))
    path = write(tmp_path / "ratings.jsonl", rows)
    tuned = as_json(path, capsys)[0]["models"][1]
    assert (tuned["rated"], tuned["failed"], tuned["missing"]) == (2, 1, [4])
    assert tuned["not_applicable"] == len(RUBRIC.keys)
    assert set(tuned["means"].values()) == {9.0}
    assert main(["report", "--ratings", str(path), "--base", "plain"]) == 0
    table = capsys.readouterr().out
    assert "tuned: 1 answer without a usable rating" in table
    assert "tuned: 1 question never judged: 4." in table
    assert "tuned: 8 single ratings not applicable" in table


def test_the_average_is_the_mean_of_the_seven_metrics_without_overall(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ratings = {key: 10 if key == OVERALL else score for score, key in enumerate(RUBRIC.keys, 1)}
    path = write(tmp_path / "ratings.jsonl", [row(1, "plain", None, ratings=ratings)])
    assert as_json(path, capsys)[0]["models"][0]["mean_of_metrics"] == 4  # (1 + ... + 7) / 7


def test_ratings_of_the_stub_are_called_that_whatever_the_judge_was_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "ratings.jsonl", [row(1, "plain", 5, served_by="stub-judge")])
    assert main(["report", "--ratings", str(path), "--base", "plain"]) == 0
    assert "STUB" in capsys.readouterr().out
    assert as_json(path, capsys)[0]["stub"] is True


def test_judges_are_never_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(1, "plain", 2), row(1, "plain", 8, judge_model="judge-2")]
    reports = as_json(write(tmp_path / "ratings.jsonl", rows), capsys)
    assert [(r["judge_model"], r["models"][0]["means"]["overall"]) for r in reports] == [("judge-1", 2), ("judge-2", 8)]


def test_the_last_row_of_an_answer_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "ratings.jsonl", [row(1, "plain", 2), row(1, "plain", 9)])
    assert as_json(path, capsys)[0]["models"][0]["means"]["overall"] == 9


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([row(1, "tuned", 5)], "--base plain"),
        ([row(1, "plain", 5), row(2, "plain", 5, rubric="other")], "rubrics"),
        ([row(1, "plain", 5, ratings={"overall": 5})], "lacks a metric"),
        ([row(1, "plain", 5, ratings={**dict.fromkeys(RUBRIC.keys, 5), "overall": 11})], "ratings"),
        ([row(1, "plain", 5, status="guessed")], "status"),
    ],
)
def test_ratings_that_cannot_be_reported_end_in_one_sentence(
    rows: list[dict[str, Any]], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "ratings.jsonl", rows)
    assert main(["report", "--ratings", str(path), "--base", "plain"]) == 2
    err = capsys.readouterr().err
    assert named in err
    assert len(err.splitlines()) == 1
