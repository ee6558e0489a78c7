"""The one door to Presidio and spaCy, which would otherwise load torch and transformers wherever they are installed.

Both try optional engines when they are imported.  We use none of them; torch alone takes seconds and hundreds of
megabytes, and has no business in the process that holds a study's key.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

OPTIONAL_ENGINES = ("torch", "transformers", "stanza", "spacy_stanza", "spacy_huggingface_pipelines", "gliner")


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """For the moment, importing these raises ImportError, as if they were not installed; loaded ones are left alone."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _absent(*OPTIONAL_ENGINES):
    import spacy
    from presidio_analyzer import (
        AnalysisExplanation,
        AnalyzerEngine,
        EntityRecognizer,
        LocalRecognizer,
        Pattern,
        PatternRecognizer,
        RecognizerRegistry,
        RecognizerResult,
    )
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        IbanRecognizer,
        PhoneRecognizer,
        UsMbiRecognizer,
        UsSsnRecognizer,
    )
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import OperatorConfig
    from presidio_anonymizer.entities import RecognizerResult as AnonymizerResult
    from presidio_anonymizer.operators import Operator, OperatorType
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = [
    "AnalysisExplanation",
    "AnalyzerEngine",
    "AnonymizerEngine",
    "AnonymizerResult",
    "CreditCardRecognizer",
    "Doc",
    "EntityRecognizer",
    "IbanRecognizer",
    "Language",
    "LocalRecognizer",
    "NlpArtifacts",
    "NlpEngine",
    "Operator",
    "OperatorConfig",
    "OperatorType",
    "Pattern",
    "PatternRecognizer",
    "PhoneRecognizer",
    "RecognizerRegistry",
    "RecognizerResult",
    "UsMbiRecognizer",
    "UsSsnRecognizer",
    "spacy",
]
