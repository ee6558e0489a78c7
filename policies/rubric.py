"""The shape of a judge's rubric: the metrics, the ten anchors, and the prompt that carries them."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, model_validator

from policies.loader import Prompt, digest_of, parse, read_shipped
from policies.schema import Section

OVERALL = "overall"
NOT_APPLICABLE = "not applicable"
SCALE = range(1, 11)


class Metric(Section):
    """One thing that is judged: its key in a rating, its printed name, and what it means."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]
    name: str
    meaning: str


class Rubric(Section):
    """Metrics and anchors of a judge."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    version: Annotated[int, Field(ge=1)]
    metrics: Annotated[tuple[Metric, ...], Field(min_length=1)]
    anchors: dict[int, str]
    """What each score from 1 to 10 stands for."""

    @model_validator(mode="after")
    def _complete(self) -> "Rubric":
        if sorted(self.anchors) != list(SCALE):
            raise ValueError("every score from 1 to 10 needs exactly one anchor")
        keys = [metric.key for metric in self.metrics]
        if len(set(keys)) != len(keys) or OVERALL in keys:
            raise ValueError(f"metric keys must differ from each other and from {OVERALL!r}")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of a complete rating: every metric, then overall."""
        return (*(metric.key for metric in self.metrics), OVERALL)

    def title(self, key: str) -> str:
        """The printed name of a metric, or of the overall rating."""
        return next((metric.name for metric in self.metrics if metric.key == key), "Overall")

    def judgement_schema(self) -> dict[str, Any]:
        """JSON schema of a judgement: the explanation first, then one rating per key."""
        rating = {"type": ["integer", "string"], "enum": [*SCALE, NOT_APPLICABLE]}
        ratings = {
            "type": "object",
            "properties": dict.fromkeys(self.keys, rating),
            "required": list(self.keys),
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "properties": {"explanation": {"type": "string"}, "ratings": ratings},
            "required": ["explanation", "ratings"],
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class LoadedRubric:
    """A rubric, the prompt that presents it to a judge, and the digest (SHA-256, hex) of both files together."""

    rubric: Rubric
    prompt: Prompt
    digest: str

    def render(self, question: str, answer: str) -> str:
        """The full prompt for one answer to one question."""
        return self.prompt.render(
            metrics="\n".join(f"- {m.key} ({m.name}): {m.meaning}" for m in self.rubric.metrics),
            anchors="\n".join(f"{score}: {self.rubric.anchors[score]}" for score in SCALE),
            keys=", ".join(self.rubric.keys),
            question=question,
            answer=answer,
        )


def load_rubric(name: str = "seven-metrics") -> LoadedRubric:
    """Load a rubric that ships with the project, with the prompt file of the same name."""
    body = read_shipped("judge", name, ".yaml")
    template = read_shipped("judge", name, ".txt")
    digest = hashlib.sha256(f"{digest_of(body)}\n{digest_of(template)}\n".encode()).hexdigest()
    return LoadedRubric(parse(Rubric, body, f"Rubric {name}"), Prompt(name, template, digest_of(template)), digest)
