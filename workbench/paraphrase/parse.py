"""Reading one exchange out of what a model wrote, without losing anything of it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from policies.schema import Speakers

OTHER_LABELS = Speakers(caregiver=("question", "q", "user"), coach=("answer", "a", "assistant"))
"""What models write in place of the policy's labels."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The two sides as far as they could be told apart; `malformed` says what is wrong, None when nothing is."""

    question: str
    answer: str
    malformed: str | None
    around: str = ""
    """What stands in the output before the first label."""
    places: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    """Where the two sides stand in the raw output (empty where a side is missing)."""


def parse_exchange(raw: str, speakers: Speakers) -> Parsed:
    """Split a model's output at its labels (any alias of the policy, in bold or capitals too; else `OTHER_LABELS`).

    Kinds of malformed: `missing_side` (text without any label counts as the question), `two_exchanges` (the first of
    each side is taken).
    """
    hits = list(_labels(speakers.caregiver, speakers.coach).finditer(raw))
    if not hits:
        speakers = OTHER_LABELS
        hits = list(_labels(speakers.caregiver, speakers.coach).finditer(raw))
    if not hits:
        return Parsed(_clean(raw), "", "missing_side", places=((0, len(raw)), (0, 0)))
    caregiver = {alias.casefold() for alias in speakers.caregiver}
    sides: dict[bool, list[tuple[str, tuple[int, int]]]] = {True: [], False: []}
    for hit, following in zip(hits, [*hits[1:], None], strict=True):
        place = hit.end(), following.start() if following else len(raw)
        if text := _clean(raw[slice(*place)]):
            sides[hit["label"].casefold() in caregiver].append((text, place))
    around = raw[: hits[0].start()].strip()
    questions, answers = sides[True], sides[False]
    if not questions or not answers:
        nowhere = [("", (0, 0))]
        places = (questions or nowhere)[0][1], (answers or nowhere)[0][1]
        question, answer = (" ".join(text for text, _ in side) for side in (questions, answers))
        return Parsed(question, answer, "missing_side", around, places)
    fault = "two_exchanges" if len(questions) > 1 or len(answers) > 1 else None
    return Parsed(questions[0][0], answers[0][0], fault, around, (questions[0][1], answers[0][1]))


def said_by_coach(text: str, speakers: Speakers) -> str:
    """The coach's turns of a page; all of it where the page has no labels."""
    hits = list(_labels(speakers.caregiver, speakers.coach).finditer(text))
    coach = {alias.casefold() for alias in speakers.coach}
    ends = [*(hit.start() for hit in hits[1:]), len(text)]
    turns = [text[hit.end() : end] for hit, end in zip(hits, ends, strict=False) if hit["label"].casefold() in coach]
    return "\n".join(turns) if hits else text


@lru_cache(maxsize=8)
def _labels(caregiver: tuple[str, ...], coach: tuple[str, ...]) -> re.Pattern[str]:
    aliases = sorted({*caregiver, *coach}, key=len, reverse=True)
    names = "|".join(re.escape(alias) for alias in aliases)
    return re.compile(rf"^[ \t>*#_]*(?P<label>{names})[ \t*_]*:[ \t*_]*", re.IGNORECASE | re.MULTILINE)


def _clean(text: str) -> str:
    text = " ".join(text.split())
    # Each by itself: an answer that was cut off has no end.
    text = text.removeprefix("[[").removesuffix("]]")
    return text.strip().strip('"').strip()
