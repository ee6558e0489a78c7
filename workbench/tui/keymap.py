"""Other keys for the same actions: a file that names bindings by their ids.

    review.approve: f5
    queue.next: [n, f8]

Checked as a whole before a screen opens: a key never means two things in one place, and none is given away that a
list or the editor needs for itself.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import RootModel
from textual.app import App
from textual.binding import Binding, BindingType
from textual.keys import Keys, _character_to_key, format_key, key_to_character
from textual.widget import Widget

from policies import UserError
from policies.loader import parse

NAME = "keymap.yaml"

WORDS = {"up": "up", "down": "down", "left": "left", "right": "right", "enter": "enter", "backspace": "backspace"}
"""Keys that the screen library would print as signs."""

SENT_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys that a terminal cannot tell from others."""

MODIFIERS = ("alt", "ctrl", "shift")


@dataclass(frozen=True, slots=True)
class Context:
    """A place, the bindings that are in force there together, and the keys that it needs itself."""

    where: str
    bindings: tuple[Binding, ...]
    taken: frozenset[str]
    typing: bool
    """Whether letters are typed here."""


def contexts() -> tuple[Context, ...]:
    """Every place with bindings of ours.  A new screen is added here; a test finds one that is not."""
    # These modules use this one.
    from textual.containers import VerticalScroll
    from textual.widgets import DataTable, Input, OptionList, TextArea, Tree

    from workbench.tui.alike import AlikeDialog
    from workbench.tui.asking import LineDialog, NoteDialog
    from workbench.tui.audit_screen import AuditScreen
    from workbench.tui.dialogs import ConfirmDialog, ReasonDialog
    from workbench.tui.entities import EntityDialog
    from workbench.tui.filtering import FilterDialog
    from workbench.tui.guarded import GuardedApp
    from workbench.tui.help import HelpScreen
    from workbench.tui.home import HomeScreen
    from workbench.tui.importing import ImportScreen
    from workbench.tui.keys import EDITING
    from workbench.tui.lock import LockScreen
    from workbench.tui.marker import Marker
    from workbench.tui.models import ModelDialog
    from workbench.tui.palette import PaletteDialog
    from workbench.tui.private import PrivateApp
    from workbench.tui.quality import QualityScreen
    from workbench.tui.releasing import ReleaseScreen
    from workbench.tui.revealed import RevealedDialog
    from workbench.tui.screen import ReviewScreen
    from workbench.tui.signing import NewPassphraseDialog, SignDialog
    from workbench.tui.words import ENTITY_KEYS

    def place(
        where: str,
        bindings: Iterable[BindingType],
        *widgets: type[Widget],
        also: str = "",
        typing: bool = False,
        apart: bool = False,
    ) -> Context:
        everywhere = () if apart else (*GuardedApp.BINDINGS, *PrivateApp.BINDINGS)
        ours = tuple(binding for binding in (*bindings, *everywhere) if isinstance(binding, Binding))
        theirs = Binding.make_bindings(binding for widget in widgets for binding in widget.BINDINGS)
        taken = {binding.key for binding in theirs} | {"tab", "shift+tab", "ctrl+c", *also}
        return Context(where, ours, frozenset(taken), typing)

    review = [binding for binding in ReviewScreen.BINDINGS if isinstance(binding, Binding)]
    return (
        place("on every screen", ()),
        place("on the review screen", (b for b in review if b.action not in EDITING), OptionList, VerticalScroll),
        place("in the editor", (b for b in review if b.action in EDITING), TextArea, typing=True),
        place("in a list of reasons", ReasonDialog.BINDINGS, OptionList, also="123456789"),
        place("at a question", ConfirmDialog.BINDINGS),
        # Tab leads from pane to pane there too, and is ours.
        replace(place("while words are selected", Marker.BINDINGS), taken=frozenset({"ctrl+c"})),
        place("in the list of entities", EntityDialog.BINDINGS, also="".join(ENTITY_KEYS.values())),
        place("in the list of places", AlikeDialog.BINDINGS, OptionList),
        place("in the filter", FilterDialog.BINDINGS, also="0123456789"),
        place("where an invented exchange is revealed", RevealedDialog.BINDINGS),
        place("at a line to type", LineDialog.BINDINGS, Input, typing=True),
        place("in the list of actions", PaletteDialog.BINDINGS, Input, typing=True),
        place("in a note", NoteDialog.BINDINGS, TextArea, typing=True),
        place("where approvals are signed", SignDialog.BINDINGS, Input, typing=True),
        place("at the first passphrase", NewPassphraseDialog.BINDINGS, Input, typing=True),
        place("at home", HomeScreen.BINDINGS, OptionList),
        place("in the tree of files", ImportScreen.BINDINGS, Tree),
        place("in the list of models", ModelDialog.BINDINGS, OptionList),
        place("on the quality screen", QualityScreen.BINDINGS, VerticalScroll),
        place("on the release screen", ReleaseScreen.BINDINGS, Input, VerticalScroll, typing=True),
        place("while it is locked", LockScreen.BINDINGS, Input, typing=True, apart=True),
        place("on the help screen", HelpScreen.BINDINGS, VerticalScroll),
        place("on the auditor's screen", AuditScreen.BINDINGS, DataTable, VerticalScroll),
    )


