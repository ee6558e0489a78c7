"""The themes: dark, light, and high-contrast; what becomes of them where colours are few; and one person's choices.

Words stand out from what is behind them by at least 4.5 to 1 in the first two and 7 to 1 in the third (WCAG AA and
AAA); the tests measure every cell of the screens.  No colour is alone: each has a mark in the text beside it.
"""

import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from textual.constants import COLOR_SYSTEM
from textual.theme import Theme

from policies import UserError
from workbench.tui import keymap as keymaps
from workbench.tui.preferences import (
    DEFAULT,
    NAME,
    Preferences,
    ThemeName,
    config_folder,
    load_preferences,
    terminal_is_ascii,
)

DARK = Theme(
    name="dark",
    dark=True,
    primary="#7fb4e0",
    secondary="#8aa6a3",
    accent="#7fb4e0",
    warning="#ffb454",
    error="#ff7a70",
    success="#5fd38d",
    foreground="#d5dbe1",
    background="#12161b",
    surface="#12161b",
    panel="#232b34",
    variables={
        "muted": "#9ba7b3",
        "entity-person": "#ff7ac6",
        "entity-place": "#5ee08a",
        "entity-time": "#f2e05c",
        "entity-contact": "#55d8e8",
        "entity-number": "#ff9a55",
        "entity-indirect": "#b79bff",
        "scrollbar": "#46525f",
        "scrollbar-hover": "#5d6b7a",
        "scrollbar-active": "#7fb4e0",
        "scrollbar-background": "#12161b",
        "scrollbar-background-hover": "#12161b",
        "scrollbar-background-active": "#12161b",
        "scrollbar-corner-color": "#12161b",
        "border": "#7fb4e0",
        "border-blurred": "#46525f",
        "block-cursor-background": "#243a50",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#1d2936",
        "block-cursor-blurred-foreground": "#ffffff",
        "footer-key-foreground": "#7fb4e0",
    },
)
"""Calm: few colours, far enough apart to survive a terminal with sixteen of them."""

LIGHT = Theme(
    name="light",
    dark=False,
    primary="#1b5688",
    secondary="#3f605d",
    accent="#1b5688",
    warning="#824700",
    error="#a3221a",
    success="#15613a",
    foreground="#20272e",
    background="#faf8f4",
    surface="#faf8f4",
    panel="#ebe7df",
    variables={
        "muted": "#535e69",
        "entity-person": "#98126f",
        "entity-place": "#155f2d",
        "entity-time": "#6a5000",
        "entity-contact": "#005a6c",
        "entity-number": "#943a0a",
        "entity-indirect": "#5537a8",
        "scrollbar": "#b3ada1",
        "scrollbar-hover": "#8f897d",
        "scrollbar-active": "#1b5688",
        "scrollbar-background": "#faf8f4",
        "scrollbar-background-hover": "#faf8f4",
        "scrollbar-background-active": "#faf8f4",
        "scrollbar-corner-color": "#faf8f4",
        "border": "#1b5688",
        "border-blurred": "#b3ada1",
        "block-cursor-background": "#c9dcee",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#e2e5e6",
        "block-cursor-blurred-foreground": "#000000",
        "footer-key-foreground": "#1b5688",
    },
)
"""For bright rooms: dark words on warm paper."""

HIGH_CONTRAST = Theme(
    name="high-contrast",
    dark=True,
    primary="#8fd0ff",
    secondary="#c8d8d6",
    accent="#8fd0ff",
    warning="#ffc46b",
    error="#ff9d94",
    success="#7dffad",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    variables={
        "muted": "#d2d2d2",
        "entity-person": "#ff9ee0",
        "entity-place": "#8dff9e",
        "entity-time": "#fff27a",
        "entity-contact": "#7cf1ff",
        "entity-number": "#ffb380",
        "entity-indirect": "#d3c2ff",
        "scrollbar": "#b0b0b0",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#8fd0ff",
        "scrollbar-background": "#1c1c1c",
        "scrollbar-background-hover": "#1c1c1c",
        "scrollbar-background-active": "#1c1c1c",
        "scrollbar-corner-color": "#1c1c1c",
        "border": "#ffffff",
        "border-blurred": "#8a8a8a",
        "block-cursor-background": "#000000",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold reverse",
        "block-cursor-blurred-background": "#000000",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-cursor-blurred-text-style": "bold underline",
        "footer-key-foreground": "#8fd0ff",
    },
)
"""For weak eyes and bad screens: white on black, and the chosen row in reverse."""

