"""Ages of ninety and over, in figures or words."""

import re
from collections.abc import Iterator

from policies.names import Entity
from redaction.folding import word_set
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import Page

SMALL = r"(?:one|two|three|four|five|six|seven|eight|nine)"
SPOKEN = re.compile(
    rf"(?i)(?<!\w)(?:ninety(?:[- ]{SMALL})?|(?:a|one) hundred(?: and)?(?:[- ]{SMALL}|[- ]ten)?)(?![\w]|-\w)"
)
FIGURES = re.compile(r"(?<![\w$#.,:/-])(?:9\d|1[01]\d)(?![\w%]|[.,:/-]\d)")
CUES = word_set(
    "she's he's they're i'm is was be am are turned turning turns turn age aged at to of until till "
    "almost nearly over about or past being hit made reached reach lived lives she he now already around "
    "like just grandma mother father him her"
)
UNITS = word_set(
    "day days minute minutes hour hours week weeks month months percent dollars dollar bucks miles mile "
    "pounds pound feet milligrams degrees times people head acres cents a of something some thousand "
    "hundred million pills yards proof west east north south street bed beds square calls nights cows "
    "over units reasons questions more other"
)
AGE_AFTER = re.compile(
    r"(?i)^(?:[ -](?:years?[ -]old|year[ -]old|yrs?\b|y\.?o\.?\b|or\b|now\b)|[,.?!;\n\"]|$|"
    r" (?:and|he|she|she's|he's|but|who|if|with)\b)"
)
NUMBER_WORD = re.compile(
    rf"(?i)(?:{SMALL}|oh|zero|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|"
    r"thousand|\d+|dash|dot|route|highway|usd)$"
)

BEYOND = re.compile(r"(?i)(?: and)?[ -](?:thirty|forty|fifty|sixty|seventy|eighty|ninety)\b")
"""What makes a number of "a hundred" that nobody's age reaches."""


class AgeRecognizer(RuleRecognizer):
    """Ages of ninety and over; younger ages identify nobody under Safe Harbor."""

    entities = (Entity.AGE,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Numbers of that size that read as an age."""
        words = page.words
        starts = {w.start: i for i, w in enumerate(words)}
        for pattern in (SPOKEN, FIGURES):
            for match in pattern.finditer(page.plain):
                at = starts.get(match.start())
                if at is None:
                    continue
                before = page.words[at - 1].text.lower().replace("\u2019", "'") if at else ""
                rest = page.plain[match.end() : match.end() + 20]
                follower = re.match(r"[ ,-]+([\w']+)", rest)
                after = follower[1].lower() if follower else ""
                if (after in UNITS and rest[:1] not in ",.") or re.match(r"[ ,-]+(?:dot|point)\b", rest):
                    continue
                if match[0].lower().endswith("hundred") and BEYOND.match(rest):
                    continue  # "a hundred and thirty"
                if before == "of" and page.fold_at(at - 2) == "out":
                    continue  # "nine times out of a hundred"
                joined = words[at].gap in {" ", "-", ", "}
                if (joined and NUMBER_WORD.match(before)) or (
                    NUMBER_WORD.match(after) and not re.search(r"[.?!\n]", rest[:2])
                ):
                    continue
                old = re.match(r"[ -](?:years?|yrs?)[ -]old|[ -]?y\.?o\b", rest) is not None
                cued = before in CUES and not re.search(r"[.?!\n]", words[at].gap)
                if old or (cued and AGE_AFTER.match(rest)):
                    yield Hit(match.start(), match.end(), 0.85, "an age of ninety or more")
                elif cued or (AGE_AFTER.match(rest) and pattern is SPOKEN and "hundred" not in match[0].lower()):
                    yield Hit(match.start(), match.end(), 0.55, "a number that reads as an age of ninety or more")
