"""Text in, findings out."""

import logging
from collections.abc import Sequence

from policies.names import Entity
from policies.schema import Redaction
from redaction.engines import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from redaction.errors import RedactionError
from redaction.finding import Finding
from redaction.language import BlankEngine
from redaction.overlaps import resolve
from redaction.propagation import spread
from redaction.recognizers import all_recognizers
from redaction.recognizers.base import KEEP
from redaction.words import PLACEHOLDER, Page

LANGUAGE = "en"


class Scanner:
    """Finds identifiers under one policy.  Build it once; it holds no text between calls and does no I/O."""

    def __init__(self, settings: Redaction) -> None:
        _silence_presidio()
        self._settings = settings
        engine = BlankEngine()
        registry = RecognizerRegistry(recognizers=all_recognizers(settings.keep_states), supported_languages=[LANGUAGE])
        self._analyzer = AnalyzerEngine(
            registry=registry,
            nlp_engine=engine,
            supported_languages=[LANGUAGE],
            default_score_threshold=settings.threshold,
        )
        self._entities = [str(entity) for entity in Entity]

    def scan(self, text: str) -> list[Finding]:
        """Findings on one page or exchange, sorted by start, never overlapping.

        A text by itself is a session of one page: a name found with confidence is found everywhere in it.
        """
        return self.scan_session([text])[0]

    def scan_session(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Findings on each page of one session; a name found with confidence on one page is found on all."""
        pages = [Page(text) for text in texts]
        alone = [resolve(text, self._analyze(text), _placeholders(text)) for text in texts]
        found = spread(texts, pages, alone)
        return [resolve(text, each, _placeholders(text)) for text, each in zip(texts, found, strict=True)]

    def _analyze(self, text: str) -> list[Finding]:
        if not text.strip():
            return []
        try:
            results = self._analyzer.analyze(
                text,
                LANGUAGE,
                entities=self._entities,
                score_threshold=self._settings.threshold,
                return_decision_process=True,
            )
        except Exception as problem:  # Presidio's own messages can quote the text
            raise RedactionError(f"Detection failed on a page ({type(problem).__name__}); report this fault.") from None
        return [_finding(result) for result in results]


def _finding(result: RecognizerResult) -> Finding:
    metadata = result.recognition_metadata or {}
    recognizer = str(metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, "unknown"))
    reason = result.analysis_explanation.textual_explanation if result.analysis_explanation else None
    return Finding(
        start=result.start,
        end=result.end,
        entity=Entity(result.entity_type),
        score=round(float(result.score), 3),
        recognizer=recognizer,
        explanation=reason or f"reported by {recognizer}",
        keep=bool(metadata.get(KEEP, False)),
    )


def _placeholders(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in PLACEHOLDER.finditer(text)]


def _silence_presidio() -> None:
    """Presidio's debug messages name what they found; nothing of it may reach a log."""
    for name in ("presidio-analyzer", "presidio-anonymizer", "decision_process"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
