"""What can be typed at an exchange in the line mode, and the command that each line stands for."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from policies import Entity, UserError, Verdict
from workbench.desk.commands import Command, Decide, DismissFinding, OpenExchange, Reading
from workbench.desk.reviewing import (
    AddNote,
    MarkWords,
    Redo,
    RetagFinding,
    SendBack,
    SkipExchange,
    Undo,
    Withdraw,
)
from workbench.desk.views import DismissReason, ExchangeView, RejectReason, SendBackReason, WithdrawReason

SIDES = ("question", "answer", "source")
ENTITIES = tuple(entity.value for entity in Entity)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the conversation is: the exchange on screen, if any, and what was read of it."""

    view: ExchangeView | None
    reading: Reading | None

    @property
    def shown(self) -> ExchangeView:
        """The exchange on screen; raises UserError where none is."""
        if self.view is None:
            raise UserError("No exchange is open; open one by its number: : 7")
        return self.view

    @property
    def version(self) -> dict[str, Any]:
        """What names exactly the text on screen."""
        return {"exchange": self.shown.row.exchange, "version": self.shown.row.version}


Deed = Callable[[Place, list[str]], Command[Any]]


def approve(place: Place, rest: list[str]) -> Command[Any]:
    """a: approve."""
    return Decide(**place.version, verdict=Verdict.APPROVE, reading=place.reading)


def reject(place: Place, rest: list[str]) -> Command[Any]:
    """r REASON: reject."""
    reason = _one_of(rest, get_args(RejectReason), "r")
    return Decide(**place.version, verdict=Verdict.REJECT, reason=reason, reading=place.reading)


def send_back(place: Place, rest: list[str]) -> Command[Any]:
    """b REASON: have the page paraphrased anew."""
    return SendBack(**place.version, reason=_one_of(rest, get_args(SendBackReason), "b"), reading=place.reading)


def dismiss(place: Place, rest: list[str]) -> Command[Any]:
    """x NUMBER REASON: dismiss a finding."""
    ordinal = _number(rest, "x")
    return DismissFinding(**place.version, ordinal=ordinal, reason=_one_of(rest[1:], get_args(DismissReason), "x"))


def mark(place: Place, rest: list[str]) -> Command[Any]:
    """m WHERE ENTITY WORDS: mark words that identify somebody."""
    where, entity = _one_of(rest, SIDES, "m"), _one_of(rest[1:], ENTITIES, "m")
    words = " ".join(rest[2:])
    view = place.shown
    text = {"question": view.question, "answer": view.answer, "source": view.source}[where]
    start = text.lower().find(words.lower()) if words else -1
    if start < 0:
        raise UserError(f"These words do not stand in the {where}; type them as they stand there.")
    return MarkWords(**place.version, where=where, start=start, stop=start + len(words), entity=Entity(entity))


def retag(place: Place, rest: list[str]) -> Command[Any]:
    """t NUMBER ENTITY: give a finding another entity."""
    entity = Entity(_one_of(rest[1:], ENTITIES, "t"))
    return RetagFinding(**place.version, ordinal=_number(rest, "t"), entity=entity)


def note(place: Place, rest: list[str]) -> Command[Any]:
    """o WORDS: write a note."""
    if not rest:
        raise UserError("What is the note? Write it behind the o.")
    return AddNote(exchange=place.shown.row.exchange, text=" ".join(rest))


def go_on(place: Place, rest: list[str]) -> Command[Any]:
    """n: the next exchange; this one goes back undecided.  With words behind it, as it once was, it is a note."""
    return note(place, rest) if rest else SkipExchange(exchange=place.shown.row.exchange, reason="passed_by")


def note_or_open(place: Place, rest: list[str]) -> Command[Any]:
    """o WORDS: write a note.  With nothing but a number behind it, as it once was, it opens that exchange."""
    return jump(place, rest) if len(rest) == 1 and rest[0].isdecimal() else note(place, rest)


def jump(place: Place, rest: list[str]) -> Command[Any]:
    """: NUMBER: open an exchange."""
    return OpenExchange(exchange=_number(rest, ":"), claim=True)


def withdraw(place: Place, rest: list[str]) -> Command[Any]:
    """w REASON: take back a decision that undo does not reach."""
    return Withdraw(**place.version, reason=_one_of(rest, get_args(WithdrawReason), "w"))


DEEDS: dict[str, Deed] = {
    "a": approve,
    "r": reject,
    "b": send_back,
    "x": dismiss,
    "m": mark,
    "t": retag,
    "o": note_or_open,
    "N": note,
    "n": go_on,
    "s": lambda place, rest: SkipExchange(exchange=place.shown.row.exchange),
    **dict.fromkeys(
        ("K", "k"), lambda place, rest: SkipExchange(exchange=place.shown.row.exchange, reason="known_person")
    ),
    "u": lambda place, rest: Undo(),
    **dict.fromkeys(("U", "redo"), lambda place, rest: Redo()),
    "w": withdraw,
    ":": jump,
}
"""Every line that is one command, by the key of the review screen; `e`, `p`, `?` and `q` are the conversation's own."""

HELP = f"""\
a                     approve, then the next exchange
r REASON              reject: {", ".join(get_args(RejectReason))}
b REASON              have the page paraphrased anew: {", ".join(get_args(SendBackReason))}
e                     edit: the new question, a line with only a full stop, the new answer, a full stop again
x NUMBER REASON       dismiss a finding: {", ".join(get_args(DismissReason))}
m WHERE ENTITY WORDS  mark words that identify somebody, for example: m answer NAME Ingrid Solberg
t NUMBER ENTITY       give a finding another entity
o WORDS               write a note
n                     the next exchange; this one goes back as it is
s                     skip it for now
K                     I know this person: it goes to somebody else
u, U                  undo your last step; do again what was undone
w REASON              withdraw a decision that undo does not reach: {", ".join(get_args(WithdrawReason))}
: NUMBER              open an exchange
p                     print the exchange again
q                     end the sitting"""


def command_of(line: str, place: Place) -> Command[Any]:
    """The command that a line stands for.  Raises UserError, one sentence with what is missing."""
    try:
        key, *rest = shlex.split(line)
    except ValueError:
        key, *rest = line.split()
    if key[:1] == ":" and key[1:]:
        key, rest = ":", [key[1:], *rest]
    if key not in DEEDS:
        raise UserError(f"There is no {key!r} here; ? shows what there is.")
    return DEEDS[key](place, rest)


def _one_of(rest: Sequence[str], words: Sequence[str], key: str) -> Any:
    if not rest or rest[0] not in words:
        raise UserError(f"Behind {key} must stand one of: {', '.join(words)}.")
    return rest[0]


def _number(rest: Sequence[str], key: str) -> int:
    if not rest or not rest[0].isdecimal():
        raise UserError(f"Behind {key} must stand a number.")
    return int(rest[0])
