"""The rules of undoing, written down a second time in the plainest way: a text is a value that is put back, a decision
a card on the pile of its version.
"""

import re
from dataclasses import dataclass, field

PEOPLE = ("ann", "bob")
QUARRY = re.compile(r"(?i)\bquarry\b")
Sides = tuple[str, str]
Card = tuple[int, str, str]
"""When, what, who."""


class No(Exception):
    """The rules refuse this."""


@dataclass
class Step:
    """What somebody did: a decision (`verdict`), a note, or new texts (`texts`: before and after, by exchange)."""

    kind: str
    exchange: int
    texts: dict[int, tuple[Sides, Sides]] = field(default_factory=dict)
    verdict: str | None = None
    card: Card | None = None
    state: str = "done"
    at: int = 0


@dataclass
class Exchange:
    """An exchange as the rules have it; `piles` are the decisions that count, by version."""

    text: Sides
    version: int = 1
    piles: dict[int, list[Card]] = field(default_factory=dict)
    touched: list[tuple[int, str]] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    dismissed: list[int] = field(default_factory=list)
    notes: int = 0

    @property
    def pile(self) -> list[Card]:
        """The decisions that count: one that sent it back does whatever the text is by now."""
        back = [pile for pile in self.piles.values() if pile and pile[-1][1] == "sent_back"]
        return back[0] if back else self.piles.setdefault(self.version, [])

    @property
    def state(self) -> str:
        """What its decisions make of it."""
        return self.pile[-1][1] if self.pile else "waiting"

    @property
    def open(self) -> bool:
        """A marked word is open wherever it stands, unless it was dismissed after it was marked."""
        said = any(QUARRY.search(side) for side in self.text)
        return said and bool(self.marked) and max(self.dismissed, default=0) < max(self.marked)


class Rules:
    """Two people's steps over a few exchanges."""

    def __init__(self, texts: dict[int, Sides]) -> None:
        self.exchanges = {number: Exchange(text) for number, text in texts.items()}
        self.steps: dict[str, list[Step]] = {name: [] for name in PEOPLE}
        self.last_new = dict.fromkeys(PEOPLE, 0)
        self._now = 0

    def do(self, who: str, step: Step) -> None:
        """A new step; what was undone before it stays undone for good.  To decide just so once more is no step."""
        pile = self.exchanges[step.exchange].pile
        if step.kind == "decision" and pile and pile[-1][1:] == (step.verdict, who):
            return
        self._apply(who, step)
        step.at = self.last_new[who] = self._tick()
        self.steps[who].append(step)

    def undo(self, who: str) -> None:
        """Take back the last step that stands."""
        standing = [step for step in self.steps[who] if step.state in ("done", "redone")]
        if standing:
            step = standing[-1]
            self._take_back(who, step)
            step.state, step.at = "undone", self._tick()

    def redo(self, who: str) -> None:
        """Do the last step again that was undone since the last new one, where the words are those before it."""
        undone = [step for step in self.steps[who] if step.state == "undone" and step.at > self.last_new[who]]
        if undone:
            step = undone[0]
            same = {n: pair for n, pair in step.texts.items() if self.exchanges[n].text == pair[0]}
            if step.texts and not same:
                raise No
            self._apply(who, Step(step.kind, step.exchange, same, step.verdict), step)
            step.texts, step.state, step.at = same, "redone", self._tick()

    def withdraw(self, who: str, number: int) -> None:
        """Take back everything that was decided."""
        exchange = self.exchanges[number]
        if who not in {person for _, _, person in exchange.pile}:
            raise No
        for step in [step for steps in self.steps.values() for step in steps]:
            if step.card in exchange.pile and step.state in ("done", "redone"):
                step.state = "withdrawn"
        exchange.pile.clear()
        exchange.touched.append((self._tick(), who))

    def _apply(self, who: str, step: Step, of: Step | None = None) -> None:
        exchange = self.exchanges[step.exchange]
        if step.kind == "note":
            exchange.notes += 1
        elif step.verdict is not None:
            others = {person for _, _, person in exchange.pile} - {who}
            if exchange.state == "sent_back" or others or (step.verdict == "approved" and exchange.open):
                raise No
            (of or step).card = (self._tick(), step.verdict, who)
            exchange.pile.append((self._now, step.verdict, who))
            exchange.touched.append((self._now, who))
        else:
            if exchange.state == "sent_back" and step.kind != "bulk_redaction":
                raise No
            if step.kind == "dismissal" and not exchange.open:
                raise No
            self._known(step).append(self._tick())
            for number, (_, after) in step.texts.items():
                self._write(who, number, after)

    def _take_back(self, who: str, step: Step) -> None:
        exchange = self.exchanges[step.exchange]
        if step.kind == "note":
            exchange.notes -= 1
        elif step.verdict is not None:
            if self._others_touched(who, step.exchange, step.at):
                raise No
            next(pile for pile in exchange.piles.values() if step.card in pile).remove(step.card)  # type: ignore[arg-type]
            exchange.touched.append((self._tick(), who))
        else:
            step.texts = self._untouched(who, step)
            self._known(step).pop()
            for number, (before, _) in step.texts.items():
                self._write(who, number, before)

    def _untouched(self, who: str, step: Step) -> dict[int, tuple[Sides, Sides]]:
        goes = {
            number: pair
            for number, pair in step.texts.items()
            if not self._others_touched(who, number, step.at) and self.exchanges[number].text == pair[1]
        }
        if not goes:
            raise No
        return goes

    def _known(self, step: Step) -> list[int]:
        """What a step teaches about its exchange."""
        exchange = self.exchanges[step.exchange]
        return {"mark": exchange.marked, "dismissal": exchange.dismissed}.get(step.kind, [0])

    def _write(self, who: str, number: int, text: Sides) -> None:
        exchange = self.exchanges[number]
        exchange.text, exchange.version = text, exchange.version + 1
        exchange.touched.append((self._tick(), who))

    def _others_touched(self, who: str, number: int, since: int) -> bool:
        return any(when > since and person != who for when, person in self.exchanges[number].touched)

    def _tick(self) -> int:
        self._now += 1
        return self._now
