"""Dates more exact than a year: written, spoken, by holiday."""

import re
from collections.abc import Iterator

from policies.names import Entity
from redaction.folding import word_set
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.words import Page

MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
SHORT = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
AMBIGUOUS = frozenset({"march", "may", "april", "june", "august"})
DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
UNITS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
ORDINAL = (
    rf"(?:(?:twenty|thirty)[- ](?:{UNITS})|{UNITS}|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|"
    r"seventeenth|eighteenth|nineteenth|twentieth|thirtieth|\d{1,2}(?:st|nd|rd|th))"
)
SMALL = r"(?:one|two|three|four|five|six|seven|eight|nine)"
CARDINAL = (
    rf"(?:(?:twenty|thirty)(?:[- ]{SMALL})?|{SMALL}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|\d{1,2})"
)
YEAR = (
    rf"(?:(?:19|20)\d\d|['\u2019]\d\d|(?:nineteen|twenty)[- ](?:oh[- ]{SMALL}|\w+ty(?:[- ]{SMALL})?|\w+teen|ten|eleven|"
    rf"twelve|hundred)|two thousand(?: and)?(?:[- ](?:{SMALL}|ten|eleven|twelve|\w+teen|\w+ty(?:[- ]{SMALL})?))?|"
    rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ]{SMALL}|oh[- ]{SMALL}|\d\d(?!\d))"
)
MONTH = rf"(?:{MONTHS}|(?:{SHORT})\b\.?)"
OF_YEAR = rf"(?:,? (?:of |in )?{YEAR})"
NUMERIC = re.compile(
    r"(?<![\w/.-])(?:(?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|[12]\d|3[01])[/.-](?:(?:19|20)\d\d|\d\d)|"
    r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))(?![\w/-])"
)
MONTH_DAY = re.compile(
    rf"(?i)(?<!\w)(?:(?:{DAYS}),? (?:the )?)?{MONTH} (?:the )?(?:{ORDINAL}|{CARDINAL})(?!\w)"
    rf"(?: (?:of|in)(?= {YEAR}))?{OF_YEAR}?(?!\w)"
)
DAY_MONTH = re.compile(
    rf"(?i)(?<!\w)(?:(?:{DAYS}),? )?(?:the )?(?:{ORDINAL}|\d{{1,2}})(?: of)? {MONTH}(?!\w){OF_YEAR}?(?!\w)"
)
MONTH_YEAR = re.compile(rf"(?i)(?<!\w){MONTH}(?: of|,)? (?:{YEAR})(?!\w)")
DAY_ORDINAL = re.compile(rf"(?i)(?<!\w)(?:(?:{DAYS}),?|(?:the )?(?:weekend|night|week) of) the {ORDINAL}(?!\w)")
NTH_WEEKDAY = re.compile(
    rf"(?i)(?<!\w)the (?:first|second|third|fourth|last) (?:{DAYS}|week|weekend|day) (?:in|of) "
    rf"(?:{MONTHS}|the year|ramadan|lent|advent)(?!\w)|"
    rf"(?<!\w)the first of the year(?!\w)|(?<!\w)(?:early|late|mid)[- ](?:{MONTHS})(?!\w)"
)
LONE_MONTH = re.compile(rf"(?i)(?<!\w)(?:{MONTHS})(?![\w'])")
THE_ORDINAL = re.compile(rf"(?i)(?<!\w)the {ORDINAL}(?![\w'-])")
HOLIDAYS = (
    r"christmas(?: eve| day)?|xmas|new year['\u2019]?s(?: eve| day)?|thanksgiving(?: day)?|"
    r"easter(?: sunday| monday)?|good friday|palm sunday|ash wednesday|mardi gras|halloween|"
    r"all souls(?:['\u2019]? day)?|all saints(?:['\u2019]? day)?|"
    r"(?:saint|st\.?) (?:patrick['\u2019]?s|paddy['\u2019]?s|joseph['\u2019]?s|nicholas) day|"
    r"valentine['\u2019]?s(?: day)?|pioneer day|groundhog['\u2019]?s? day|memorial day|labor day|"
    r"veterans['\u2019]? day|columbus day|presidents['\u2019]? day|mother['\u2019]?s day|father['\u2019]?s day|"
    r"(?:the )?fourth of july|independence day|juneteenth|flag day|martin luther king day|mlk day|"
    r"patriots['\u2019]? day|armistice day|boxing day|candlemas|epiphany|three kings(?: day)?|"
    r"d[ií]a de (?:los )?(?:muertos|reyes)|day of the dead|cinco de mayo|noche ?buena|las posadas|hanukkah|"
    r"chanukah|passover|pesach|rosh hashanah|yom kippur|purim|sukkot|shavuot|eid(?: al[- ](?:fitr|adha))?|ramadan|"
    r"ashura|mawlid|diwali|holi|navratri|vaisakhi|pongal|lunar new year|(?:[a-z]+ )?new year(?=[ .,?!\n])|"
    r"(?:[a-z]+ )?moon festival|tet|nowruz|songkran|kwanzaa|meskel|orthodox easter|ascension(?: day)?|pentecost|"
    r"advent|"
    rf"(?:(?:{MONTHS}|spring|summer|early|late) )?bank holiday(?: {DAYS})?|burns night|hogmanay|bonfire night|"
    r"guy fawkes(?: night| day)?|pancake day|shrove tuesday|fat tuesday|maundy thursday|holy saturday|whitsun|"
    r"whit (?:sunday|monday)|remembrance (?:sunday|day)|mothering sunday|trinity sunday|twelfth night|may day|"
    r"midsummer(?:['\u2019]s)?(?: day| eve)|michaelmas|canada day|victoria day|anzac day|australia day|bastille day|"
    r"(?:saint|st\.?) (?:andrew|george|david|stephen|lucia|lucy|brigid)['\u2019]?s day|"
    r"indigenous peoples?['\u2019]? day|election day|super bowl sunday|d[yi]ngus day|nativity"
)
HOLIDAY = re.compile(
    rf"(?i)(?<!\w)(?:(?:the )?(?:first day|day|night|week|weekend|morning|evening|{DAYS}) (?:after|before|of) )?"
    rf"(?:{HOLIDAYS})"
    rf"(?: (?:weekend|week|morning|night|eve|dinner(?= of)))?(?: of)?{OF_YEAR}?(?![\w])"
)
FESTIVE_NOUNS = word_set(
    "tree card cards dinner lights presents present gift gifts cookies cactus music songs carol carols "
    "party break egg eggs ham turkey pageant club seals shopping decorations candy costume costumes"
)
TIME_CUES = word_set(
    "in since until till by before after last this next around early late mid every of for through from "
    "come comes that end beginning middle back and between on was is it's born during about maybe to"
)
ORDINAL_CUES = word_set(
    "on since until till by before after from through to came come comes was is it's for around and died"
)
NOT_DATES = word_set(
    "time times day days week weeks month months year years grade floor one ones thing things person "
    "place part half step session visit wife husband child kid baby stroke marriage round row row's shift "
    "aid base lady cousin amendment base name cup night morning hour street avenue ward wheel degree "
    "generation opinion call two three few couple responder page question born guy woman man girl boy son "
    "daughter nurse doctor chapter row inning quarter"
)


