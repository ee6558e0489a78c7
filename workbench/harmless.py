"""Text as a terminal may be given it: what a page or a model spells must never command the terminal."""

import re

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """The text with control and direction characters replaced, one for one; tabs become blanks."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", " \n").replace("\t", " "))
