"""What one person prefers of the screens' look: a small file beside the keymap, without a word about any study."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml

from policies import UserError
from policies.loader import parse
from policies.schema import Section

ThemeName = Literal["dark", "light", "high-contrast"]
DEFAULT: ThemeName = "dark"

NAME = "preferences.yaml"


class Preferences(Section):
    """The choices that are remembered."""

    theme: ThemeName = DEFAULT
    ascii: bool | None = None
    """Whether to draw with plain ASCII alone; None lets the terminal's language settings decide."""


def config_folder(environment: Mapping[str, str]) -> Path | None:
    """Where this person's settings lie ($XDG_CONFIG_HOME/workbench), None for an account without a home."""
    given, home = environment.get("XDG_CONFIG_HOME", ""), environment.get("HOME", "")
    if given.startswith("/"):  # the standard says to ignore a relative one
        return Path(given) / "workbench"
    return Path(home) / ".config" / "workbench" if home.startswith("/") else None


def load_preferences(path: Path) -> Preferences:
    """The preferences in a file; where there is none, the defaults.

    Raises UserError naming what is wrong with the file.
    """
    try:
        body = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Preferences()
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{path} cannot be read; correct it or delete it.") from None
    return parse(Preferences, body.strip() or "{}", str(path))


def remember_theme(path: Path, theme: ThemeName) -> None:
    """Put a theme into the file, which only its owner can read, and leave the other preferences as they are.

    Raises UserError where the file cannot be read as preferences, or not be written.
    """
    kept = load_preferences(path).model_copy(update={"theme": theme})
    body = yaml.safe_dump(kept.model_dump(exclude_none=True), sort_keys=False)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A file of mkstemp has the mode 0600; it takes the place of the old one at once or not at all.
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{NAME}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(body)
            os.replace(made, path)
        except OSError:
            os.unlink(made)
            raise
    except OSError:
        raise UserError(f"{path} cannot be written; make its folder yours.") from None


def terminal_is_ascii(environment: Mapping[str, str], utf8_mode: bool) -> bool:
    """Whether the terminal can be trusted with ASCII alone, going by its kind and by the locale's encoding.

    `utf8_mode` is `sys.flags.utf8_mode`: where it is on, LC_CTYPE may be Python's own, in place of the C locale.
    """
    if environment.get("TERM") in ASCII_TERMINALS:
        return True
    ctype = environment.get("LC_CTYPE", "")
    if utf8_mode and ctype in ("C.UTF-8", "C.utf8", "UTF-8"):
        ctype = ""
    name = environment.get("LC_ALL") or ctype or environment.get("LANG", "")
    return "utf8" not in name.lower().replace("-", "")


ASCII_TERMINALS = ("linux", "vt100", "vt102", "vt220")
"""Their fonts draw one and the same box for signs that mean opposite things, approved and rejected."""
