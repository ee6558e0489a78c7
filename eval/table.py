"""The report as text, readable in 100 columns."""

import textwrap
from collections.abc import Iterable, Iterator

from eval.report import Comparison, JudgeReport, ModelReport
from policies.rubric import Rubric

NAME = 34
WIDTH = 100
STUB_NOTE = "These ratings are by a STUB that rates by a hash: they say nothing about any model."
TEST_NOTE = (
    "Student's two-sample t-test per metric at 95 %, unpaired, not corrected for the number of tests; d is Cohen's d; "
    "better and worse are against the base."
)


def lines(report: JudgeReport, rubric: Rubric) -> Iterator[str]:
    """The report of one judge, line by line."""
    yield f"Judge: {report.judge_model}"
    if report.stub:
        yield STUB_NOTE
    yield ""
    yield from _means(report, rubric)
    for model in report.models:
        if model.against_base:
            yield ""
            yield f"{model.model_id} against {report.base}"
            yield from _comparisons(model.against_base, rubric)
    yield ""
    for sentence in (*_gaps(report.models), TEST_NOTE):
        yield from _wrap(sentence)


def _means(report: JudgeReport, rubric: Rubric) -> Iterator[str]:
    legend = ", ".join(f"{i} {rubric.title(key)}" for i, key in enumerate(rubric.keys, 1))
    yield from _wrap(f"Means, 1 to 10 ({legend}; average: mean of the metrics without overall)")
    head = "".join(f"{i:>6}" for i in range(1, len(rubric.keys) + 1))
    yield f"{'model':<{NAME}}{'rated':>6}{head}{'average':>9}"
    for model in report.models:
        cells = "".join(f"{_number(model.means[key], '.2f'):>6}" for key in rubric.keys)
        yield f"{_short(model.model_id):<{NAME}}{model.rated:>6}{cells}{_number(model.mean_of_metrics, '.2f'):>9}"


def _comparisons(rows: Iterable[Comparison], rubric: Rubric) -> Iterator[str]:
    yield f"{'metric':<30}{'n/base':>8}{'base':>6}{'model':>6}{'diff':>7}{'95 % of diff':>15}{'p':>7}{'d':>6} direction"
    for row in rows:
        interval = "-" if row.low is None or row.high is None else f"{row.low:+.2f}..{row.high:+.2f}"
        p = "-" if row.p is None else "<0.001" if row.p < 0.001 else f"{row.p:.3f}"
        yield (
            f"{rubric.title(row.metric):<30}{f'{row.n}/{row.n_base}':>8}{_number(row.mean_base, '.2f'):>6}"
            f"{_number(row.mean, '.2f'):>6}{_number(row.difference, '+.2f'):>7}{interval:>15}{p:>7}"
            f"{_number(row.effect, '+.2f'):>6} {row.verdict}"
        )


def _gaps(models: Iterable[ModelReport]) -> Iterator[str]:
    for model in models:
        if model.failed:
            yield f"{model.model_id}: {_many(model.failed, 'answer')} without a usable rating, in no mean."
        if model.missing:
            some = ", ".join(str(question) for question in model.missing[:10])
            more = " ..." if len(model.missing) > 10 else ""
            yield f"{model.model_id}: {_many(len(model.missing), 'question')} never judged: {some}{more}."
        if model.not_applicable:
            yield f"{model.model_id}: {_many(model.not_applicable, 'single rating')} not applicable, in no mean."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _short(name: str) -> str:
    return name if len(name) < NAME else name[: NAME - 4] + "..."
