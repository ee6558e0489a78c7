"""Random identifiers of every kind, as people write them and as they say them."""

import random
from functools import cache
from importlib import resources

import yaml

from redaction import gazetteers
from redaction.folding import word_set

DIGITS = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth""".split()
MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


@cache
def words(name: str) -> list[str]:
    """A list of words.yaml."""
    lists = yaml.safe_load((resources.files(__package__) / "words.yaml").read_text(encoding="utf-8"))
    return [word.strip() for word in lists[name].split(",")]


_LOOSE = word_set("ii iii iv jr sr de la del van von der den")


@cache
def _pool(kind: str) -> tuple[list[str], list[str]]:
    names = {"first": gazetteers.first_names, "last": gazetteers.surnames, "place": gazetteers.places}[kind]()
    usual = [n for n, tier in names.items() if tier >= gazetteers.KNOWN and len(n) > 1 and n not in _LOOSE]
    rare = [n for n, tier in names.items() if tier < gazetteers.KNOWN and len(n) > 2 and n not in _LOOSE]
    return sorted(usual), sorted(rare)


def title(words: str) -> str:
    """First letters in upper case, also after a hyphen."""
    return "-".join(" ".join(w[:1].upper() + w[1:] for w in part.split(" ")) for part in words.split("-"))


def _drawn(rng: random.Random, kind: str, rare_share: float) -> str:
    usual, rare = _pool(kind)
    return title(rng.choice(rare if rare and rng.random() < rare_share else usual))


def first_name(rng: random.Random) -> str:
    """A given name or nickname: of many origins, one in seven an ordinary word."""
    roll = rng.random()
    if roll < 0.15:
        return rng.choice(words("names_that_are_words"))
    if roll < 0.3:
        return rng.choice(words("names_of_many_origins"))
    return _drawn(rng, "first", 0.35)


def last_name(rng: random.Random) -> str:
    """A family name; now and then a word or a given name."""
    roll = rng.random()
    if roll < 0.06:
        return rng.choice(words("names_that_are_words"))
    if roll < 0.1:
        return rng.choice(words("names_of_many_origins"))
    return _drawn(rng, "last", 0.3)


def town(rng: random.Random) -> str:
    """A town or county."""
    return _drawn(rng, "place", 0.4)


def digit_word(rng: random.Random) -> str:
    """One spoken digit; zero is mostly "oh"."""
    digit = rng.choice(DIGITS)
    return "oh" if digit == "zero" and rng.random() < 0.7 else digit


def spoken_digits(rng: random.Random, count: int) -> str:
    """So many digits read aloud: one by one, in pairs, doubled, in groups with commas or without, or typed apart."""
    style = rng.random()
    if style < 0.15:
        return " ".join(str(rng.randrange(10)) for _ in range(count))
    words: list[str] = []
    left = count
    while left > 0:
        roll = rng.random()
        if left >= 2 and roll < 0.12:
            words.append(rng.choice(["double ", "double "]) + rng.choice(DIGITS[1:]))
            left -= 2
        elif left >= 2 and roll < (0.6 if style > 0.8 else 0.1):
            words.append(rng.choice(TENS) + rng.choice([" ", "-"]) + rng.choice(DIGITS[1:]) if roll > 0.05
                         else rng.choice(TEENS))  # fmt: skip
            left -= 2
        else:
            words.append(digit_word(rng))
            left -= 1
    group = rng.choice([3, 3, 4, 99])
    text = words[0]
    for at, word in enumerate(words[1:], 1):
        text += (rng.choice([", ", ", ", " ", " dash "]) if at % group == 0 else " ") + word
    return text


def ordinal(rng: random.Random) -> str:
    """A day of a month, spoken or typed."""
    day = rng.randint(1, 31)
    if rng.random() < 0.25:
        ending = "th" if 4 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return f"{day}{ending}"
    if day <= 20:
        return ORDINALS[day - 1]
    if day == 30:
        return "thirtieth"
    return ("twenty" if day < 30 else "thirty") + rng.choice("- ") + ORDINALS[day % 10 - 1]


def year(rng: random.Random) -> str:
    """A year of somebody's life, spoken or typed."""
    number = rng.randint(1930, 2025)
    roll = rng.random()
    if roll < 0.4:
        return str(number)
    if roll < 0.5:
        return f"'{number % 100:02d}"
    tail = number % 100
    if number >= 2000:
        return (
            "two thousand" + (f" {_two(tail)}" if tail else "") if tail < 10 or roll < 0.7 else f"twenty {_two(tail)}"
        )
    return (f"nineteen {_two(tail)}" if roll < 0.9 else _two(tail)) if tail > 9 else f"nineteen oh {DIGITS[tail or 1]}"


