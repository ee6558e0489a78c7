"""The shipped NER model as one recognizer among the others."""

from collections.abc import Iterator, Sequence
from typing import Any

from policies.names import Entity
from redaction import gazetteers
from redaction.engines import RecognizerResult
from redaction.folding import fold
from redaction.ner.encoding import LABELS
from redaction.ner.tagger import CHANCE, Tagged, shipped_tagger
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import WORD, Page

PROPER = frozenset({Entity.NAME, Entity.LOCATION, Entity.FACILITY})
CERTAIN = 0.9
"""From this chance on, a given name that is also a season or a brand (April, Mercedes) is taken for the name."""
EXPLANATION = "the language model for spoken identifiers reads it as one"


class NerRecognizer(RuleRecognizer):
    """Names, places, organisations, dates and numbers as the model reads them; see redaction/ner/README.md.

    `keep_states` marks the names of states and countries by themselves as kept.
    """

    entities = LABELS

    def __init__(self, keep_states: bool) -> None:
        self._keep_states = keep_states
        super().__init__()

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Presidio's entry point; the scanner has the pages of a session tagged together and sends the tags along."""
        page = getattr(nlp_artifacts, "page", None) or Page(text)
        tags = getattr(nlp_artifacts, "tags", None)
        if tags is None:
            tags = shipped_tagger().tag([page.text])[0]
        return [self._result(hit) for hit in self._hits(page, tags)]

    def find(self, page: Page) -> Iterator[Hit]:
        """What the model reports on a page by itself."""
        return self._hits(page, shipped_tagger().tag([page.text])[0])

    def _hits(self, page: Page, tags: Sequence[Tagged]) -> Iterator[Hit]:
        for tag in tags:
            words = " ".join(fold(w) for w in WORD.findall(page.text[tag.start : tag.end]))
            if tag.entity in PROPER and words in gazetteers.not_identifiers() and not _certain_name(tag, words):
                continue
            keep = self._keep_states and tag.entity is Entity.LOCATION and words in gazetteers.regions()
            yield Hit(tag.start, tag.end, _score(tag.score), EXPLANATION, tag.entity, keep)


def _certain_name(tag: Tagged, words: str) -> bool:
    """Whether the model is sure enough of a name that many bear to overrule the list of words that identify nobody."""
    common = gazetteers.first_names().get(words, 0) == gazetteers.COMMON
    return tag.entity is Entity.NAME and tag.score >= CERTAIN and common


def _score(chance: float) -> float:
    """From the model's chance (CHANCE to 1) to Presidio's scale, where a policy's usual threshold is 0.4."""
    return 0.4 + 0.55 * max(0.0, chance - CHANCE) / (1 - CHANCE)
