"""What every rule of ours shares: from a page to Presidio's results."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from policies.names import Entity
from redaction.engines import AnalysisExplanation, LocalRecognizer, RecognizerResult
from redaction.words import Page

KEEP = "keep"
"""Key in a result's metadata: the policy may let this finding stand."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule reports; `entity` only where the rule knows more than one."""

    start: int
    end: int
    score: float
    explanation: str
    entity: Entity | None = None
    keep: bool = False


class RuleRecognizer(LocalRecognizer):  # type: ignore[misc]
    """A Presidio recognizer that looks at words.  A subclass names its entities and writes `find`."""

    entities: ClassVar[tuple[Entity, ...]]
    """The first is what a hit without an entity of its own is reported as."""

    def __init__(self) -> None:
        super().__init__(supported_entities=[str(e) for e in self.entities], name=type(self).__name__)

    def load(self) -> None:
        """Nothing to load: the lists are read on first use."""

    @abstractmethod
    def find(self, page: Page) -> Iterator[Hit]:
        """Every place where this rule applies; hits may overlap."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Presidio's entry point; the page comes with the artifacts, so that it is cut into words only once."""
        page = getattr(nlp_artifacts, "page", None) or Page(text)
        return [self._result(hit) for hit in self.find(page) if hit.start < hit.end]

    def _result(self, hit: Hit) -> RecognizerResult:
        reason = AnalysisExplanation(
            recognizer=self.name, original_score=hit.score, textual_explanation=hit.explanation
        )
        return RecognizerResult(
            entity_type=str(hit.entity or self.entities[0]),
            start=hit.start,
            end=hit.end,
            score=hit.score,
            analysis_explanation=reason,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                KEEP: hit.keep,
            },
        )
