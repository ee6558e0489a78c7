"""Closing the ways in which Textual could write what is on the screen to somewhere else.

Textual (8.2.8) reads its settings from the environment once, when it is imported.  The app's own hooks (screenshots,
clipboard, crash output) are overridden in `workbench.tui.app`.
"""

import os
import sys

CLOSED: dict[str, tuple[str, object] | None] = {
    "TEXTUAL": None,  # turns developer tools on
    "TEXTUAL_DEBUG": ("DEBUG", False),
    "TEXTUAL_DEVTOOLS_HOST": ("DEVTOOLS_HOST", "127.0.0.1"),
    "TEXTUAL_DEVTOOLS_PORT": ("DEVTOOLS_PORT", 8081),
    "TEXTUAL_DRIVER": ("DRIVER", None),  # any class, which would be handed everything that is drawn
    "TEXTUAL_LOG": ("LOG_FILE", None),
    "TEXTUAL_PRESS": ("PRESS", ""),  # keys that nobody pressed
    "TEXTUAL_SCREENSHOT": ("SCREENSHOT_DELAY", -1),
    "TEXTUAL_SCREENSHOT_LOCATION": ("SCREENSHOT_LOCATION", None),
    "TEXTUAL_SCREENSHOT_FILENAME": ("SCREENSHOT_FILENAME", None),
    "TEXTUAL_SHOW_RETURN": ("SHOW_RETURN", False),
}
"""Variables that have no place beside transcript text, with the constant Textual keeps each in, and its default."""

LOOKS = frozenset(
    {
        *("TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DIM_FACTOR", "TEXTUAL_DISABLE_KITTY_KEY"),
        *("TEXTUAL_FILTERS", "TEXTUAL_FPS", "TEXTUAL_SLOW_THRESHOLD", "TEXTUAL_SMOOTH_SCROLL", "TEXTUAL_THEME"),
    }
)
"""Variables that only change how the screen looks or feels."""


def close_environment() -> None:
    """Remove the closed variables, and undo what an earlier import of Textual took from them."""
    constants = sys.modules.get("textual.constants")
    for variable, constant in CLOSED.items():
        os.environ.pop(variable, None)
        if constants is not None and constant is not None:
            setattr(constants, *constant)
