"""Pages of invented counselling talk, composed of utterances with identifiers of all kinds and their look-alikes."""

import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources

from redaction.ner.training import fillers
from redaction.ner.training.examples import Example, Span

_SLOT = re.compile(r"\{([A-Za-z_0-9]+)\}")
_SPEAKERS = (
    ("Coach", "Caregiver"),
    ("Coach", "Caregiver"),
    ("therapist", "client"),
    ("Interviewer", "Participant"),
    ("Clinician", "Patient"),
    ("BHC", "CG"),
    ("C", "P"),
)
Filler = Callable[[random.Random], str]


def _full(rng: random.Random) -> str:
    middle = rng.random()
    names = [fillers.first_name(rng), fillers.last_name(rng)]
    if middle < 0.12:
        names.insert(1, fillers.first_name(rng))
    elif middle < 0.2:
        names.insert(1, rng.choice("ABCDEFGHJKLMNPRSTW") + rng.choice(["", "."]))
    elif middle < 0.26:
        names[1] += rng.choice([" Junior", " Senior", "-" + fillers.last_name(rng), " " + fillers.last_name(rng)])
    return " ".join(names)


def _initials(rng: random.Random) -> str:
    letters = [rng.choice("ABCDEFGHJKLMNPRSTVW") for _ in range(rng.choice([2, 2, 3]))]
    return rng.choice([". ".join(letters) + ".", ".".join(letters) + ".", "".join(letters), " ".join(letters)])


def _cut(rng: random.Random) -> str:
    name = fillers.first_name(rng)
    return name[: rng.randint(2, max(2, len(name) - 1))]


def _young(rng: random.Random) -> str:
    number = rng.randint(3, 89)
    return str(number) if rng.random() < 0.3 else _number_words(number)


def _number_words(number: int) -> str:
    if number < 20:
        return (fillers.DIGITS + fillers.TEENS)[number]
    tail = number % 10
    return fillers.TENS[number // 10 - 2] + (f"-{fillers.DIGITS[tail]}" if tail else "")


def _time(rng: random.Random) -> str:
    hour = rng.randint(1, 12)
    return rng.choice([f"{hour}:{rng.choice(['00', '15', '30', '45'])}", _number_words(hour) + rng.choice(
        [" thirty", " fifteen", " o'clock", " in the morning", ""]), f"{hour} a.m.", f"{hour} pm"])  # fmt: skip


def _dose(rng: random.Random) -> str:
    count = rng.choice([5, 10, 20, 25, 40, 50, 81, 100, 250, 500])
    return rng.choice(
        [f"{count} milligrams", f"{count} mg", "half a tablet", "two", f"{_number_words(min(count, 99))} units"]
    )


def _pressure(rng: random.Random) -> str:
    low = rng.randint(40, 99)
    return rng.choice(
        [f"{rng.randint(100, 190)} over {low}", f"one {_number_words(low)} over {_number_words(rng.randint(50, 99))}"]
    )


def _money(rng: random.Random) -> str:
    thousands, hundreds = _number_words(rng.randint(2, 60)), _number_words(rng.randint(2, 19))
    return rng.choice([f"${rng.randint(2, 9000)}", f"{thousands} dollars", f"{hundreds} hundred dollars"])


FOUND: dict[str, tuple[str, Filler]] = {
    "FIRST": ("NAME", fillers.first_name),
    "LAST": ("NAME", fillers.last_name),
    "FULL": ("NAME", _full),
    "SPELLED": ("NAME", lambda rng: fillers.spelled(rng.choice([fillers.first_name, fillers.last_name])(rng), rng)),
    "INITIALS": ("NAME", _initials),
    "CUT": ("NAME", _cut),
    "TOWN": ("LOCATION", fillers.town),
    "ADDRESS": ("LOCATION", fillers.address),
    "LANDMARK": ("LOCATION", fillers.landmark),
    "ZIP": ("LOCATION", lambda rng: rng.choice([str(rng.randint(10000, 99999)), fillers.spoken_digits(rng, 5)])),
    "FACILITY": ("FACILITY", fillers.facility),
    "DATE": ("DATE", fillers.date),
    "AGE": ("AGE", fillers.age),
    "PHONE": ("PHONE", fillers.phone),
    "PHONE3": ("PHONE", lambda rng: fillers.spoken_digits(rng, 3)),
    "PHONE7": ("PHONE", lambda rng: fillers.spoken_digits(rng, 7)),
    "ID": ("ID", fillers.number),
    "ID4": ("ID", lambda rng: fillers.spoken_digits(rng, 4)),
    "EMAIL": ("EMAIL", fillers.email),
    "URL": ("URL", fillers.url),
}
"""Slots that are identifiers: label and what fills them."""
LEFT: dict[str, Filler] = {
    "weekday": lambda rng: rng.choice(fillers.WEEKDAYS),
    "year": fillers.year,
    "young": _young,
    "count": lambda rng: rng.choice([str(rng.randint(2, 60)), _number_words(rng.randint(2, 60))]),
    "small": lambda rng: _number_words(rng.randint(1, 10)),
    "time": _time,
    "dose": _dose,
    "pressure": _pressure,
    "money": _money,
    "first_letter": lambda rng: rng.choice("ABCDEFGHJKLMNPRSTW"),
}
"""Slots that identify nobody."""


@cache
def utterances() -> tuple[str, ...]:
    """The sentences of utterances.txt."""
    body = (resources.files(__package__) / "utterances.txt").read_text(encoding="utf-8")
    return tuple(line for line in body.splitlines() if line and not line.startswith("#"))


def filled(sentence: str, people: list[str], rng: random.Random) -> Example:
    """One utterance with its slots filled; given names come from `people` half of the time."""
    text, spans, at = "", [], 0
    for slot in _SLOT.finditer(sentence):
        text += sentence[at : slot.start()]
        name = slot[1]
        label, filler = FOUND[name] if name in FOUND else ("", LEFT[name])
        words = rng.choice(people) if name == "FIRST" and rng.random() < 0.5 else filler(rng)
        if label:
            spans.append(Span(len(text), len(text) + len(words), label))
        text += words
        at = slot.end()
    return Example(text + sentence[at:], tuple(spans))


def pages(count: int, rng: random.Random) -> Iterator[Example]:
    """So many pages of 6 to 16 turns of one to three utterances."""
    for _ in range(count):
        speakers = rng.choice(_SPEAKERS)
        people = [fillers.first_name(rng) for _ in range(4)]
        text, spans = "", []
        for turn in range(rng.randint(6, 16)):
            text += f"{speakers[turn % 2]}:"
            for sentence in rng.sample(utterances(), rng.choice([1, 1, 2, 3])):
                one = filled(sentence, people, rng)
                spans += [Span(s.start + len(text) + 1, s.end + len(text) + 1, s.label) for s in one.spans]
                text += " " + one.text
            text += "\n"
        yield Example(text, tuple(spans))
