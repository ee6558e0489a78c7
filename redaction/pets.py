"""Names of animals: reported and treated like other names, but no leak of a person's identity."""

import re

from redaction.folding import fold
from redaction.lexicon import FUNCTION_WORDS, TITLES
from redaction.words import Page

_BREED = (
    r"(?:parrot|parakeet|budgie|cockatiel|hamster|guinea pig|gerbil|goldfish|turtle|tortoise|beagle|terrier|poodle"
    r"|collie|corgi|labrador|(?:black|yellow|chocolate) lab|retriever|(?:german|australian) shepherd|spaniel|chihuahua"
    r"|dachshund|pug|schnauzer|shih tzu|tabby|siamese)"
)
_ANIMAL = (
    rf"(?:{_BREED}|dogs?|cats?|pupp(?:y|ies)|kittens?|kitty|canary|bird|horse|pony|mare|mule|donkey|goat|cow|heifer"
    r"|rooster|hen|rabbit|bunny|hound|mutt|pet)"
)
_HEAD = (
    r"(?![\w-])(?!'s)(?! (?!(?:and|but|or|so|because|when|while|that|who|which|is|was|has|had|in|on|at|from|with|for|of"
    r"|to|now|too|again|then|he|she|it|we|they|i)\b)\w)"
)
"""Right of the animal no further noun may follow: a dog sitter, a horse doctor and a pet nurse are people."""
_OWN = r"(?:my|our|his|her|their)"
_NAME = r"([A-Z][\w'\u2019-]+)"
_INTRODUCED = (
    re.compile(
        rf"\b(?i:{_ANIMAL}),? (?i:named|called|whose name is|whose name was|by the name of|is named|was named"
        rf"|is called|was called) {_NAME}"
    ),
    re.compile(rf"\b(?i:(?:{_OWN}|a|the) (?:\w+ ){{0,2}}{_ANIMAL}), {_NAME}(?=,(?! and\b)| \()"),
    re.compile(rf"\b(?i:{_OWN} (?:\w+ ){{0,2}}{_ANIMAL}), {_NAME}(?=[.;!])"),
    re.compile(
        rf"{_NAME},? (?i:(?:that's|that is|that was|who is|who's|who was) (?:the|{_OWN}) (?:\w+ )?{_ANIMAL}{_HEAD})"
    ),
    re.compile(rf"{_NAME}, (?i:(?:the|{_OWN}) (?:\w+ ){{0,2}}{_ANIMAL}(?=,(?! and\b)|[.;]\s))"),
    re.compile(rf"{_NAME}(?i:'s|\u2019s| is| was) (?i:(?:the|{_OWN}) (?:\w+ ){{0,2}}{_ANIMAL}{_HEAD})"),
    re.compile(rf"{_NAME}(?i:'s|\u2019s| is| was) (?i:an? (?:\w+ ){{0,2}}{_BREED}{_HEAD})"),
)
_SMALL = r"([a-z][\w\u2019'-]*?[\w])"
_INTRODUCED_SMALL = (
    re.compile(rf"\b{_ANIMAL} (?:named|called|by the name of) {_SMALL}(?![\w-])"),
    re.compile(rf"\b{_SMALL}(?:'s|\u2019s| is| was) (?:the|{_OWN}) (?:\w+ ){{0,2}}{_ANIMAL}{_HEAD}"),
    re.compile(rf"\b{_SMALL}(?:'s|\u2019s| is| was) an? (?:\w+ ){{0,2}}{_BREED}{_HEAD}"),
)
"""The plainest of these forms in small letters; they count where a text has no capitals."""
_ONE_OF_THEM = re.compile(
    rf"\b(?i:{_ANIMAL})\b[^\n]{{0,120}}(?:\n[^\n]{{0,60}})?\b(?i:had|have|has|got|kept|owned) (?:one|another) "
    rf"(?:named|called) {_NAME}"
)
_KIN = (
    "husband|wife|spouse|partner|son|daughter|brother|sister|father|mother|dad|mom|uncle|aunt|cousin|nephew|niece|friend"
    "|neighbor|neighbour|boss|boyfriend|girlfriend|grandson|granddaughter|caregiver|coach|aide|doctor|nurse"
)
_SPEAKS = "said|says|told|tells|asked|asks|thinks|works|worked|drives|drove|phoned|texted|promised|explained"


def pets(text: str) -> frozenset[str]:
    """Folded names that a text introduces as an animal's, and nowhere as a person's."""
    named = {
        fold(match[1]).removesuffix("'s")
        for pattern in (*_INTRODUCED, _ONE_OF_THEM)
        for match in pattern.finditer(text)
    }
    named |= _in_small_letters(text)
    return frozenset(name for name in named if not _is_somebody(name, fold(text)))


def _in_small_letters(text: str) -> set[str]:
    """Names of animals in the lines without capitals; a frequent word is nobody's name there."""
    small = {word.start: word.fold for word in Page(text).words if word.caseless and word.common <= 2}
    found = (small.get(match.start(1)) for pattern in _INTRODUCED_SMALL for match in pattern.finditer(text))
    return {name for name in found if name and name not in FUNCTION_WORDS}


def _is_somebody(name: str, text: str) -> bool:
    """Whether a name stands with a title, a kin word or the verb of a person in a folded text."""
    titles = "|".join(sorted(TITLES))
    called = re.escape(name)
    return (
        re.search(
            rf"\b(?:(?:{titles})\.?|{_KIN}),? {called}\b|\b{called},? (?:(?:that's|is|was|who is|who's) )?"
            rf"(?:my|our|his|her|their|the) (?:\w+ )?(?:{_KIN})\b|\b{called} (?:{_SPEAKS})\b",
            text,
        )
        is not None
    )
