"""Which exchanges the queue shows, set in one dialog."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label
from textual.widgets.option_list import Option

from workbench.desk.views import QueueFilter
from workbench.harmless import harmless
from workbench.tui.choices import Choices
from workbench.tui.keymap import keys_of
from workbench.tui.words import FLAG_FILTERS, KIND_FILTERS, RISK_FILTERS, STATE_FILTERS, STATE_WORDS


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the dialog: a part of the filter and the values it goes through."""

    name: str
    title: str
    values: Sequence[Any]


class FilterDialog(ModalScreen[QueueFilter | None]):
    """Up and down choose a line, left and right its value, digits a session; escape changes nothing."""

    SHOW = Binding("enter", "show", "Show", id="filter.show", priority=True)
    CLEAR = Binding("c", "clear", "Clear", id="filter.clear")
    BACK = Binding("escape", "dismiss(None)", "Back", id="filter.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        SHOW,
        CLEAR,
        BACK,
        Binding("right", "turn(1)", "Next value", id="filter.next"),
        Binding("left", "turn(-1)", "Previous value", id="filter.previous"),
    ]

    def __init__(self, wanted: QueueFilter, people: Sequence[str]) -> None:
        super().__init__()
        self._wanted = wanted
        self._fields = (
            Field("state", "state", STATE_FILTERS),
            Field("flag", "flag", FLAG_FILTERS),
            Field("risk", "risk", RISK_FILTERS),
            Field("mine", "mine only", (False, True)),
            Field("reviewer", "decided by", (None, *people)),
            Field("session", "session", ()),
            Field("kind", "kind", KIND_FILTERS),
            Field("words", "words", (None, wanted.words) if wanted.words else (None,)),
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Show which exchanges?", classes="title", markup=False)
            yield Choices(*(Option(self._line(field)) for field in self._fields), markup=False)
            keys = [keys_of(self.app, binding) for binding in (self.SHOW, self.CLEAR, self.BACK)]
            yield Label(
                f"left and right change a line, digits name a session; {keys[0]} shows them, {keys[1]} clears, "
                f"{keys[2]} goes back",
                classes="hint",
                markup=False,
            )

    def action_turn(self, by: int) -> None:
        field = self._field
        if field.name == "session":
            session = max(0, (self._wanted.session or 0) + by)
            self._set(field, session or None)
        else:
            now = getattr(self._wanted, field.name)
            place = field.values.index(now) if now in field.values else 0
            self._set(field, field.values[(place + by) % len(field.values)])

    def action_clear(self) -> None:
        self._wanted = QueueFilter()
        self._draw()

    def action_show(self) -> None:
        self.dismiss(self._wanted)

    def on_key(self, event: events.Key) -> None:
        session = next(field for field in self._fields if field.name == "session")
        typed = str(self._wanted.session or "")
        if event.character and event.character.isdecimal() and event.character.isascii():
            typed += event.character
        elif event.key == "backspace":
            typed = typed[:-1]
        else:
            return
        event.stop()
        self._set(session, int(typed[:9]) or None if typed else None)

    @property
    def _field(self) -> Field:
        return self._fields[self.query_one(Choices).highlighted or 0]

    def _set(self, field: Field, value: Any) -> None:
        self._wanted = self._wanted.model_copy(update={field.name: value})
        self._draw()

    def _draw(self) -> None:
        fields = self.query_one(Choices)
        for place, field in enumerate(self._fields):
            fields.replace_option_prompt_at_index(place, self._line(field))

    def _line(self, field: Field) -> Content:
        value = getattr(self._wanted, field.name)
        return Content.assemble(
            (f"{field.title:<11}", "$muted"), ("← ", "$primary"), (f"{_said(field, value):<22}", ""), (" →", "$primary")
        )


def _said(field: Field, value: Any) -> str:
    if field.name == "mine":
        return "yes" if value else "no"
    if value is None:
        return "any"
    if field.name == "state":
        return STATE_WORDS[value]
    if field.name == "words":
        return f"“{harmless(value)}”"
    return str(value).replace("_", "-") if field.name == "kind" else str(value)
