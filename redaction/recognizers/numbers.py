"""Numbers that belong to one person, told apart by the words before them, spoken or written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.names import Entity
from redaction.folding import word_set
from redaction.quantities import is_quantity, is_service
from redaction.recognizers.base import Hit, RuleRecognizer
from redaction.spoken_numbers import SpokenNumber, spoken_numbers
from redaction.words import Page

WINDOW = 14
"""How many words back a cue counts."""
NEAR = 30
"""How many words after a number the rest of it may follow ("... hang on ... seven seven")."""
CUES: dict[Entity, frozenset[str]] = {
    Entity.PHONE: word_set(
        "phone cell cellphone telephone landline mobile fax pager beeper dial voicemail extension ext "
        "text reach call calls calling"
    ),
    Entity.SSN: word_set("social ssn"),
    Entity.MRN: word_set("mrn nhs chart bracelet wrist wristband record records"),
    Entity.HEALTH_PLAN: word_set(
        "member membership policy subscriber group medicare medicaid insurance beneficiary plan medi-cal "
        "hmo prior-auth authorization sponsor"
    ),
    Entity.ACCOUNT: word_set("account acct routing card checking savings invoice claim bill iban loan debit credit"),
    Entity.LICENCE: word_set("license licence licensed certificate passport dea npi permit"),
    Entity.VEHICLE: word_set("plate plates vin tag tags registration"),
    Entity.DEVICE: word_set("serial device pump pacemaker concentrator machine model ventilator cpap bipap lot"),
    Entity.STUDY_ID: word_set("study participant interview subject enrollment"),
    Entity.ID: word_set(
        "number numbers id ids badge employee case code pin confirmation reference tracking file ticket "
        "student service citizen prescription rx digits four ends ended ending locker unit"
    ),
}
CUE_OF = {word: entity for entity, words in CUES.items() for word in words}
WRITTEN_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d{3})[A-Z]{1,8}-?\d{3,8}(?:(?:-\d{1,6}){1,3}|[A-Z])?(?![\w-])")
MIXED_CODE = re.compile(r"(?<![\w@.-])(?=\w*\d\w*\d\w*\d)(?=\w*[A-Z])[A-Z0-9]{6,20}(?![\w@-])")
GROUPED = re.compile(r"(?<![\w-])\d{2,6}(?:-\d{2,6}){1,3}(?![\w-])")
VIN = re.compile(r"(?<!\w)[A-HJ-NPR-Z0-9]{11}\d{6}(?!\w)")
PLATE = re.compile(r"(?i)\b(?:plates?|tags?)(?: number)?(?: is|'s|:)?,? ([A-Z0-9]{2,4}[- ]?[A-Z0-9]{2,4})(?!\w)")
YEAR = re.compile(r"(?:1[89]|20)\d\d$")
REASONS = {
    Entity.PHONE: "a number after a word for a telephone",
    Entity.SSN: "a number after a word for Social Security",
    Entity.MRN: "a number after a word for a medical record",
    Entity.HEALTH_PLAN: "a number after a word for insurance",
    Entity.ACCOUNT: "a number after a word for an account or card",
    Entity.LICENCE: "a number after a word for a licence",
    Entity.VEHICLE: "a number after a word for a vehicle",
    Entity.DEVICE: "a number after a word for a device",
    Entity.STUDY_ID: "a number after a word for the study",
    Entity.ID: "a number after a word for a number or code",
}


@dataclass(frozen=True, slots=True)
class _Last:
    """The last number that was taken for an identifier."""

    word: int
    entity: Entity


class NumberRecognizer(RuleRecognizer):
    """Telephone, record, plan, account and other numbers, also read aloud digit by digit and in parts."""

    entities = (Entity.ID, *(e for e in CUES if e is not Entity.ID))

    def find(self, page: Page) -> Iterator[Hit]:
        """Numbers by cue, by shape, and the rest of a number begun before."""
        last: _Last | None = None
        for number in spoken_numbers(page, letters=True):
            if is_quantity(page, number) or is_service(page, number):
                continue
            hit = self._judge(page, number, last)
            if hit:
                last = _Last(number.last, hit.entity or Entity.ID)
                yield hit
        yield from self._written(page)

    def _judge(self, page: Page, number: SpokenNumber, last: _Last | None) -> Hit | None:
        size = len(number.value)
        yearlike = bool(YEAR.match(number.value)) and number.pieces <= 3
        cue = self._cue(page, number.first)
        lettered = size > number.digits
        if (
            not lettered
            and number.digits in {7, 10, 11}
            and number.pieces != 2
            and cue in {None, Entity.ID, Entity.PHONE}
        ):
            return Hit(number.start, number.end, 0.8, "as many digits as a telephone number", Entity.PHONE)
        if cue and number.digits >= 2 and size >= 3 and not yearlike and (number.pieces >= 3 or size >= 4 or lettered):
            return Hit(number.start, number.end, 0.75, REASONS[cue], cue)
        follows = number.digits >= 2 and last is not None and number.first - last.word <= NEAR and not yearlike
        if follows and last and (number.pieces >= 2 or size >= 3) and not self._clock(number):
            return Hit(number.start, number.end, 0.6, "follows the beginning of a number", last.entity)
        if (number.pieces >= 4 and number.digits >= 4) or (lettered and number.digits >= 3 and size >= 4):
            return Hit(number.start, number.end, 0.55, "a number read digit by digit", Entity.ID)
        if number.pieces >= 3 and number.digits <= number.pieces + 1 and number.spoken:
            return Hit(number.start, number.end, 0.5, "a number read digit by digit", Entity.ID)
        if not number.spoken and number.digits >= 6:
            return Hit(number.start, number.end, 0.5, "a long number", Entity.ID)
        return None

    @staticmethod
    def _clock(number: SpokenNumber) -> bool:
        """Reads as a time of day: "five thirty", "1015"."""
        return bool(re.fullmatch(r"(?:0?[1-9]|1[0-2])[0-5][05]", number.value)) and number.pieces <= 2

    @staticmethod
    def _cue(page: Page, first: int) -> Entity | None:
        """The entity of the nearest telling word before the word at `first`, else of a number's (None: no cue)."""
        weak: Entity | None = None
        lines = 0
        for at in range(first - 1, max(first - 1 - WINDOW, -1), -1):
            lines += page.words[at + 1].gap.count("\n")
            if lines > 1:
                break
            letters = "".join(page.fold_at(i) for i in (at - 2, at - 1, at))
            entity = CUE_OF.get(page.words[at].fold) or (Entity.MRN if letters in {"mrn", "nhs"} else None)
            if entity is Entity.ID or (entity is Entity.PHONE and page.words[at].fold.startswith("call")):
                weak = weak or entity
            elif entity:
                return entity
        return weak

    def _written(self, page: Page) -> Iterator[Hit]:
        text = page.plain
        starts = {word.start: at for at, word in enumerate(page.words)}
        for pattern in (WRITTEN_CODE, MIXED_CODE):
            for match in pattern.finditer(text):
                cue = self._cue(page, starts.get(match.start(), 0)) or Entity.ID
                if cue is Entity.ID and re.match(r"[A-Z]{2,}-\d", match[0]):
                    cue = Entity.STUDY_ID
                yield Hit(match.start(), match.end(), 0.7, "letters and digits of a code", cue)
        for match in GROUPED.finditer(text):
            if len(re.sub(r"\D", "", match[0])) >= 6:
                phone = re.fullmatch(r"(?:\d{3}-)?\d{3}-\d{4}", match[0])
                yield Hit(match.start(), match.end(), 0.6, "groups of digits", Entity.PHONE if phone else Entity.ID)
        for match in VIN.finditer(text):
            if re.search(r"[A-Z]", match[0]):
                yield Hit(
                    match.start(), match.end(), 0.85, "the shape of a vehicle identification number", Entity.VEHICLE
                )
        for match in PLATE.finditer(text):
            if re.search(r"\d", match[1]):
                yield Hit(match.start(1), match.end(1), 0.8, "follows a word for a licence plate", Entity.VEHICLE)
