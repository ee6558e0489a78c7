"""Names of animals: reported and treated like other names, but no leak of a person's identity."""

import re

from redaction.folding import fold

_ANIMAL = (
    r"(?:dogs?|cats?|pupp(?:y|ies)|kittens?|kitty|parrot|parakeet|budgie|canary|bird|horse|pony|mare|mule|donkey|goat"
    r"|cow|heifer|rooster|hen|hamster|guinea pig|rabbit|bunny|goldfish|turtle|tortoise|hound|beagle|terrier|poodle"
    r"|collie|labrador|lab|retriever|shepherd|spaniel|chihuahua|dachshund|mutt|pet)"
)
_NAME = r"([A-Z][\w'-]+)"
_INTRODUCED = (
    re.compile(rf"\b(?i:{_ANIMAL})(?:,|,? (?i:named|called|whose name is|is named|is called|whose name was))? {_NAME}"),
    re.compile(rf"{_NAME},? (?i:(?:the|my|our|his|her|their) (?:\w+ ){{0,2}}{_ANIMAL})\b"),
    re.compile(rf"{_NAME}(?i:'s| is| was) (?i:(?:the|my|our|his|her|their|a|an) (?:\w+ ){{0,2}}{_ANIMAL})\b"),
)


def pets(text: str) -> frozenset[str]:
    """Folded names that a text introduces as an animal's."""
    return frozenset(fold(match[1]) for pattern in _INTRODUCED for match in pattern.finditer(text))
