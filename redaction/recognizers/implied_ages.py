"""Ages over 89 that nobody names: a birth year, a ninetieth birthday, "in her nineties"."""

import re
from collections.abc import Iterator

from policies.names import Entity
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.spoken_dates import REFERENCE_YEAR, year_of
from redaction.words import Page

_SMALL = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_TENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty"
_DIGIT = "one|two|three|four|five|six|seven|eight|nine"
_YEAR = rf"(?:1[89]\d\d|nineteen(?:[ -](?:oh|o)[ -](?:{_DIGIT})|[ -](?:{_TENS})(?:[ -](?:{_DIGIT}))?))"
BORN = re.compile(rf"(?i)\bborn\b(?:[ ,]+[\w']+){{0,6}}?[ ,]+(?:in|of|,)?[ ]?({_YEAR})(?![\w-])")
BIRTHDAY = re.compile(
    rf"(?i)(?<!\w)(ninetieth|ninety[- ](?:{_SMALL})|hundredth|9\dth|9[123](?:st|nd|rd)|1[01]\dth)(?= (?:birthday|year))"
)
DECADE = re.compile(
    r"(?i)\b(?:my|his|her|their|your|our) (?:(?:early|mid|middle|late|upper)[- ])?(nineties|90'?s)(?!\w)"
)
WORDS = re.compile(r"(?i)\b(nonagenarian|centenarian|supercentenarian)s?\b")


class ImpliedAgeRecognizer(RuleRecognizer):
    """What tells that somebody is over 89 without the number (45 CFR 164.514(b)(2)(i)(C))."""

    entities = (Entity.AGE,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Birth years, birthdays, decades of life and the words for the very old."""
        for match in BORN.finditer(page.plain):
            year = year_of(f"June 1, {match[1]}")
            if year and int(year) <= REFERENCE_YEAR - 90:
                yield Hit(match.start(1), match.end(1), 0.7, "a birth year that makes the person over 89")
        for match in BIRTHDAY.finditer(page.plain):
            yield Hit(match.start(1), match.end(1), 0.8, "a birthday of ninety or more")
        for match in DECADE.finditer(page.plain):
            yield Hit(match.start(1), match.end(1), 0.7, "the tenth decade of somebody's life")
        for match in WORDS.finditer(page.plain):
            yield Hit(match.start(), match.end(), 0.8, "a word for the very old")
