"""The paraphraser without a model: an extract of each side's most telling sentences.

Deterministic, and labelled as what it is everywhere.  It keeps the speaker's own words and first person, cleans spoken
disfluency, and leaves out every sentence in which the detector found an identifier.  Only where a side would then be
too short do such sentences come back, with a general word in the identifier's place, and only if that reads naturally.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
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
# A sentence ends at its full stop (not that of a title), or is broken off by a dash before a new one begins.
_END = re.compile(
    r"(?P<broken>(?:--+|\u2014|\u2026|\.{3,})(?=\s*(?:$|(?!I\b)[A-Z])))"
    r"|(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)(?<!\.)(?:\.(?!\.)|[!?])[.!?]*[\"')\]]*(?=\s|$)"
)
_NOTE = re.compile(r"\[[^\]\n]{0,60}\]|\([^)\n]{0,60}\)|\b\d{1,2}:\d{2}:\d{2}\b")
_WORD = re.compile(r"[a-z']+")
_SOUNDS, _PHRASES = "|".join(telling.SOUNDS), "|".join(telling.PHRASES)
# Each step of cleaning in its order: what is looked for, and what it becomes.
_CLEANING = tuple(
    (re.compile(pattern, re.IGNORECASE), to)
    for pattern, to in (
        (r"--+|\u2014|\u2026|\.{3,}", ", "),
        (r"(?<![\w-])(?:[\w']+-)+(?=[\s,.!?]|$)", ""),  # a word cut off: "occa- on occasion"
        (r"\s+", " "),
        (rf"(?:^ ?|, ?)(?:(?:{_SOUNDS}|{_PHRASES})(?:, ?|(?=[.!?]|$)))+", " "),
        (rf"(?:^|,? |,)(?:{_SOUNDS})(?=[ ,.!?]|$),?", " "),
        (r"\s+(?=[\s,.!?])|^[\s,]+", ""),
        (r",(?:\s*,)+", ","),
        (r"\b(\w+)-(?=\1\w)", ""),  # "man-manual"
        (r"\b([\w']+(?: [\w']+){0,2})(?:(?:,? |-)\1)+\b", r"\1"),  # "I, I", "my-my", "if I'm, if I'm"
        (r"^(?:(?:and|so|but)\b,? ?|(?:oh|well|yeah|yes|no|okay|ok|right|like|sure|now|again), ?)+", ""),
        (r"(?:,? (?:and|but|or|because|'cause)|, (?:so|like)| (?:so|like)(?=,))+,?(?=[.!?]*$)", ""),
        (r",\s*(?=[.!?]|$)", ""),
    )
)
_FRAGMENT = re.compile(r"(?:because|'cause|which|than|or|things like|that (?:i|you|we|he|she|it|they|when|if))\b", re.I)
# What may stand for an identifier, by what stands before and after it.  Where nothing fits, the sentence is left out.
_STAND_INS = tuple(
    (entity, re.compile(rf"(?:{before})$", re.IGNORECASE), re.compile(after, re.IGNORECASE), words)
    for entity, before, after, words in (
        ("NAME", r"(?:^|,)\s*", r"\s*(?:,|[.!?]|$)", ""),
        ("NAME", r"\b(?:my|your|his|her|our|their) [a-z]+,? ", r"(?!')", ""),
        ("NAME", rf"^\s*|\b(?:{telling.BEFORE_SOMEONE}) ", r"(?:'s)?(?: [a-z]|[,.!?]|$)", "someone"),
        ("LOCATION", r"\b(?:in|to|from|at|near|outside|around) ", r"[ ,.!?]|$", "a place"),
        ("FACILITY", r"\b(?:at|to|from|with|by|for) ", r"[ ,.!?]|$", "an organisation"),
        ("DATE", r"\bon ", r"[ ,.!?]|$", "one day"),
        ("AGE", r"\b(?:is|was|he's|she's) ", r"(?! years|-)", "very old"),
    )
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One cleaned sentence of a page with its place, how telling it is, and whether it held an identifier."""

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
        """The extract of one page; `seed` changes nothing.

        Another attempt takes sentences that the earlier ones left, as far as there are any.
        """
        turns = _turns(job.text)
        sides = []
        for side, cues in (("caregiver", telling.FEELING | telling.MATTER), ("coach", telling.GUIDANCE)):
            aliases = {alias.casefold() for alias in getattr(self._speakers, side)} | {side}
            spoken = [(start, stop) for label, start, stop in turns if label in aliases]
            sentences = list(chain.from_iterable(_sentences(job, start, stop, cues) for start, stop in spoken))
            taken: set[int] = set()
            for _ in range(job.attempt):
                chosen = _extract(sentences, WORDS[side], taken)
                taken.update(sentence.position for sentence in chosen)
            sides.append(" ".join(sentence.text for sentence in chosen))
        caregiver, coach = self._labels
        return f"{caregiver}: [[{sides[0]}]]\n{coach}: [[{sides[1]}]]"

    def close(self) -> None:
        """Nothing to free."""


