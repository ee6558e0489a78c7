"""A finding: a span of text that may identify someone, and why it was reported."""

from dataclasses import dataclass

from policies.names import Entity


@dataclass(frozen=True, slots=True)
class Finding:
    """One span of one page or exchange.

    `start` and `end` are Python string indices (`end` exclusive), `score` lies in 0..1.  `recognizer` is the
    name of the rule or model that reported it; `explanation` says why, and never quotes the text.  `keep` marks
    what the policy lets stand although it is reported: the name of a state or country by itself.
    """

    start: int
    end: int
    entity: Entity
    score: float
    recognizer: str
    explanation: str
    keep: bool = False

    def text_in(self, text: str) -> str:
        """The words this finding covers, taken from the text it was found in."""
        return text[self.start : self.end]

    @property
    def identifies(self) -> bool:
        """Whether these words by themselves point at somebody, so that they are hunted elsewhere."""
        return not self.keep and self.entity is not Entity.INDIRECT
