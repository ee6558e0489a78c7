"""What the process of one sitting is told to open, handed to it through a pipe and nowhere else."""

import base64
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator

from policies import Face
from workbench.desk.desk import Desk
from workbench.study.keys import Secret
from workbench.tui.preferences import ThemeName

LIMIT = 1 << 16
"""Bytes; a key file is the largest part."""


class Key(BaseModel):
    """A study's key, as `Secret` has it; it never shows in a representation."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: Literal["passphrase", "key-file", "environment"]
    file: Path | None
    value: bytes = Field(repr=False)

    @field_serializer("value")
    def _encode(self, value: bytes) -> str:
        return base64.b64encode(value).decode()

    @field_validator("value", mode="before")
    @classmethod
    def _decode(cls, value: Any) -> Any:
        return base64.b64decode(value) if isinstance(value, str) else value


class Opening(BaseModel):
    """A study with its key, or the socket of the server that holds it; and how the screen is to look."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    study: Path | None = None
    key: Key | None = None
    server: Path | None = None
    theme: ThemeName | None = None
    keymap: Path | None = None

    @staticmethod
    def key_of(secret: Secret) -> Key:
        """A key that is at hand."""
        return Key(kind=secret.kind, file=secret.file, value=secret.value)

    def desk(self) -> Desk:
        """Open the study, or reach the server."""
        if self.server is not None:
            from workbench.desk.remote import RemoteDesk

            return RemoteDesk(str(self.server), Face.TUI)
        from workbench.desk.local import LocalDesk
        from workbench.study.opening import open_study

        assert self.study is not None
        assert self.key is not None
        return LocalDesk(open_study(self.study, Secret(self.key.kind, self.key.value, self.key.file), Face.TUI))

    def packet(self) -> bytes:
        """As bytes for the pipe: their number, then JSON."""
        body = self.model_dump_json().encode()
        return len(body).to_bytes(4, "big") + body

    @classmethod
    def read(cls, handle: int) -> "Opening":
        """Read it from a pipe, and not a byte of what comes after it.  Raises EOFError when there is none."""
        size = int.from_bytes(_exactly(handle, 4), "big")
        if size > LIMIT:
            raise EOFError
        return cls.model_validate_json(_exactly(handle, size))


def _exactly(handle: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = os.read(handle, size - len(data))
        if not part:
            raise EOFError
        data += part
    return data
