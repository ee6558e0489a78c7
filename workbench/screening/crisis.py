"""Signals of crisis: talk of suicide, self-harm, abuse or harm to others goes to a senior reviewer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signal:
    """A place that speaks of a crisis (`end` exclusive), and of which kind."""

    start: int
    end: int
    explanation: str


_SIGNALS = (
    (
        "talk of suicide",
        r"suicid\w*|kill(?:ing)? (?:myself|himself|herself|themselves|yourself)|take (?:my|his|her|their) own life"
        r"|took (?:my|his|her|their) own life|end (?:my|his|her) (?:own )?life|end it all|(?:want|wanted"
        r"|wants|wanting) to die"
        r"|(?:better off|rather be) dead|don't want to (?:live|be here|wake up)(?: anymore)?"
        r"|not want to (?:live|wake up)"
        r"|no reason to (?:live|go on)|wish(?:ed)? (?:i|he|she) (?:was|were) dead",
    ),
    (
        "talk of self-harm",
        r"self[- ]harm\w*|(?:hurt|hurting|harm|harming|cut|cutting|burn|burning) (?:myself|himself|herself)"
        r"|overdos\w*|swallow\w* (?:all|the whole bottle)",
    ),
    (
        "talk of abuse",
        r"(?:domestic|sexual|physical|elder|child) (?:abuse|violence|assault)|(?:he|she|they) (?:hits?"
        r"|beats?|chokes?|slaps?|punche[sd]|"
        r"beat|choked|slapped|kicked) me|(?:hit|slapped|struck|shoved|choked|tied) (?:him|her"
        r"|my (?:mother|father|husband|wife))"
        r"|molest\w*|rap(?:ed|ist)|(?:afraid|scared) (?:of what (?:he|she)|(?:he|she)(?:'ll| will"
        r"| might| would) (?:hit|hurt|kill))"
        r"|locks? (?:me|her|him) in",
    ),
    (
        "talk of harm to others",
        r"(?:kill|hurt|shoot|strangle|smother|poison) (?:him|her|them|somebody|someone|my (?:mother"
        r"|father|husband|wife|kids))"
        r"|pillow over (?:his|her) (?:face|head)|(?:loaded|bought|got) (?:a|the|his|my) (?:gun|pistol|rifle)",
    ),
)
_PATTERNS = tuple((kind, re.compile(rf"(?i)(?<!\w)(?:{body})(?!\w)")) for kind, body in _SIGNALS)


def signals(text: str) -> Iterator[Signal]:
    """Every place in a text that speaks of a crisis, kind by kind."""
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Signal(match.start(), match.end(), kind)
