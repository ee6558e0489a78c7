"""Indirect identifiers: what no pattern names but a neighbour would recognise."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

import yaml

from policies.names import Entity
from redaction.gazetteers import common_words
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import Page

SCORE = 0.45
"""Just above the usual threshold: these are hints for the reviewer, and yield to any finding of a direct identifier."""
_PLACE = (
    r"(?:town|city|county|village|parish|valley|state|country|district|neighborhood|neighbourhood|island|reservation"
    r"|area|region|hospital|church|congregation|school|company|building|street|block|hollow)"
)
ONLY = re.compile(
    r"(?i)\b(?:the only|one of (?:the )?(?:only )?(?:two|three|four|few)"
    r"|the (?:very )?(?:first|last)(?! (?:one|time|thing|few|two|day|week|month|year|night|hour)))"
    r"(?: [\w'-]+){1,5}? (?:in|of|at|on|from|around) (?:(?:the|this|that|our|my|his|her|their|a) )?(?:whole )?"
    rf"(?:[\w'-]+ )?{_PLACE}\b"
)
ONLY_KIN = re.compile(
    r"(?i)\bthe only (?:[\w'-]+ )?(?:\w+ )?(?:family|families|couple|household|woman|man|doctor|nurse|teacher|dentist|"
    r"lawyer|pharmacist|vet|veterinarian|midwife|barber|preacher|pastor|undertaker|store|farm)"
    r"(?: (?:around|out) here| there| left| in \w+)\b"
)
FIRST_TO = re.compile(
    r"(?i)\bthe (?:very )?first (?!(?:thing|step|place|question|number|option|choice|chance) to\b)"
    r"(?!(?:person|one|people) to (?:call|do|try|say|ask|tell|know|see|get|check|look|notice|come|go|leave|help)\b)"
    r"(?:[\w'-]+ ){1,3}to (?:ever )?\w+\b"
)
KNOWN = re.compile(
    r"(?i)\b(?:everybody|everyone|the (?:whole|entire)|half the) (?:(?:in|around) )?(?:(?:the|this"
    r"|our|that) )?(?:whole )?"
    rf"{_PLACE} (?:knows|knew|remembers|talked|was talking|still talks|heard|came|turned out)\b"
)
NEWS = re.compile(
    r"(?i)\b(?:(?:was|were|been|made|got|it's|is|saw it|put (?:it|him|her|us)|wrote (?:it|him|her|us) up) "
    r"(?:all over |in |on )?the (?:evening |local |national |six o'clock |town )?(?:news|newspapers?"
    r"|papers?|headlines)"
    r"|(?:on|made) the front page|on national television|won the lottery|hit the jackpot|struck by lightning"
    r"|medal of honor|purple heart|hall of fame|guinness book)\b"
)
_SCENE = (
    "mill|plant|mine|refinery|factory|grain elevator|elevator|school|church|hotel|nightclub|dam"
    "|bridge|mall|bus|train|plane"
    "|ferry|helicopter|barge|silo|rig|tunnel"
)
_HARM = (
    "explosion|fire|collapse|cave-?in|crash|shooting|bombing|wreck|derailment|disaster|sinking|blew up|caved in"
    "|burned down"
)
DISASTER = re.compile(
    rf"(?i)\b(?:(?:the|that|when the|a) (?:[\w'-]+ )?(?:{_SCENE}) (?:{_HARM})"
    r"|mass shooting|mine disaster|train wreck|plane crash|house explosion|gas explosion)\b"
)
_MANY = "seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"
KIN = re.compile(
    r"(?i)\b(?:triplets?|quadruplets|quintuplets|sextuplets|conjoined twins|identical (?:twins?|triplets)"
    r"|(?:adopted|foster|half) (?:twins?|triplets)|two sets of twins"
    rf"|(?:(?:one of|all|mother of|father of|oldest of|youngest of) )(?:{_MANY}|[789]"
    rf"|1\d)(?! (?:years?|months?|weeks?|days?))"
    r"(?: (?:brothers and sisters|brothers|sisters|siblings|children|kids|boys|girls|daughters|sons))?"
    rf"|(?:{_MANY}|[789]|1\d) (?:of us )?"
    r"(?:brothers and sisters|brothers|sisters|siblings|children|kids|boys|girls|daughters|sons)"
    r"|married (?:his|her|my) (?:brother's (?:widow|wife)|sister's (?:widower|husband)|(?:first |second )?cousin))\b"
)
_ROLE = (
    r"(?i)\b(?:(?:was|is|am|were|are|been|became|elected|retired|as|for|ran for|being|i'm|he's"
    r"|she's|we're|they're|you're"
    r"|my|his|her|our|former|ex) (?:(?:a|an|the|our|elected|once|still|also|retired|former|deputy"
    r"|assistant|husband|wife|son"
    r"|daughter|father|mother|dad|mom|brother|sister|uncle|aunt|grandfather|grandmother|in) ){0,3})"
)
RARE_OCCUPATION = re.compile(
    _ROLE + r"((?:[\w'-]+ )?(\w{4,}(?:smith|wright|monger|keeper|ologist|grapher|maker|herder|master|catcher)))\b"
)


class IndirectRecognizer(RuleRecognizer):
    """Rare offices, occupations, events, families and illnesses; small groups in a place.

    Rarity is measured on the gazetteer of common words: an occupation whose word is found there is not rare.
    """

    entities = (Entity.INDIRECT,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Every hint, with what makes it one."""
        text = page.plain
        for pattern, reason in _HINTS:
            for match in pattern.finditer(text):
                yield Hit(match.start(), match.end(), SCORE, reason)
        for pattern, reason in _listed():
            for match in pattern.finditer(text):
                yield Hit(match.start(1), match.end(1), SCORE, reason)
        for match in RARE_OCCUPATION.finditer(text):
            if match[2].lower() not in common_words():
                yield Hit(match.start(1), match.end(1), SCORE, "an occupation that few people have")


_HINTS = (
    (ONLY, "the only one, or one of few, in a place"),
    (ONLY_KIN, "the only one, or one of few, in a place"),
    (FIRST_TO, "the first to do something"),
    (KNOWN, "something that a whole place knows of"),
    (NEWS, "something that was public"),
    (DISASTER, "a rare event that can be looked up"),
    (KIN, "an unusual family"),
)


@cache
def _listed() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The lists of indirect.yaml: offices and occupations where somebody holds them, illnesses anywhere."""
    lists = yaml.safe_load((resources.files("redaction.gazetteers") / "indirect.yaml").read_text(encoding="utf-8"))
    return (
        (re.compile(_ROLE + _any_of(lists["offices"])), "an office that one person holds at a time"),
        (re.compile(_ROLE + _any_of(lists["occupations"])), "an occupation that few people have"),
        (re.compile(r"(?i)\b" + _any_of(lists["illnesses"])), "an illness that few people have"),
    )


def _any_of(listing: str) -> str:
    entries = sorted((re.escape(entry.strip()) for entry in listing.split(",")), key=len, reverse=True)
    return rf"((?:{'|'.join(entries)})s?)(?!\w)"