class SpokenDateRecognizer(RuleRecognizer):
    """Calendar dates, months tied to an event, days of the month, holidays."""

    entities = (Entity.DATE,)

    def find(self, page: Page) -> Iterator[Hit]:
        """Dates, from the most exact forms to the vaguest."""
        text = page.plain
        for match in NUMERIC.finditer(text):
            yield Hit(match.start(), match.end(), 0.85 if len(match[0]) > 5 else 0.5, "a date in figures")
        for pattern, reason in (
            (MONTH_DAY, "a month and a day"),
            (DAY_MONTH, "a day and a month"),
            (MONTH_YEAR, "a month and a year"),
            (DAY_ORDINAL, "a weekday and a day of the month"),
            (NTH_WEEKDAY, "a day or week counted within a month"),
        ):
            for match in pattern.finditer(text):
                if pattern in {MONTH_DAY, MONTH_YEAR} and self._only_a_verb(match[0]):
                    continue
                yield Hit(match.start(), match.end(), 0.85, reason)
        yield from self._lone_months(page)
        yield from self._ordinals(page)
        yield from self._holidays(page)

    @staticmethod
    def _only_a_verb(found: str) -> bool:
        """ "may one day", "march two" in small letters: a verb rather than a month."""
        return re.match(rf"(?:may|march|mar|jan|sept?) {SMALL}$", found) is not None

    @staticmethod
    def _lone_months(page: Page) -> Iterator[Hit]:
        for at, word in enumerate(page.words):
            if not LONE_MONTH.fullmatch(page.plain[word.start : word.end]):
                continue
            if word.fold not in AMBIGUOUS:
                if not word.caseless and not word.capital:
                    continue
                yield Hit(word.start, word.end, 0.75, "a month")
                continue
            before = page.fold_at(at - 1)
            cued = before in TIME_CUES and not word.initial
            verb = word.fold in {"may", "march"}
            strong = before in {
                "in",
                "since",
                "until",
                "till",
                "last",
                "early",
                "late",
                "mid",
                "by",
                "of",
                "next",
                "every",
                "this",
            }
            if (word.capital and cued) or (strong and (not verb or before != "this")):
                yield Hit(word.start, word.end, 0.7 if strong else 0.5, "a month after a word of time")

    @staticmethod
    def _ordinals(page: Page) -> Iterator[Hit]:
        starts = {w.start: i for i, w in enumerate(page.words)}
        for match in THE_ORDINAL.finditer(page.plain):
            at = starts.get(match.start())
            if at is None:
                continue
            after_at = next((i for i in range(at, len(page.words)) if page.words[i].start >= match.end()), None)
            follower = page.words[after_at] if after_at is not None else None
            ends = follower is None or re.search(r"[^\s]|\n", follower.gap) is not None
            if follower is not None and not ends and follower.fold in NOT_DATES:
                continue
            low = (
                match[0].lower().split()[-1] in {"first", "second", "third", "1st", "2nd", "3rd"}
                and len(match[0].split()) == 2
                and "-" not in match[0]
            )
            before = page.fold_at(at - 1)
            if low and not (
                before in ORDINAL_CUES
                and (ends or (follower and follower.fold in {"and", "at", "of", "i", "he", "she", "we", "they"}))
            ):
                continue
            if not low and not ends and before not in ORDINAL_CUES and not (follower and follower.common >= 3):
                continue
            yield Hit(match.start(), match.end(), 0.5 if low else 0.65, "a day of the month")

    @staticmethod
    def _holidays(page: Page) -> Iterator[Hit]:
        starts = {w.start: i for i, w in enumerate(page.words)}
        for match in HOLIDAY.finditer(page.plain):
            follower = re.match(r" ([a-z]+)", page.plain[match.end() :])
            if follower and follower[1].lower() in FESTIVE_NOUNS:
                continue
            at = starts.get(match.start())
            before = page.fold_at(at - 1) if at is not None else ""
            exact = len(match[0].split()) > 1 or before in TIME_CUES or before in {"at", "celebrate"}
            yield Hit(match.start(), match.end(), 0.6 if exact else 0.45, "a holiday that fixes a date")
