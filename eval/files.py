"""Questions, answers and ratings as JSON lines.

Questions and answers have FastChat's shape: a question is `{"question_id", "turns": [text]}`, an answer is
`{"question_id", "model_id", "choices": [{"turns": [text]}]}`, and the last row of an id counts.  Errors name the file
and the line, never what stands in it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvalError

QuestionId = int | str


class Row(BaseModel):
    """A line of a published file; members we do not use are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


R = TypeVar("R", bound=Row)


class Choice(Row):
    """One reply of a model, turn by turn."""

    turns: tuple[str, ...] = Field(min_length=1, strict=False)


class Question(Row):
    """An evaluation question; only its first turn is asked."""

    question_id: QuestionId
    turns: tuple[str, ...] = Field(min_length=1, strict=False)

    @property
    def text(self) -> str:
        """What is asked."""
        return self.turns[0]


class Answer(Row):
    """A model's answer to one question."""

    question_id: QuestionId
    model_id: str
    choices: tuple[Choice, ...] = Field(min_length=1, strict=False)

    @property
    def text(self) -> str:
        """What was answered."""
        return self.choices[0].turns[0]


class Rating(Row):
    """What one judge said about one answer: a number from 1 to 10, or None for "not applicable", by metric.

    `status` is "failed" when the judge's reply could not be used; then there are no ratings and `reason` says why.
    `served_by` is the model name that the endpoint gave for itself.
    """

    question_id: QuestionId
    model_id: str
    judge_model: str
    served_by: str
    rubric: str
    request: str
    """SHA-256 (hex) of what the judge was sent; a changed answer or rubric is rated anew."""
    status: str = Field(pattern=r"^(rated|failed)$")
    ratings: dict[str, Annotated[int, Field(ge=1, le=10)] | None] = {}
    explanation: str = ""
    reason: str = ""


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise EvalError(f"{path} cannot be read; check the path.") from None
    except UnicodeDecodeError:
        raise EvalError(f"{path} is not UTF-8 text; give a file of JSON lines.") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                raise EvalError(f"{path}, line {number}, is not JSON; repair or remove that line.") from None


def _rows(path: Path, kind: type[R]) -> list[R]:
    rows = []
    for number, data in _lines(path):
        try:
            rows.append(kind.model_validate(data))
        except ValidationError as problem:
            member = ".".join(str(part) for part in problem.errors(include_input=False)[0]["loc"]) or "the line itself"
            raise EvalError(
                f"{path}, line {number}, is no {kind.__name__.lower()}: {member} is missing or of the wrong type."
            ) from None
    if not rows:
        raise EvalError(f"{path} holds no rows; give a file with one {kind.__name__.lower()} a line.")
    return rows


def read_questions(path: Path) -> dict[QuestionId, Question]:
    """Questions by id; the last row of an id counts."""
    return {question.question_id: question for question in _rows(path, Question)}


def read_answers(paths: list[Path]) -> dict[tuple[QuestionId, str], Answer]:
    """Answers of all files by (question, model); the last row of a pair counts."""
    return {(a.question_id, a.model_id): a for path in paths for a in _rows(path, Answer)}


def read_ratings(paths: list[Path]) -> dict[tuple[QuestionId, str, str], Rating]:
    """Ratings of all files by (question, model, judge); the last row of a triple counts."""
    return {(r.question_id, r.model_id, r.judge_model): r for path in paths for r in _rows(path, Rating)}


@dataclass
class Appender:
    """A file of JSON lines that grows by whole rows, each on disk before `add` returns; one writer at a time.

    A last line without its line end was cut off by a crash and is removed when the file is opened.
    """

    path: Path

    def __enter__(self) -> Self:
        try:
            self._file = self.path.open("a+b")
        except OSError:
            raise EvalError(f"{self.path} cannot be written; check --out.") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise EvalError(f"{self.path} is in use by another run; wait for it or change --out.") from None
        self._file.seek(0)
        whole = self._file.read()
        if not whole.endswith(b"\n"):
            self._file.truncate(whole.rfind(b"\n") + 1)
        return self

    def add(self, row: dict[str, Any]) -> None:
        """Write one row and wait until it is on disk."""
        self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def has_rows(self) -> bool:
        """Whether anything was written before."""
        return self.path.stat().st_size > 0

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._file.close()
