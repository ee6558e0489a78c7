"""Addresses on the net: e-mail (also at names that are not public), web pages, IP addresses; written and spoken."""

import ipaddress
import re
from collections.abc import Iterator

from policies.names import Entity
from redaction.folding import word_set
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import Page, Word

EMAIL = re.compile(r"(?<![\w.+-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)*(?<![.-])")
WEB = re.compile(
    r"(?i)(?<![\w@.])(?:https?://[^\s<>\"]+|www\.[^\s<>\"]+|(?:[a-z0-9-]+\.)+"
    r"(?:com|org|net|edu|gov|mil|info|io|us|uk|ca|health|care|internal|local|co)(?:/[^\s<>\"]*)?)(?<![.,;:!?)])(?![\w@])"
)
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d)")
IPV6 = re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])")
DOMAINS = r"(?:com|org|net|edu|gov|mil|info|io|us|care|health|co|biz|tv|me)"
SPOKEN_DOMAIN = re.compile(rf"(?i)(?<!\w)dot,? {DOMAINS}(?!\w)")
PATH_WORD = r"(?!(?:and|or|but|you|it|is|that|then|uh|um|so|if|for|on|in)\b)[\w'-]+"
PATH = re.compile(rf"(?i)^(?:,? (?:slash|dot|dash|hyphen|underscore),?(?: {PATH_WORD}){{1,2}})+")
STOPS = word_set(
    "it's its is to me email e-mail mail address use the that's or um uh and check use try send her his "
    "my your at's just no so okay ok yeah well then i have here website online web page site link on "
    "visit called you do go see up was that it says one's gave look there of wait"
)
SPOKEN_LOCAL = re.compile(r"(?i)(?<!\w)[\w.]+(?:(?: underscore| dot)+ [\w.]+)+ at [\w-]+(?!\w)")
AT = frozenset({"at"})
MOST_WORDS = 12


class OnlineRecognizer(RuleRecognizer):
    """E-mail, web and IP addresses."""

    entities = (Entity.EMAIL, Entity.URL, Entity.IP_ADDRESS)

    def find(self, page: Page) -> Iterator[Hit]:
        """Written addresses first, then those spoken with "at" and "dot"."""
        text = page.plain
        for match in EMAIL.finditer(text):
            yield Hit(match.start(), match.end(), 0.95, "an e-mail address", Entity.EMAIL)
        for match in WEB.finditer(text):
            yield Hit(match.start(), match.end(), 0.8, "a web address", Entity.URL)
        for pattern in (IPV4, IPV6):
            for match in pattern.finditer(text):
                if self._is_ip(match[0]):
                    yield Hit(match.start(), match.end(), 0.9, "an IP address", Entity.IP_ADDRESS)
        yield from self._spoken(page)

    @staticmethod
    def _is_ip(found: str) -> bool:
        try:
            ipaddress.ip_address(found)
        except ValueError:
            return False
        return True

    @staticmethod
    def _spoken(page: Page) -> Iterator[Hit]:
        words = page.words
        ends = {w.end: i for i, w in enumerate(words)}
        for match in SPOKEN_LOCAL.finditer(page.plain):
            yield Hit(match.start(), match.end(), 0.7, "an e-mail address read aloud", Entity.EMAIL)
        for match in SPOKEN_DOMAIN.finditer(page.plain):
            at = ends.get(match.end())
            if at is None:
                continue
            first, mail = OnlineRecognizer._beginning(words, at - 1)
            end = match.end()
            rest = PATH.match(page.plain[end : end + 80])
            if rest and not mail:
                end += rest.end()
            reason = "an e-mail address read aloud" if mail else "a web address read aloud"
            yield Hit(words[first].start, end, 0.9, reason, Entity.EMAIL if mail else Entity.URL)

    @staticmethod
    def _beginning(words: list[Word], dot: int) -> tuple[int, bool]:
        """Where an address that ends in the word "dot" at `dot` and a domain begins, and whether it is e-mail."""
        first, mail = dot, False
        while first and dot - first < MOST_WORDS:
            before, here = words[first - 1], words[first]
            if "\n" in here.gap or re.search(r"[.!?;:\"]", here.gap):
                break
            if before.fold in AT:
                local = words[first - 2] if first > 1 else None
                spoken_of = local is None or local.fold in STOPS or local.text.endswith("'s") or before.initial
                if mail or spoken_of:
                    break
                mail = True
            else:
                part = mail and (here.fold == "dot" or before.fold == "the")
                pause = "," in here.gap and before.fold not in {"dot", "word"} and here.fold != "one"
                if (before.fold in STOPS and not part) or (pause and not mail):
                    break
            first -= 1
        while first < dot and words[first].fold in AT | {"dot", "the"}:
            first += 1
        return first, mail