def load_keymap(path: Path) -> dict[str, str]:
    """The keys in a file by the id of their binding, as Textual's `set_keymap` takes them.

    Raises UserError with one sentence on the first fault: an id or a key that does not exist, or a clash.
    """
    try:
        body = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UserError(f"The keymap {path} cannot be read; check the path.") from None
    given = parse(RootModel[dict[str, Any] | None], body, str(path)).root or {}
    return check_keymap(given, str(path))


def check_keymap(given: Mapping[str, Any], where: str = "The keymap") -> dict[str, str]:
    """The same for ids and keys that have been read already; a key may be a word or a list of words."""
    known = _named()
    keymap: dict[str, str] = {}
    for name, keys in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see: workbench review --print-keymap"
            raise UserError(f"{where}: there is no action {name}; {hint}")
        words = keys if isinstance(keys, list) else str(keys).split(",")
        keymap[name] = ",".join(_key(str(word).strip(), name, where) for word in words)
        if not keymap[name]:
            raise UserError(f"{where}: {name} needs at least one key; name one, or leave the line out.")
    for context in contexts():
        _check_context(context, keymap, where)
    return keymap


def _check_context(context: Context, keymap: Mapping[str, str], where: str) -> None:
    owners: dict[str, str] = {}
    shipped = {(binding.id, key) for binding in context.bindings for key in binding.key.split(",")}
    for name, key in _bound(context, keymap):
        if owners.setdefault(key, name) != name:
            raise UserError(
                f"{where}: {context.where} the key {key} would mean both {owners[key]} and {name}; "
                "give one of them another."
            )
        if (name, key) in shipped:
            continue
        if key in context.taken:
            raise UserError(
                f"{where}: {name} cannot have the key {key}, which is needed {context.where} for something else; "
                "choose another."
            )
        if context.typing and (key_to_character(key) or "\n").isprintable():
            raise UserError(
                f"{where}: {name} cannot have the key {key}, which is typed {context.where}; "
                "choose one with ctrl, or a function key."
            )


def _bound(context: Context, keymap: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for binding in context.bindings:
        name = binding.id or binding.action
        for key in keymap.get(name, binding.key).split(","):
            yield name, key


def _key(word: str, name: str, where: str) -> str:
    """A key in the one form that Textual compares; raises UserError where no key has this name."""
    *modifiers, base = word.split("+") if len(word) > 1 else [word]
    if len(base) == 1 and base.isprintable() and base != " ":
        base = _character_to_key(base)
    # A terminal sends a capital letter for a letter with shift.
    if "shift" in modifiers and len(base) == 1 and base.isalpha():
        modifiers.remove("shift")
        base = base.upper()
    key = "+".join([*sorted(modifiers), base])
    if base not in _bases() or not set(modifiers) <= set(MODIFIERS) or len(set(modifiers)) < len(modifiers):
        raise UserError(
            f"{where}: {name}: there is no key {word or '(empty)'}; "
            "keys are written like a, f5, ctrl+s, space, question_mark."
        )
    return SENT_AS.get(key, key)


def _bases() -> set[str]:
    """Names of keys without the keys held down with them."""
    named = {key.value for key in Keys if "+" not in key.value and "<" not in key.value}
    signs = {_character_to_key(chr(code)) for code in range(33, 127)}
    letters = {chr(code) for code in range(160, 0x250) if unicodedata.category(chr(code)).startswith("L")}
    return named | signs | letters


def printed(keys: str) -> str:
    """Keys as they are printed on a keyboard: "ctrl+s, ?"."""
    return ", ".join(_printed(key) for key in keys.split(","))


def _printed(key: str) -> str:
    *modifiers, base = key.split("+")
    return "+".join([*modifiers, WORDS.get(base) or format_key(base)])


def keys_of(app: App[Any], binding: Binding) -> str:
    """The keys that a binding has for this person, as they are printed."""
    own = app._keymap.get(binding.id) if binding.id else None
    return printed(own or binding.key)


def with_keys(app: App[Any], sentence: str) -> str:
    """A sentence in which ids of bindings stand in braces, as `{review.undo}`, with the key that each has now."""

    def key(found: re.Match[str]) -> str:
        binding = _named().get(found[1])
        return found[0] if binding is None else printed((app._keymap.get(found[1]) or binding.key).split(",")[0])

    return _IN_BRACES.sub(key, sentence)


_IN_BRACES = re.compile(r"\{([a-z]+\.[a-z_]+)\}")


@cache
def _named() -> dict[str, Binding]:
    return {binding.id: binding for context in contexts() for binding in context.bindings if binding.id}


def print_keymap() -> str:
    """All ids with the keys they have at first, as a file to start from."""
    lines = [
        "# The keys of the workbench's screens.  Keep the lines that you change, and save them as",
        "# ~/.config/workbench/keymap.yaml, or name the file with --keymap.  Several keys: [n, f8]",
    ]
    seen: set[str] = set()
    for context in contexts():
        fresh = {binding.id: binding for binding in context.bindings if binding.id and binding.id not in seen}
        seen |= set(fresh)
        lines += ["", f"# {context.where}"] if fresh else []
        for name, binding in fresh.items():
            keys = binding.key.split(",")
            value = yaml.safe_dump(keys if len(keys) > 1 else keys[0], default_flow_style=True).splitlines()[0]
            lines.append(f"{name}: {value}  # {binding.tooltip or binding.description}")
    return "\n".join(lines)