def _two(number: int) -> str:
    if number < 10:
        return DIGITS[number]
    if number < 20:
        return TEENS[number - 10]
    return TENS[number // 10 - 2] + (f" {DIGITS[number % 10]}" if number % 10 else "")


def date(rng: random.Random) -> str:
    """Anything more exact than a year."""
    month, roll = rng.choice(MONTHS), rng.random()
    if roll < 0.22:
        return f"{month} {ordinal(rng)}"
    if roll < 0.34:
        return f"the {ordinal(rng)} of {month}"
    if roll < 0.5:
        return f"the {ordinal(rng)}"
    if roll < 0.6:
        return (
            f"{rng.choice(WEEKDAYS)}{rng.choice([',', ''])} {rng.choice(['the ', month + ' ', 'the '])}{ordinal(rng)}"
        )
    if roll < 0.68:
        return f"{month} {rng.choice(['the ', ''])}{ordinal(rng)}{rng.choice([', ', ' '])}{year(rng)}"
    if roll < 0.72:
        return f"{month} {rng.choice(['of ', ''])}{year(rng)}"
    if roll < 0.76:
        return f"{rng.randint(1, 12)}{(mark := rng.choice('/-'))}{rng.randint(1, 28)}{mark}{rng.randint(1935, 2025)}"
    if roll < 0.8:
        which = rng.choice(["first", "second", "third", "fourth", "last"])
        return f"the {which} {rng.choice(WEEKDAYS)} {rng.choice(['in', 'of'])} {month}"
    if roll < 0.84:
        return month
    if roll < 0.88:
        before = rng.choice(
            ["the day after ", "the week before ", "two days before ", "the Sunday after ", "the night of "]
        )
        return before + rng.choice(words("holidays"))
    return rng.choice(words("holidays"))


def phone(rng: random.Random) -> str:
    """A number to call, or the part of it that is being read."""
    roll = rng.random()
    if roll < 0.2:
        a, b, c = rng.randint(201, 989), rng.randint(200, 999), rng.randint(0, 9999)
        return rng.choice(
            [f"{a}-{b}-{c:04d}", f"({a}) {b}-{c:04d}", f"{a} {b} {c:04d}", f"{b}-{c:04d}", f"{a}.{b}.{c:04d}"]
        )
    if roll < 0.25:
        return f"one eight hundred, {spoken_digits(rng, 7)}"
    return spoken_digits(rng, rng.choice([10, 10, 10, 7, 7, 4, 4, 3, 6, 11]))


def number(rng: random.Random) -> str:
    """A record, member, account, plate or study number, with or without letters, whole or in part."""
    roll = rng.random()
    if roll < 0.25:
        return spoken_digits(rng, rng.choice([4, 4, 5, 6, 7, 8, 9]))
    if roll < 0.45:
        letters = " ".join(_letter(rng) for _ in range(rng.randint(1, 3)))
        return f"{letters}{rng.choice([', ', ' ', ' dash '])}{spoken_digits(rng, rng.randint(3, 7))}"
    if roll < 0.55:
        first, second = spoken_digits(rng, rng.randint(1, 3)), spoken_digits(rng, rng.randint(2, 4))
        return f"{_letter(rng)} {first} {_letter(rng)} {second}"
    if roll < 0.62:
        return f"{_letter(rng)} as in {title(rng.choice(_pool('first')[0]))}, {spoken_digits(rng, rng.randint(3, 6))}"
    if roll < 0.72:
        return f"{rng.randint(100, 999)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"
    if roll < 0.86:
        prefix = "".join(_letter(rng) for _ in range(rng.randint(1, 4))).upper()
        return f"{prefix}{rng.choice(['-', '', ' '])}{rng.randint(100, 9_999_999)}"
    return str(rng.randint(1000, 99_999_999))


def _letter(rng: random.Random) -> str:
    return rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ")


def address(rng: random.Random) -> str:
    """A street address, a box, a rural route, a road, a ZIP or a town with its state."""
    street = f"{rng.choice([last_name, last_name, town, first_name])(rng)} {rng.choice(words('streets'))}"
    house = rng.choice([str(rng.randint(1, 19999)), _two(rng.randint(10, 99)) + " " + _two(rng.randint(10, 99)),
                        spoken_digits(rng, rng.randint(2, 4))])  # fmt: skip
    roll = rng.random()
    if roll < 0.2:
        return f"{house} {street}"
    if roll < 0.25:
        unit = rng.choice([str(rng.randint(1, 40)), _letter(rng), f"{rng.randint(1, 9)}-{_letter(rng)}"])
        return f"{house} {street}, {rng.choice(['apartment', 'apt.', 'unit', 'number', 'lot'])} {unit}"
    if roll < 0.4:
        code = rng.choice(["", ", " + spoken_digits(rng, 5)])
        return f"{house} {street}, {town(rng)}, {rng.choice(words('states'))}{code}"
    if roll < 0.6:
        return street
    if roll < 0.66:
        box = rng.choice(["P.O. Box", "PO Box", "post office box", "Box"])
        return f"{box} {rng.choice([str(rng.randint(1, 9999)), spoken_digits(rng, 3)])}"
    if roll < 0.72:
        route = rng.choice(words("routes"))
        return f"{route} {rng.choice([str(rng.randint(1, 999)), _two(rng.randint(1, 99))])}"
    if roll < 0.8:
        return rng.choice([str(rng.randint(10000, 99999)), spoken_digits(rng, 5)])
    if roll < 0.92:
        return f"{town(rng)}, {rng.choice(words('states'))}"
    return f"{town(rng)} County"


def landmark(rng: random.Random) -> str:
    """A lake, bridge, mountain, reservation or the like by name."""
    kind = rng.choice(
        "Lake|Creek|River|Bridge|Park|Hollow|Valley|Bay|Island|Beach|Canyon|Reservation|Heights|Point|Falls".split("|")
    )
    name = rng.choice([last_name, town])(rng)
    return f"Lake {name}" if kind == "Lake" and rng.random() < 0.6 else f"{name} {kind}"


def facility(rng: random.Random) -> str:
    """A named organisation: church, school, hospital, employer."""
    kind, roll = rng.choice(words("kinds_of_facility")), rng.random()
    if roll < 0.15:
        ending = rng.choice(["", "'s", f" {kind}"])
        return f"{rng.choice(['St.', 'Saint', 'St'])} {rng.choice(words('saints'))}{ending}"
    name = rng.choice([town, last_name, last_name, first_name])(rng)
    if roll < 0.75:
        return f"{name} {kind}"
    if roll < 0.85:
        return f"{name} {rng.choice(['and', '&'])} {rng.choice(['Sons', last_name(rng), 'Daughters', 'Company'])}"
    if roll < 0.93:
        adjective = rng.choice(words("facility_adjectives"))
        noun = rng.choice(words("facility_nouns"))
        return f"{adjective} {noun}{rng.choice(['', ' ' + kind])}"
    return name + rng.choice(words("facility_endings"))


def email(rng: random.Random) -> str:
    """An address, typed or spelled out in words."""
    first, last = first_name(rng).lower(), last_name(rng).lower().replace("'", "")
    first = first.replace("'", "").replace("-", " ")
    if rng.random() < 0.2:
        local = rng.choice([f"{first[:1]}{last}", f"{first}.{last}", f"{first}_{rng.randint(1, 99)}"]).replace(" ", "")
        host = rng.choice(
            [*(p.replace(" ", "") for p in words("mail_providers")), town(rng).lower().replace(" ", "") + "hospital"]
        )
        return f"{local}@{host}.{rng.choice(['com', 'net', 'org', 'edu', 'internal'])}"
    parts = rng.choice(
        [
            [first, "dot", last],
            [first[:1], last],
            [first, "underscore", last],
            [first, last, _two(rng.randint(1, 99))],
            [" ".join(last[:4]), "dash", first],
            [
                first,
                "the",
                rng.choice("baker nurse mailman teacher plumber fisherman quilter gardener trucker".split()),
            ],
            [
                last,
                rng.choice("family farm dairy crew house boys kids".split()),
                spoken_digits(rng, 2).replace(",", ""),
            ],
        ]
    )
    spoken = " ".join(parts) + rng.choice(["", "", ", all one word,", ", no spaces,"])
    host = rng.choice(
        [
            rng.choice(words("mail_providers")),
            rng.choice(words("mail_providers")),
            f"{last} {rng.choice(['hospice', 'health', 'church'])}",
        ]
    )
    ending = rng.choice([" dot com", " dot com", " dot com", " dot net", " dot org", " dot edu", ""])
    return f"{spoken} at {host}{ending}"


def url(rng: random.Random) -> str:
    """A web address with something of a person's in it, typed or spoken."""
    name = rng.choice([last_name, town])(rng).lower()
    thing = rng.choice(words("website_words"))
    ending = rng.choice(["com", "org", "net", "gov"])
    if rng.random() < 0.3:
        return (
            f"{rng.choice(['www.', 'https://', ''])}{name.replace(' ', '')}{thing}.{ending}/{first_name(rng).lower()}"
        )
    site = rng.choice([f"{name} {thing}", f"{thing} for {name}", name, f"{name}'s {thing}", f"{name} county {thing}"])
    tail = rng.choice(["", f" slash {thing}", f" slash {first_name(rng).lower()} dash {name}", f" slash {name}"])
    return f"{rng.choice(['w w w dot ', 'www dot ', '', ''])}{site} dot {ending}{tail}"


def age(rng: random.Random) -> str:
    """Ninety and over."""
    number = rng.randint(90, 104)
    if rng.random() < 0.25:
        return str(number)
    tail = number % 10
    if number >= 100:
        return "a hundred" if number == 100 else f"a hundred and {DIGITS[tail]}"
    return "ninety" + (rng.choice(["-", " "]) + DIGITS[tail] if tail else "")


def spelled(name: str, rng: random.Random) -> str:
    """A name letter by letter."""
    letters = [c for c in name.upper() if c.isalpha()]
    mark = rng.choice(["-", " ", ", ", ". "])
    return mark.join(letters)