THEMES: dict[ThemeName, Theme] = {"dark": DARK, "light": LIGHT, "high-contrast": HIGH_CONTRAST}

FOLLOWING: dict[str, ThemeName] = dict(zip(THEMES, [*list(THEMES)[1:], DEFAULT], strict=True))
"""The order in which the key goes through them."""


def few_colours(theme: Theme) -> Theme:
    """A theme for terminals with sixteen colours or none: what is chosen stands in reverse instead of on a shade.

    Shades of a background become one and the same there, and a console shows no bright background at all.
    """
    cursor = {
        "block-cursor-background": theme.background or "",
        "block-cursor-text-style": "bold reverse",
        "block-cursor-blurred-background": theme.background or "",
        "block-cursor-blurred-text-style": "bold underline",
        "border-blurred": theme.variables["muted"],
        "scrollbar": theme.variables["muted"],
    }
    return replace(theme, panel=theme.background, variables={**theme.variables, **cursor})


@dataclass(frozen=True, slots=True)
class Look:
    """How the screens look and which keys they have, for one person at one terminal."""

    theme: ThemeName = DEFAULT
    ascii: bool = False
    """Whether to draw with plain ASCII alone."""
    few_colours: bool = False
    """Whether the terminal has sixteen colours or fewer."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys by the id of a binding, several with commas between them."""
    remembered: Path | None = None
    """The file of preferences in which another theme is remembered; None keeps it for this time only."""


def find_look(theme: ThemeName | None = None, ascii_only: bool | None = None, keymap: Path | None = None) -> Look:
    """The look that is asked for, here or by WORKBENCH_THEME and WORKBENCH_KEYMAP; for what is not asked for, what the
    person prefers, else what the terminal can do.

    Raises UserError naming what is wrong with a file of preferences or a keymap.
    """
    theme = theme or _theme_of(os.environ)
    if keymap is None and os.environ.get("WORKBENCH_KEYMAP"):
        keymap = Path(os.environ["WORKBENCH_KEYMAP"])
    folder = config_folder(os.environ)
    preferences = Preferences() if folder is None else load_preferences(folder / NAME)
    if keymap is None and folder is not None and (folder / keymaps.NAME).exists():
        keymap = folder / keymaps.NAME
    if ascii_only is None:
        ascii_only = preferences.ascii
    if ascii_only is None:
        ascii_only = terminal_is_ascii(os.environ, bool(sys.flags.utf8_mode))
    return Look(
        theme=theme or preferences.theme,
        ascii=ascii_only,
        few_colours=terminal_has_few_colours(os.environ),
        keymap={} if keymap is None else keymaps.load_keymap(keymap),
        remembered=None if folder is None else folder / NAME,
    )


def _theme_of(environment: Mapping[str, str]) -> ThemeName | None:
    given = environment.get("WORKBENCH_THEME")
    if given and given not in THEMES:
        raise UserError(f"WORKBENCH_THEME: there is no theme {given!r}; choose one of: {', '.join(THEMES)}.")
    return next((name for name in THEMES if name == given), None)


def terminal_has_few_colours(environment: Mapping[str, str]) -> bool:
    """Whether the terminal has sixteen colours or fewer, or is asked by NO_COLOR to show none."""
    console = Console(
        file=io.StringIO(), force_terminal=True, color_system=cast(Any, COLOR_SYSTEM), _environ=environment
    )
    return "NO_COLOR" in environment or console.color_system in (None, "standard")
