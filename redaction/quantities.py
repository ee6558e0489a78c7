"""Numbers that count or measure something, or that everybody dials: they identify nobody."""

import re

from redaction.folding import word_set
from redaction.lexicon import COUNTED, MEASURES
from redaction.spoken_numbers import SpokenNumber
from redaction.words import Page

FEW = 5
"""Digits up to which a counted thing behind a number makes a quantity of it."""
SERVICES = frozenset({"112", "211", "311", "911", "988", "999"})
"""Emergency and information numbers, the same for everybody who dials them."""
DIALLED = word_set("call calls called calling dial dials dialed dialled phone phoned rang ring to")


def is_measure(page: Page, number: SpokenNumber) -> bool:
    """Whether a sign or a word of money, measure or count belongs to the number."""
    before = page.text[max(0, number.start - 1) : number.start]
    if before == "$" or page.text[number.end : number.end + 1] in {"%", "/"}:
        return True
    after = number.last + 1
    unit = page.fold_at(after)
    close = after < len(page.words) and page.words[after].tight
    return unit in MEASURES or (close and unit in COUNTED and number.digits <= FEW)


def is_quantity(page: Page, number: SpokenNumber) -> bool:
    """Whether a number counts or measures something, by its unit or because it is a round one."""
    said = page.text[number.start : number.end]
    if is_measure(page, number) or re.search(r"\d,\d{3}\b", said):
        return True
    return bool(re.search(r"(?i)hundred|thousand", said)) and number.pieces < 4


def is_service(page: Page, number: SpokenNumber) -> bool:
    """Whether somebody dials a number that is the same for all ("I called nine one one")."""
    return number.value in SERVICES and page.fold_at(number.first - 1) in DIALLED
