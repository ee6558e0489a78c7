"""From the lines of a document to turns: who speaks, and where a turn goes on."""

import re
from collections.abc import Sequence

from policies.schema import Speakers
from workbench.ingest.transcript import Side, Utterance

LINE_ENDS = re.compile(r"\r\n|[\r\n\v\x85\u2028\u2029]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")

# Timestamps before or after a label may stand bare, in brackets or in parentheses.
STAMP = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?"
STAMP_ALONE = re.compile(rf"\s*{STAMP}\s*")
LABELLED = re.compile(
    rf"\s*(?P<before>{STAMP})?\s*[-\u2013]?\s*\**\s*(?P<label>[^\W\d_][^:*()\[\]]{{0,39}}?)"
    rf"\s*(?P<after>{STAMP}|\([^()]{{1,40}}\)|\[[^\[\]]{{1,40}}\])?\s*\**\s*:\**(?P<gap>\s*)(?P<rest>.*)",
    re.DOTALL,
)
LABEL_AND_STAMP = re.compile(rf"\s*\**(?P<label>[^\W\d_][^:*()\[\]]{{0,39}}?)\**\s+(?P<after>{STAMP})\s*")
TRAILING_NUMBER = re.compile(r"\s*#?\d+$")
LABEL_WORD = re.compile(r"[^\W\d_][\w.'\u2019&/-]*|#?\d+")


class Voices:
    """The policy's speaker aliases, ready to look up."""

    def __init__(self, speakers: Speakers) -> None:
        """Case and runs of white space in an alias do not matter."""
        self._sides: dict[str, Side] = {_fold(alias): "caregiver" for alias in speakers.caregiver}
        self._sides.update({_fold(alias): "coach" for alias in speakers.coach})

    def side(self, label: str) -> Side | None:
        """The side a label stands for; `Coach 2` stands for the same as `Coach`."""
        folded = _fold(label)
        return self._sides.get(folded) or self._sides.get(TRAILING_NUMBER.sub("", folded))


def _fold(label: str) -> str:
    return " ".join(label.casefold().split())


def clean(text: str) -> str:
    """Text on one line: control characters become spaces, white space is folded, nothing else changes."""
    return " ".join(CONTROLS.sub(" ", text).split())


def parse(chunks: Sequence[str], voices: Voices) -> tuple[list[list[Utterance]], int]:
    """The turns of each page of a document, and how many pages hold none and were dropped.

    A turn that runs over a page break goes on under its own label on the next page.  Text before the first label has
    no speaker; a page that holds nothing else (a cover page) is dropped.
    """
    pages: list[list[Utterance]] = []
    dropped = 0
    speaker: tuple[str | None, Side | None] = (None, None)
    for chunk in chunks:
        turns: list[Utterance] = []
        said: list[str] = []
        pending = ""  # A timestamp on a line of its own belongs to what follows it.
        for raw in LINE_ENDS.split(chunk):
            line = clean(raw)
            if STAMP_ALONE.fullmatch(line):
                pending = f"{pending} {line}"
                continue
            opened = _open(line, voices)
            if opened:
                turns.append(Utterance(*speaker, clean(" ".join(said))))
                label, side, line = opened
                speaker = (label, side)
                said = []
            said.append(f"{pending} {line}")
            pending = ""
        turns.append(Utterance(*speaker, clean(" ".join([*said, pending]))))
        turns = [turn for turn in turns if turn.text]
        if any(turn.speaker for turn in turns):
            pages.append(turns)
        else:
            dropped += 1
    return pages, dropped


def _open(line: str, voices: Voices) -> tuple[str, Side | None, str] | None:
    """The label that a line begins with, its side, and the rest of the line with timestamps kept; None for no label."""
    if bare := LABEL_AND_STAMP.fullmatch(line):
        label = clean(bare["label"])
        side = voices.side(label)
        return (label, side, bare["after"]) if side else None
    match = LABELLED.fullmatch(line)
    if not match:
        return None
    label = clean(match["label"])
    side = voices.side(label)
    rest = match["rest"]
    if not match["gap"] and rest[:1].isdigit():  # "Coach 10:30" is no label "Coach 10".
        return None
    if not side and not (_looks_like_speaker(label) and (match["gap"] or not rest)):
        return None
    return label, side, " ".join(part for part in (match["before"], match["after"], rest) if part)


def _looks_like_speaker(label: str) -> bool:
    """Whether a label that the policy does not name reads as one: up to four words, each with a capital or a number."""
    words = label.split()
    return len(words) <= 4 and all(LABEL_WORD.fullmatch(word) and not word[0].islower() for word in words)
