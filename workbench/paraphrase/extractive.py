"""The paraphraser without a model: an extract of each side's most telling sentences.

Deterministic, and labelled as what it is everywhere.  It keeps the speaker's own words and first person, cleans spoken
disfluency, and leaves out every sentence in which the detector found an identifier.  Only where a side would then be
too short do such sentences come back, with the identifier taken out.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from policies import Policy
from workbench.desk.views import PageJob, SourceFinding
from workbench.paraphrase import telling

NAME = "extractive"
WORDS = {"caregiver": 75, "coach": 85}
"""Words a side aims at: over the 50 that the prompt asks of a model."""
LEAST = 40
"""Words below which a side takes sentences that held an identifier: the length filter's number."""

_LABEL = re.compile(r"^(?P<label>[^:\n]{1,40}): ", re.MULTILINE)
_SENTENCE = re.compile(r"[^.!?]+(?:[.!?]+[\"')\]]*|$)", re.DOTALL)
_NOTE = re.compile(r"\[[^\]\n]{0,60}\]|\([^)\n]{0,60}\)|\b\d{1,2}:\d{2}(?::\d{2})?\b")
_REPEAT = re.compile(r"\b(\w+(?:'\w+)?(?: \w+(?:'\w+)?)?)(?:,? (?:\1,? )*\1\b)", re.IGNORECASE)
_FILLER = re.compile(rf"(?:^|(?<=[\s,]))(?:{'|'.join(telling.FILLERS)})(?=[\s,.!?]|$),?", re.IGNORECASE)
_WORD = re.compile(r"[a-z']+")
_STAND_IN = {
    "NAME": "someone",
    "LOCATION": "a place",
    "FACILITY": "an organisation",
    "DATE": "one day",
    "AGE": "very old",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One cleaned sentence of a page with its place, its speaker's side and how telling it is."""

    position: int
    text: str
    score: float
    identifying: bool

    @property
    def words(self) -> int:
        """Words between white space."""
        return len(self.text.split())


class Extractive:
    """Backend that needs no model."""

    name = NAME
    prompt_digest: str | None = None

    def __init__(self, policy: Policy) -> None:
        self._speakers = policy.speakers
        self._labels = (policy.paraphrase.caregiver_label, policy.paraphrase.coach_label)
        self.parameters: dict[str, float | int | str] = {f"{side}_words": words for side, words in WORDS.items()}
        rules = (Path(__file__).read_bytes(), Path(telling.__file__).read_bytes())
        self.model_digest = hashlib.sha256(b"\0".join(rules)).hexdigest()

    def generate(self, job: PageJob, seed: int) -> str:
        """The extract of one page; `seed` changes nothing."""
        turns = list(_turns(job.text))
        sides = []
        for side, cues in (("caregiver", telling.FEELING | telling.MATTER), ("coach", telling.GUIDANCE)):
            aliases = {alias.casefold() for alias in getattr(self._speakers, side)} | {side}
            spoken = [(start, stop) for label, start, stop in turns if label in aliases]
            sentences = list(chain.from_iterable(_sentences(job, start, stop, cues) for start, stop in spoken))
            sides.append(_extract(sentences, WORDS[side]))
        caregiver, coach = self._labels
        return f"{caregiver}: [[{sides[0]}]]\n{coach}: [[{sides[1]}]]"

    def close(self) -> None:
        """Nothing to free."""


def _turns(text: str) -> Sequence[tuple[str, int, int]]:
    """Folded label, start and stop of each turn."""
    hits = list(_LABEL.finditer(text))
    starts = [*(hit.start() for hit in hits), len(text)]
    return [(hit["label"].casefold(), hit.end(), stop) for hit, stop in zip(hits, starts[1:], strict=True)]


def _sentences(job: PageJob, start: int, stop: int, cues: frozenset[str]) -> Sequence[Sentence]:
    found = []
    for match in _SENTENCE.finditer(job.text, start, stop):
        inside = [f for f in job.findings if not f.keep and f.start < match.end() and match.start() < f.stop]
        text = clean(_without(job.text, match.start(), match.end(), inside))
        if text:
            found.append(Sentence(match.start(), text, _score(text, cues), bool(inside)))
    return found


def _without(text: str, start: int, stop: int, findings: Sequence[SourceFinding]) -> str:
    """A stretch of text with its identifiers replaced by general words, or dropped where there is none."""
    parts, at = [], start
    for finding in findings:
        parts.append(text[at : max(at, finding.start)])
        parts.append(_STAND_IN.get(finding.entity.value, ""))
        at = max(at, finding.stop)
    return "".join([*parts, text[at : max(at, stop)]])


def clean(sentence: str) -> str:
    """A spoken sentence without notes, fillers, stutters and false starts at its edges; empty if nothing is left."""
    text = _NOTE.sub(" ", sentence.replace("--", ", ").replace("\u2014", ", "))
    text = _FILLER.sub(" ", " ".join(text.split()))
    text = re.sub(r"\s+([,.!?])", r"\1", " ".join(text.split()))
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = _REPEAT.sub(r"\1", text)
    text = re.sub(
        r"^(?:(?:and|so|but|well|yeah|yes|no|oh|okay|ok|right|like)\b,? ?)+", "", text.strip(" ,-"), flags=re.I
    )
    text = text.strip(" ,-\"'")
    if not _WORD.search(text.lower()):
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def _score(text: str, cues: frozenset[str]) -> float:
    """How telling a sentence is: its cue words, its first person, a length that says something."""
    words = _WORD.findall(text.lower())
    if len(words) < 4:
        return 0.0
    hits = len(cues.intersection(words))
    first_person = 0.5 if {"i", "i'm", "i've", "me", "my", "we", "you", "your", "you're"}.intersection(words) else 0.0
    return hits + first_person + min(len(words), 24) / 16


def _extract(sentences: Sequence[Sentence], target: int) -> str:
    """The best sentences in their own order, up to about `target` words; identifying ones only below `LEAST`."""
    chosen: dict[int, Sentence] = {}
    for identifying, aim in ((False, target), (True, LEAST)):
        for sentence in sorted(sentences, key=lambda s: (-s.score, s.position)):
            enough = sum(s.words for s in chosen.values()) >= aim
            if not enough and sentence.identifying == identifying and sentence.score > 0:
                chosen[sentence.position] = sentence
    return " ".join(chosen[position].text for position in sorted(chosen))