def _turns(text: str) -> Sequence[tuple[str, int, int]]:
    """Folded label, start and stop of each turn."""
    hits = list(_LABEL.finditer(text))
    starts = [*(hit.start() for hit in hits), len(text)]
    return [(hit["label"].casefold(), hit.end(), stop) for hit, stop in zip(hits, starts[1:], strict=True)]


def _sentences(job: PageJob, start: int, stop: int, cues: frozenset[str]) -> Iterator[Sentence]:
    ends = [(hit.end(), hit["broken"] is not None) for hit in _END.finditer(job.text, start, stop)]
    for end, broken in [*ends, (stop, False)]:
        inside = [f for f in job.findings if not f.keep and f.start < end and start < f.stop]
        general = _generalised(job.text, start, end, inside)
        if general is not None and (text := clean(general)):
            kept = len(text.split()) / len(job.text[start:end].split())
            rough = broken or _FRAGMENT.match(text) is not None
            yield Sentence(start, text, _score(text, cues) * min(kept, 1) * (0.5 if rough else 1), bool(inside))
        start = end


def _generalised(text: str, start: int, stop: int, findings: Sequence[SourceFinding]) -> str | None:
    """A sentence with a general word in place of its identifier; None where it would not read naturally.

    Two general words in one sentence never do, and neither does an identifier that reaches over the sentence's end.
    """
    if not findings:
        return text[start:stop]
    found = findings[0]
    if len(findings) > 1 or found.start < start or found.stop > stop:
        return None
    before, after = text[start : found.start], text[found.stop : stop]
    for entity, left, right, words in _STAND_INS:
        if entity == found.entity.value and left.search(before) and right.match(after):
            return before + words + after
    return None


def clean(sentence: str) -> str:
    """A spoken sentence without notes, fillers, stutters and false starts at its edges; empty if nothing is left."""
    text = _NOTE.sub(" ", sentence)
    for pattern, to in _CLEANING:
        text = pattern.sub(to, text).strip(" ,-")
    text = text.strip("\"'")
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


def _extract(sentences: Sequence[Sentence], target: int, taken: Collection[int] = ()) -> list[Sentence]:
    """The best sentences in their own order, up to about `target` words; identifying ones only below `LEAST`, and those
    at places that were taken before only where there are no others.
    """
    chosen: dict[int, Sentence] = {}
    for identifying, aim in ((False, target), (True, LEAST)):
        for sentence in sorted(sentences, key=lambda s: (s.position in taken, -s.score, s.position)):
            enough = sum(s.words for s in chosen.values()) >= aim
            said = any(sentence.text == s.text for s in chosen.values())
            if not enough and not said and sentence.identifying == identifying and sentence.score > 0:
                chosen[sentence.position] = sentence
    return [chosen[position] for position in sorted(chosen)]
