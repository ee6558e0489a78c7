"""The screens in plain ASCII, for terminals and fonts that show nothing else.

One filter stands behind everything that is drawn, ours and the screen library's: each sign that is not ASCII becomes
one that is and takes up as many columns, so nothing moves and places in a text stay true.  Only the screen changes:
what is stored, edited and decided keeps its letters.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from rich.cells import split_graphemes
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

UNKNOWN = "?"
"""Stands for every sign without a likeness in ASCII."""

PLAIN: dict[str, str] = {
    # Frames around findings, open and settled; the states of an exchange.
    "«": "<", "»": ">", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}": "{",
    "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}": "}",
    "○": "o", "✓": "+", "✗": "x", "◐": "%", "≠": "!",
    "▸": ">", "▾": "v", "▶": ">", "▼": "v", "▲": "^", "●": "*", "•": "*", "·": ".", "…": "~",
    "←": "<", "→": ">", "↑": "^", "↓": "v", "█": "#", "░": ".", "📁": "+ ", "📂": "- ", "📄": "  ",
    # What transcripts are typed with; these letters have no plain one in their name.
    "“": '"', "”": '"', "„": '"', "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{SINGLE LOW-9 QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'", "\N{PRIME}": "'",
    "\N{ACUTE ACCENT}": "'", "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "ß": "s",
}  # fmt: skip
"""Likenesses, as wide as their signs."""

_LETTER = re.compile(r"LATIN (SMALL|CAPITAL) LETTER ([A-Z])(?: WITH .*)?")
_BLOCKS = range(0x2580, 0x25A0)


class AsciiFilter(LineFilter):
    """Lets nothing but ASCII through to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of a line with each sign replaced."""
        return [
            segment if segment.text.isascii() else Segment(plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def plain(text: str) -> str:
    """The text in ASCII, as many columns wide."""
    if text.isascii():
        return text
    spans, _ = split_graphemes(text)
    return "".join(_plain(text[start:stop], width) for start, stop, width in spans)


@lru_cache(4096)
def _plain(sign: str, width: int) -> str:
    """One sign, which may be a letter with accents behind it or several signs that are drawn as one."""
    if sign.isascii() and len(sign) == width:
        return sign
    first = sign[:1]
    like = PLAIN.get(first) or _likeness(first)
    return like if len(like) == width else UNKNOWN * width


def _likeness(sign: str) -> str:
    """What a sign's name says that it looks like."""
    if sign.isascii():
        return sign
    name, category = unicodedata.name(sign, ""), unicodedata.category(sign)
    if letter := _LETTER.fullmatch(name):
        return letter[2] if letter[1] == "CAPITAL" else letter[2].lower()
    if category == "Pd":
        return "-"
    if category == "Zs" or ord(sign) in _BLOCKS:  # parts of blocks are the ends of scrollbars
        return " "
    return _line(name) if name.startswith("BOX DRAWINGS ") else UNKNOWN


def _line(name: str) -> str:
    """A rule or a corner; heavy and double rules, which mean the focus, stay apart from light ones."""
    words: Mapping[str, str] = {"HORIZONTAL": "-", "VERTICAL": "|", "LEFT": "-", "RIGHT": "-"}
    weight, *rest = name.removeprefix("BOX DRAWINGS ").split()
    direction = rest[-1] if "AND" not in rest and rest else ""
    like = words.get(direction, "+")
    return "=" if like == "-" and weight in ("HEAVY", "DOUBLE") else like
