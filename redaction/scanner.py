"""Text in, findings out."""

import logging
from collections.abc import Sequence

from policies.names import Entity
from policies.schema import Redaction
from redaction.engines import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from redaction.errors import RedactionError
from redaction.finding import Finding
from redaction.language import BlankEngine, PageArtifacts
from redaction.ner.tagger import shipped_tagger
from redaction.overlaps import resolve
from redaction.propagation import spread
from redaction.recognizers import all_recognizers
from redaction.recognizers.base import KEEP
from redaction.roster import Known, hunt
from redaction.words import PLACEHOLDER

LANGUAGE = "en"


class Scanner:
    """Finds identifiers under one policy.  Build it once; it holds no text between calls and does no I/O.

    `threads` are the processor threads of the NER model (default: all that the process may use).
    """

    def __init__(self, settings: Redaction, threads: int | None = None) -> None:
        _silence_presidio()
        self._settings = settings
        self._tagger = shipped_tagger(threads)
        self._engine = BlankEngine()
        registry = RecognizerRegistry(
            recognizers=all_recognizers(settings.keep_states, settings.implied_ages), supported_languages=[LANGUAGE]
        )
        self._analyzer = AnalyzerEngine(
            registry=registry,
            nlp_engine=self._engine,
            supported_languages=[LANGUAGE],
            default_score_threshold=settings.threshold,
        )
        self._entities = [str(entity) for entity in Entity]

    def warm(self) -> None:
        """Nothing to do: it was loaded when it was made."""

    def close(self) -> None:
        """Nothing to do: it holds no process."""

    def scan(self, text: str) -> list[Finding]:
        """Findings on one page or exchange, sorted by start, never overlapping.

        A text by itself is a session of one page: a name found with confidence is found everywhere in it.
        """
        return self.scan_session([text])[0]

    def scan_session(self, texts: Sequence[str], known: Sequence[Known] = ()) -> list[list[Finding]]:
        """Findings on each page of one session; a name found with confidence on one page is found on all.

        `known` is what a roster knows around the session's subject (`Roster.known`).
        """
        read = [self._engine.process_text(text, LANGUAGE) for text in texts]
        pages = [artifacts.page for artifacts in read]
        for artifacts, tags in zip(read, self._tagger.tag(texts), strict=True):
            artifacts.tags = tags
        alone = [
            resolve(text, self._analyze(text, artifacts), _placeholders(text))
            for text, artifacts in zip(texts, read, strict=True)
        ]
        if known:
            alone = [[*found, *hunt(text, known)] for text, found in zip(texts, alone, strict=True)]
        found = spread(texts, pages, alone)
        return [resolve(text, each, _placeholders(text)) for text, each in zip(texts, found, strict=True)]

    def _analyze(self, text: str, artifacts: PageArtifacts) -> list[Finding]:
        if not text.strip():
            return []
        try:
            results = self._analyzer.analyze(
                text,
                LANGUAGE,
                entities=self._entities,
                score_threshold=self._settings.threshold,
                return_decision_process=True,
                nlp_artifacts=artifacts,
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
