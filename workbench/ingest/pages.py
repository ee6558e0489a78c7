"""From turns to pages: packing, rendering, and marking what nobody said."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from workbench.ingest.transcript import Mark, PageText, Transcript, Utterance

LONGEST_TURN = 1.5
"""Times the target: a longer turn is divided at its sentences."""
SMALLEST_LAST = 1 / 3
"""Times the target: a smaller last page joins the one before it."""
LONGEST_OWN = 3
"""Times the target: no printed page holds more, so such a "page" of a document is divided too."""

CLOCK = r"\d{1,2}:\d{2}"
TIME = rf"{CLOCK}(?::\d\d)?(?:[.,]\d{{1,3}})?"
STAMP = rf"\[{TIME}\]|\({TIME}\)|\b{CLOCK}:\d\d(?:[.,]\d{{1,3}})?\b"
# Parentheses can also be punctuation of what was said, so only these words open a note in them.
NOTE_WORDS = (
    r"applause|background|breath\w*|chuckl\w*|clear\w*|cough\w*|cries|crosstalk|cross-talk|crying|foreign|giggl\w*|"
    r"inaudible|indiscernible|indistinct|interrupt\w*|laugh\w*|long|music|nods|nodding|noise|overlapping|pause\w*|"
    r"phone|redacted|scoffs|sic|sigh\w*|silence|silent|smil\w*|sniff\w*|sob\w*|speaking|static|tearful\w*|tears|"
    r"unclear|unintelligible|voice|weep\w*|whisper\w*"
)
MARKS = re.compile(
    rf"(?P<timestamp>{STAMP})"
    rf"|(?P<note>\[[^\[\]]{{1,120}}\]|\((?:{NOTE_WORDS})\b[^()]{{0,80}}\)|\*[a-z][a-z ]{{2,30}}\*)",
    re.IGNORECASE,
)
# A bare "0:03" is a clock time in speech ("at 10:30"); only before a capital at the start of a turn is it a timestamp.
OPENING = re.compile(rf"{CLOCK}(?=\s+[^\W\d_a-z]|$)")
SENTENCE_END = re.compile(r"(?<=[.?!…])[\"'\u201d\u2019)\]]?\s+")


def transcript(
    session_key: str, chunks: Sequence[Sequence[Utterance]], target: int, *, own_pages: bool, dropped: int = 0
) -> Transcript:
    """Make a transcript from its turns.

    `chunks` holds the turns of each page of the document where `own_pages`, else one chunk with all turns.
    `target` is the wanted page length in words.
    """
    pages: list[list[Utterance]] = []
    for chunk in chunks:
        if own_pages and sum(u.words for u in chunk) <= LONGEST_OWN * target:
            pages.append(list(chunk))
        else:
            pages.extend(pack(chunk, target))
    rendered = tuple(_render(number, page) for number, page in enumerate(pages, start=1))
    return Transcript(session_key, rendered, sum(u.words for page in pages for u in page), dropped)


def pack(turns: Iterable[Utterance], target: int) -> list[list[Utterance]]:
    """Turn-bounded pages as near to `target` words as whole turns allow.

    With turns of at most 1.5 targets every page but an only one has 1/4 to 1 3/4 targets, the last up to a third more.
    """
    pages: list[list[tuple[int, Utterance]]] = [[]]
    count = 0
    pieces = [(turn, piece) for turn, whole in enumerate(turns) for piece in _divide(whole, target)]
    for turn, piece in pieces:
        closer_without = target - count <= count + piece.words - target
        if count and closer_without:
            pages.append([])
            count = 0
        pages[-1].append((turn, piece))
        count += piece.words
    if len(pages) > 1 and count < target * SMALLEST_LAST:
        last = pages.pop()
        pages[-1].extend(last)
    return [_rejoin(page) for page in pages if page]


def _rejoin(page: list[tuple[int, Utterance]]) -> list[Utterance]:
    """Parts of one turn that met on a page become one again."""
    whole = []
    for _, group in groupby(page, key=lambda item: item[0]):
        parts = [piece for _, piece in group]
        whole.append(replace(parts[0], text=" ".join(part.text for part in parts)))
    return whole


def _divide(turn: Utterance, target: int) -> list[Utterance]:
    """A turn that is too long for a page, in parts of at most `target` words; any other as it is."""
    if turn.words <= LONGEST_TURN * target:
        return [turn]
    parts: list[list[str]] = [[]]
    for sentence in _sentences(turn.text):
        words = sentence.split()
        if parts[-1] and len(parts[-1]) + len(words) > target:
            parts.append([])
        while len(words) > target:  # Machine transcripts have no full stops: then between words.
            parts[-1].extend(words[:target])
            words = words[target:]
            parts.append([])
        parts[-1].extend(words)
    return [replace(turn, text=" ".join(part)) for part in parts if part]


def _sentences(text: str) -> list[str]:
    starts = [0, *(m.end() for m in SENTENCE_END.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(starts)]


def _render(number: int, turns: Iterable[Utterance]) -> PageText:
    lines: list[str] = []
    marks: list[Mark] = []
    position = 0
    for turn in turns:
        prefix = f"{turn.label}: " if turn.label else ""
        marks.extend(_marks(turn.text, position + len(prefix)))
        lines.append(prefix + turn.text)
        position += len(lines[-1]) + 1
    return PageText(number, "\n".join(lines), tuple(marks))


def _marks(text: str, offset: int) -> list[Mark]:
    found = []
    after = 0
    if opening := OPENING.match(text):
        after = opening.end()
        found.append(Mark(offset, offset + after, "timestamp"))
    for match in MARKS.finditer(text, after):
        found.append(
            Mark(offset + match.start(), offset + match.end(), "timestamp" if match.group("timestamp") else "note")
        )
    return found
