"""One call rates one answer on every metric and overall; whatever is not exactly a judgement fails closed."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.endpoint import Endpoint, Unusable
from eval.errors import EvalError
from eval.files import Appender, Rating, read_answers, read_questions, read_ratings
from policies.rubric import NOT_APPLICABLE, SCALE, LoadedRubric, Rubric


@dataclass(frozen=True, slots=True)
class Judgement:
    """Reasons, and a rating from 1 to 10 (None: not applicable) for every key of the rubric."""

    explanation: str
    ratings: dict[str, int | None]


@dataclass(slots=True)
class Counts:
    """What a run of the judge came to, in answers."""

    rated: int = 0
    failed: int = 0
    skipped: int = 0
    unknown: int = 0
    """Answers to questions that the questions file does not hold."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unusable("the reply names a member twice")
    return members


def _constant(_: str) -> Any:
    raise Unusable("the reply holds a number that is none")


def parse(reply: str, rubric: Rubric) -> Judgement:
    """Read a judge's reply; raises `Unusable` unless it is one JSON object with reasons first and every rating.

    A rating is a whole number from 1 to 10 or the words "not applicable"; nothing is coerced, guessed or filled in.
    """
    try:
        data = json.loads(reply, object_pairs_hook=_once, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise Unusable("the reply is not one JSON object") from None
    if not isinstance(data, dict) or list(data) != ["explanation", "ratings"]:
        raise Unusable("the reply is not an explanation followed by ratings")
    explanation, ratings = data["explanation"], data["ratings"]
    if not isinstance(explanation, str) or not explanation.strip():
        raise Unusable("the reply gives no reasons")
    if not isinstance(ratings, dict) or not set(ratings) <= set(rubric.keys):
        raise Unusable("the reply rates something that is not in the rubric")
    for key in rubric.keys:
        if key not in ratings:
            raise Unusable(f"the rating {key} is missing")
        value = ratings[key]
        if value != NOT_APPLICABLE and (type(value) is not int or value not in SCALE):
            raise Unusable(f"the rating {key} is not a whole number from 1 to 10")
    return Judgement(explanation, {k: None if ratings[k] == NOT_APPLICABLE else ratings[k] for k in rubric.keys})


def judge(
    answer_files: list[Path],
    question_file: Path,
    endpoint: Endpoint,
    loaded: LoadedRubric,
    out: Path,
    progress: Callable[[int, int], None],
) -> Counts:
    """Rate every answer that `out` does not hold a rating of yet, one line and one fsync each.

    `progress(done, total)` is called after each answer.  A failed answer is recorded as failed and tried again by the
    next run.  Raises EvalError when a file cannot be used or the endpoint cannot be reached; what was rated stays.
    """
    questions, answers = read_questions(question_file), read_answers(answer_files)
    counts = Counts(unknown=sum(question not in questions for question, _ in answers))
    work = [(key, answer) for key, answer in answers.items() if key[0] in questions]
    if not work:
        raise EvalError(f"No answer belongs to a question of {question_file}; give answers to these questions.")
    schema = loaded.rubric.judgement_schema()
    with Appender(out) as ratings:
        before = read_ratings([out]) if ratings.has_rows() else {}
        for done, ((question, model), answer) in enumerate(work, 1):
            prompt = loaded.render(questions[question].text, answer.text)
            request = hashlib.sha256(json.dumps([prompt, schema]).encode()).hexdigest()
            old = before.get((question, model, endpoint.model))
            if old and old.status == "rated" and old.request == request:
                counts.skipped += 1
            else:
                rating = _rate(endpoint, loaded, prompt, schema, {"question_id": question, "model_id": model})
                ratings.add(rating.model_copy(update={"request": request}).model_dump())
                counts.rated += rating.status == "rated"
                counts.failed += rating.status == "failed"
            progress(done, len(work))
    return counts


def _rate(endpoint: Endpoint, loaded: LoadedRubric, prompt: str, schema: dict[str, Any], who: dict[str, Any]) -> Rating:
    """One call and its strict reading, as a row of the ratings file."""
    base = {**who, "judge_model": endpoint.model, "served_by": "", "rubric": loaded.digest, "request": ""}
    try:
        reply, base["served_by"] = endpoint.ask(prompt, schema)
        judgement = parse(reply, loaded.rubric)
    except Unusable as problem:
        return Rating(**base, status="failed", reason=str(problem))
    return Rating(**base, status="rated", ratings=judgement.ratings, explanation=judgement.explanation)
