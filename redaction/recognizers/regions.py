"""States and countries by themselves: reported, and kept where the policy says so."""

from collections.abc import Iterator

from policies.names import Entity
from redaction import gazetteers
from redaction.folding import word_set
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import Page

ALSO_NAMES = word_set("georgia virginia carolina jordan chad india kenya israel dakota ireland montana")
ALSO_WORDS = word_set("turkey china jordan chad guinea mali niger maine")
PLACE_CUES = word_set("in from to of near through across leave left outside")
MAX_WORDS = 4


class RegionRecognizer(RuleRecognizer):
    """US states and territories, and countries.  `keep` says whether the policy lets them stand."""

    entities = (Entity.LOCATION,)

    def __init__(self, keep: bool) -> None:
        self._keep = keep
        super().__init__()

    def find(self, page: Page) -> Iterator[Hit]:
        """The longest name of a region at each place."""
        words, names = page.words, gazetteers.regions()
        at = 0
        while at < len(words):
            size = 0
            for length in range(min(MAX_WORDS, len(words) - at), 0, -1):
                span = words[at : at + length]
                if all(w.tight for w in span[1:]) and " ".join(w.fold for w in span) in names:
                    size = length
                    break
            if size and self._fits(page, at, size):
                yield Hit(
                    words[at].start,
                    words[at + size - 1].end,
                    0.6,
                    "the name of a state or country",
                    keep=self._keep,
                )
            at += max(size, 1)

    @staticmethod
    def _fits(page: Page, at: int, size: int) -> bool:
        word = page.words[at]
        cue = page.fold_at(at - 1) in PLACE_CUES
        if size > 1:
            return word.capital or word.caseless
        if word.fold in ALSO_NAMES or word.fold in ALSO_WORDS:
            return cue and (word.capital or word.caseless)
        return word.capital or word.caseless
