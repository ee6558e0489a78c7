"""Means per metric and, against the base model, the two-sample t-test with its direction and effect.

The test is the paper's: Student's two-sample t-test at 95 %, per metric, here on the ratings of single answers.  A
significant result is only ever shown as better or worse, with Cohen's d (pooled standard deviation) beside it.
"""

import math
import statistics
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel
from scipy import stats

from eval.errors import EvalError
from eval.files import QuestionId, Rating
from eval.stub import STUB_MODEL
from policies.rubric import OVERALL, Rubric

ALPHA = 0.05

Verdict = Literal["better", "worse", "no difference", "not testable"]


class Comparison(BaseModel):
    """One model against the base on one metric; None where the numbers do not allow a test."""

    metric: str
    n: int
    n_base: int
    mean: float | None
    mean_base: float | None
    difference: float | None
    low: float | None
    """Lower end of the 95 % interval of the difference."""
    high: float | None
    t: float | None
    p: float | None
    effect: float | None
    """Cohen's d."""
    verdict: Verdict


class ModelReport(BaseModel):
    """What one judge gave one model."""

    model_id: str
    rated: int
    failed: int
    missing: list[QuestionId]
    """Questions that another model of this judge has a row for and this one has not."""
    not_applicable: int
    """Single ratings that the judge declared not applicable; they are in no mean."""
    means: dict[str, float | None]
    mean_of_metrics: float | None
    """Mean of the metrics' means, without overall: the paper's average score."""
    against_base: list[Comparison]


class JudgeReport(BaseModel):
    """All models of one judge."""

    judge_model: str
    stub: bool
    base: str
    models: list[ModelReport]


def compare(metric: str, model: list[int], base: list[int]) -> Comparison:
    """Student's two-sample t-test of two lists of ratings, with the 95 % interval of the difference and Cohen's d."""
    mean = statistics.fmean(model) if model else None
    mean_base = statistics.fmean(base) if base else None
    difference = None if mean is None or mean_base is None else mean - mean_base
    low = high = t = p = effect = None
    verdict: Verdict = "not testable"
    if mean is not None and mean_base is not None and difference is not None and min(len(model), len(base)) >= 2:
        freedom = len(model) + len(base) - 2
        squares = statistics.variance(model) * (len(model) - 1) + statistics.variance(base) * (len(base) - 1)
        pooled = math.sqrt(squares / freedom)
        if pooled > 0:
            # From the moments: scipy's own reading of equal ratings warns of lost precision where there is none.
            spread = (statistics.stdev(model), statistics.stdev(base))
            test = stats.ttest_ind_from_stats(mean, spread[0], len(model), mean_base, spread[1], len(base))
            t, p = float(test.statistic), float(test.pvalue)
            half = float(stats.t.ppf(1 - ALPHA / 2, freedom)) * pooled * math.sqrt(1 / len(model) + 1 / len(base))
            low, high = difference - half, difference + half
            effect = difference / pooled
            verdict = "no difference" if p >= ALPHA else "better" if difference > 0 else "worse"
    return Comparison(
        metric=metric,
        n=len(model),
        n_base=len(base),
        mean=mean,
        mean_base=mean_base,
        difference=difference,
        low=low,
        high=high,
        t=t,
        p=p,
        effect=effect,
        verdict=verdict,
    )


def report(rows: Iterable[Rating], rubric: Rubric, base: str) -> list[JudgeReport]:
    """One report per judge, models in alphabetical order, the base first; raises EvalError when a judge has no base."""
    judges: dict[str, list[Rating]] = {}
    for row in rows:
        judges.setdefault(row.judge_model, []).append(row)
    return [_judge_report(name, judges[name], rubric, base) for name in sorted(judges)]


def _judge_report(judge: str, rows: list[Rating], rubric: Rubric, base: str) -> JudgeReport:
    if len({row.rubric for row in rows}) > 1:
        raise EvalError(f"The ratings of {judge} come from different rubrics; report each rubric by itself.")
    for row in rows:
        if row.status == "rated" and set(row.ratings) != set(rubric.keys):
            raise EvalError(f"A rating of {judge} for question {row.question_id} lacks a metric; judge it again.")
    models = sorted({row.model_id for row in rows}, key=lambda name: (name != base, name))
    if models[0] != base:
        raise EvalError(f"--base {base} has no ratings by {judge}; the ratings are of: {', '.join(models)}.")
    everything = {row.question_id for row in rows}

    def scores(model: str, key: str) -> list[int]:
        found = (row.ratings[key] for row in rows if row.model_id == model and row.status == "rated")
        return [score for score in found if score is not None]

    def one(model: str) -> ModelReport:
        mine = [row for row in rows if row.model_id == model]
        means = {key: statistics.fmean(found) if (found := scores(model, key)) else None for key in rubric.keys}
        metrics = [mean for key, mean in means.items() if key != OVERALL]
        known = [mean for mean in metrics if mean is not None]
        return ModelReport(
            model_id=model,
            rated=sum(row.status == "rated" for row in mine),
            failed=sum(row.status == "failed" for row in mine),
            missing=sorted(everything - {row.question_id for row in mine}, key=str),
            not_applicable=sum(value is None for row in mine for value in row.ratings.values()),
            means=means,
            mean_of_metrics=statistics.fmean(known) if len(known) == len(metrics) else None,
            against_base=[]
            if model == base
            else [compare(key, scores(model, key), scores(base, key)) for key in rubric.keys],
        )

    stub = any(STUB_MODEL in (row.judge_model, row.served_by) for row in rows)
    return JudgeReport(judge_model=judge, stub=stub, base=base, models=[one(model) for model in models])
