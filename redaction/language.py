"""spaCy without a model: tokens, lemmas by rule, and the page's words, handed to Presidio's recognizers.

A blank pipeline has no lemmas, and without lemmas Presidio's context boost silently does nothing; so a small
component of ours sets them.  Nothing here is ever downloaded.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from redaction.engines import Doc, Language, NlpArtifacts, NlpEngine, spacy
from redaction.ner.tagger import Tagged
from redaction.words import Page

IRREGULAR = {"addresses": "address", "ids": "id", "people": "person", "is": "be", "was": "be", "are": "be",
             "were": "be", "am": "be", "said": "say", "called": "call", "lives": "live", "lived": "live",
             "policies": "policy", "went": "go", "bus": "bus", "this": "this", "his": "his"}  # fmt: skip
ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("s", ""))


def lemma(word: str) -> str:
    """The dictionary form of an English word, near enough for comparing cue words."""
    low = word.lower()
    if low in IRREGULAR:
        return IRREGULAR[low]
    for ending, stem in ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) >= 3 and not low.endswith(("ss", "us", "is")):
            return low[: -len(ending)] + stem
    return low


@Language.component("rule_lemmas")  # type: ignore[untyped-decorator]
def rule_lemmas(doc: Doc) -> Doc:
    """Set every token's lemma by rule."""
    for token in doc:
        token.lemma_ = lemma(token.text)
    return doc


class PageArtifacts(NlpArtifacts):  # type: ignore[misc]
    """Presidio's artifacts with the page's words beside them, and what the NER model reads in it (None: not asked)."""

    page: Page
    tags: list[Tagged] | None = None


class BlankEngine(NlpEngine):  # type: ignore[misc]
    """Presidio's language engine on a blank English pipeline."""

    def __init__(self) -> None:
        self.nlp: Language | None = None

    def load(self) -> None:
        """Build the pipeline from spaCy's own code; no file is read, no package sought."""
        self.nlp = spacy.blank("en")
        self.nlp.add_pipe("rule_lemmas")

    def is_loaded(self) -> bool:
        """Whether `load` has run."""
        return self.nlp is not None

    def process_text(self, text: str, language: str) -> PageArtifacts:
        """Tokens, lemmas and words of one text."""
        if self.nlp is None:
            self.load()
        assert self.nlp is not None
        with self.nlp.memory_zone():
            doc = self.nlp(text)
            lemmas = [token.lemma_ for token in doc]
            offsets = [token.idx for token in doc]
            tokens = [token.text for token in doc]
        artifacts = PageArtifacts(
            entities=[], tokens=tokens, tokens_indices=offsets, lemmas=lemmas, nlp_engine=self, language=language
        )
        artifacts.page = Page(text)
        return artifacts

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[str, PageArtifacts]]:
        """The same for many texts, one after the other."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Whether spaCy counts the word among the stop words."""
        return word.lower() in spacy.lang.en.stop_words.STOP_WORDS

    def is_punct(self, word: str, language: str) -> bool:
        """Whether there is no letter or digit in it."""
        return not any(c.isalnum() for c in word)

    def get_supported_entities(self) -> list[str]:
        """None: the pipeline has no entity model."""
        return []

    def get_supported_languages(self) -> list[str]:
        """English."""
        return ["en"]
