"""Letters spelled out (M-A-R-I-A, "d h a l i", "T-R-E, two N's, Y") and initials (J.T.)."""

import re
from collections.abc import Iterator

from policies.names import Entity
from redaction.folding import word_set
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import Page

LETTER = (
    r"(?:[^\W\d_](?:,? (?:as in|like|for) (?!(?:that|this|it|the|you|me|him|her)\b)[^\W\d_]{2,})?|"
    r"double [^\W\d_]|two [^\W\d_]['\u2019]?s)(?![\w'\u2019])"
)
SPELLED = re.compile(rf"(?i)(?<![\w.'\u2019-]){LETTER}(?:(?:\s?-\s?|, ?(?:and |then )?| ){LETTER}){{2,}}")
PAIR = re.compile(r"(?<![\w.-])[A-Z]-[A-Z](?![\w-])")
INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,3}(?!\w)")
ABBREVIATIONS = word_set(
    "US USA UK AM PM MD RN ID IV PT OT ER ICU DNR TV PHD EG IE BC AD DC LA NY NJ DOD IHS MRN PO DNA ALS "
    "COPD CPA PS PPS VA TB MRI CPR BLM BIA UTI ABC CPAP HIV COVID FMLA SSI SSN DMV VCR HR IT CNA LPN NP "
    "PA EKG EEG ADL AARP VFW TKO OK DOB"
)


class SpelledRecognizer(RuleRecognizer):
    """Names given letter by letter, and names given as initials."""

    entities = (Entity.NAME,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Spelled-out letters and initials; abbreviations that everybody says letter by letter are left out."""
        for match in SPELLED.finditer(page.plain):
            letters = re.sub(r"\W", "", match[0]).upper()
            if letters not in ABBREVIATIONS and len(set(letters)) > 1 and set(letters) - set("AIO"):
                yield Hit(match.start(), match.end(), 0.75, "letters spelled out one by one")
        for match in PAIR.finditer(page.plain):
            if match[0].replace("-", "") not in ABBREVIATIONS and match[0][0] != match[0][-1]:
                yield Hit(match.start(), match.end(), 0.45, "two letters spelled out")
        for match in INITIALS.finditer(page.plain):
            if match[0].replace(".", "") not in ABBREVIATIONS:
                yield Hit(match.start(), match.end(), 0.5, "initials with points")
