"""Where the key of a study comes from: a passphrase prompt, a 0600 key file or an environment variable.

Whatever the source, its secret goes through scrypt with the study's own salt, so that all three are treated alike
and none is ever taken from the command line.
"""

import base64
import os
import secrets
import stat
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from workbench.errors import KeyRefused

ENVIRONMENT = "WORKBENCH_KEY"
FILE_ENVIRONMENT = "WORKBENCH_KEY_FILE"
"""Names the key file where --key-file does not."""
MINIMUM_LENGTH = 12
# OWASP password storage cheat sheet: N = 2^17, r = 8, p = 1 (128 MiB, a third of a second).
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1

Kind = Literal["passphrase", "key-file", "environment"]


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens a study, and where it came from.  The secret never shows in a representation."""

    kind: Kind
    value: bytes = field(repr=False)
    file: Path | None = None

    @property
    def source(self) -> str:
        """Where it came from, as the subject of a sentence."""
        if self.kind == "key-file":
            return f"The key file {self.file}"
        return "This passphrase" if self.kind == "passphrase" else f"The key in the variable {ENVIRONMENT}"

    def database_key(self, salt: bytes) -> str:
        """The store's key: 32 bytes in base64, as DuckDB takes it."""
        key = Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(self.value)
        return base64.b64encode(key).decode()


def from_environment(environ: MutableMapping[str, str], *, new: bool = False) -> Secret | None:
    """The secret in WORKBENCH_KEY, taken out of the environment so that no child process inherits it.

    A `new` one, of a study that is being made, must be long enough; of an older study a short one is merely wrong.
    """
    value = environ.pop(ENVIRONMENT, "")
    if not value:
        return None
    if new:
        _long_enough(value, f"The variable {ENVIRONMENT}")
    return Secret("environment", value.encode())


def from_file(path: Path) -> Secret:
    """The secret in a key file; refused unless only its owner can read it."""
    try:
        mode = path.stat().st_mode
        value = path.read_bytes().strip()
    except OSError:
        raise KeyRefused(f"The key file {path} cannot be read; check the path given with --key-file.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyRefused(f"The key file {path} can be read by others; run: chmod 600 {path}")
    if len(value) < MINIMUM_LENGTH:
        raise KeyRefused(
            f"The key file {path} holds fewer than {MINIMUM_LENGTH} characters; name the file that init made, "
            "or for a new study a path where no file is yet."
        )
    return Secret("key-file", value, path.resolve())


def new_file(path: Path) -> Secret:
    """Write a new random key file (0600), or take the one that is there."""
    if path.exists():
        return from_file(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise KeyRefused(f"The key file {path} cannot be written; choose a folder that exists and is yours.") from None
    with os.fdopen(handle, "wb") as out:
        out.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return from_file(path)


def from_prompt(ask: Callable[[str], str], *, new: bool = False) -> Secret:
    """The passphrase an operator types; a `new` one, of a study that is being made, is asked for twice."""
    if not new:
        return Secret("passphrase", ask("Passphrase of this study: ").encode())
    first = ask(f"Passphrase for the new study (at least {MINIMUM_LENGTH} characters): ")
    _long_enough(first, "The passphrase")
    if ask("The same once more: ") != first:
        raise KeyRefused("The two passphrases differ; run the command again.")
    return Secret("passphrase", first.encode())


def _long_enough(value: str, what: str) -> None:
    if len(value) < MINIMUM_LENGTH:
        raise KeyRefused(f"{what} has fewer than {MINIMUM_LENGTH} characters; choose a longer one.")
