"""The one door to Presidio's analyzer and spaCy, which would load torch and transformers wherever they are installed.

Both try optional engines when they are imported.  We use none of them; torch alone takes seconds and hundreds of
megabytes, and has no business in the process that holds a study's key.
"""

from redaction.absent import absent

OPTIONAL_ENGINES = ("torch", "transformers", "stanza", "spacy_stanza", "spacy_huggingface_pipelines", "gliner")

with absent(*OPTIONAL_ENGINES):
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
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = [
    "AnalysisExplanation",
    "AnalyzerEngine",
    "CreditCardRecognizer",
    "Doc",
    "EntityRecognizer",
    "IbanRecognizer",
    "Language",
    "LocalRecognizer",
    "NlpArtifacts",
    "NlpEngine",
    "Pattern",
    "PatternRecognizer",
    "PhoneRecognizer",
    "RecognizerRegistry",
    "RecognizerResult",
    "UsMbiRecognizer",
    "UsSsnRecognizer",
    "spacy",
]
