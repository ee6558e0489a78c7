"""The folder of a study: what lies where, with which modes, and the little that is readable without the key."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.errors import StudyError
from workbench.study.keys import Kind

FORMAT = "curation-study"
SCHEMA = 4


class Identity(BaseModel):
    """`study.json`: how to recognise and unlock a study.  Holds nothing about anybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str = FORMAT
    schema_version: int = SCHEMA
    study: str
    salt: str
    key_kind: Kind
    key_file: str | None = None
    policy_digest: str

    @property
    def salt_bytes(self) -> bytes:
        """The scrypt salt, 16 bytes."""
        return base64.b64decode(self.salt)


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths of one study."""

    root: Path

    @property
    def identity(self) -> Path:
        """The unencrypted identity, no text."""
        return self.root / "study.json"

    @property
    def store(self) -> Path:
        """The encrypted DuckDB file."""
        return self.root / "store.duckdb"

    @property
    def writes(self) -> Path:
        """DuckDB's write-ahead log, encrypted; there while the store is open, and after a crash."""
        return self.root / "store.duckdb.wal"

    @property
    def policy(self) -> Path:
        """The study's own copy of its policy, to be read; the store holds the binding one."""
        return self.root / "policy.yaml"

    @property
    def keys(self) -> Path:
        """The log's signing key (0700)."""
        return self.root / "keys"

    @property
    def log_key(self) -> Path:
        """Signs checkpoints of the audit log (0600)."""
        return self.keys / "log.key"

    @property
    def mirror(self) -> Path:
        """The audit log's readable copy (0750)."""
        return self.root / "mirror"

    @property
    def log_public_key(self) -> Path:
        """Lets auditors check the log's signatures."""
        return self.mirror / "log.pub"

    @property
    def temporary(self) -> Path:
        """DuckDB's encrypted spill files; emptied at each start (0700)."""
        return self.root / "tmp"

    @property
    def pending(self) -> Path:
        """What happened while the store was shut and is not in its log yet, no text."""
        return self.root / "pending.jsonl"

    @property
    def reserve(self) -> Path:
        """Room on the disk that is kept for events."""
        return self.root / "reserve"

    @property
    def explanation(self) -> Path:
        """What one person has said about a store that is behind its record, until a second confirms it."""
        return self.root / "explanation.json"

    @property
    def releases(self) -> Path:
        """Bundles that were built here."""
        return self.root / "releases"

    def read_identity(self) -> Identity:
        """Recognise the study; raises StudyError for a foreign folder or a newer version."""
        try:
            raw: Any = json.loads(self.identity.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValueError):
            raise StudyError(self._no_study()) from None
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise StudyError(f"{self.root} is not a study of this workbench; name another folder with --study.")
        version = raw.get("schema_version")
        if isinstance(version, int) and version < SCHEMA:
            raise StudyError(
                f"The study {self.root} was made by an earlier workbench (schema {version}, this one needs {SCHEMA}); "
                "open it with that one, or import its transcripts into a new study."
            )
        if isinstance(version, int) and version > SCHEMA:
            raise StudyError(
                f"The study {self.root} was written by a newer workbench (schema {version}, this one knows {SCHEMA}); "
                "install the newer workbench."
            )
        try:
            return Identity.model_validate(raw)
        except ValidationError:
            raise StudyError(f"{self.identity} is damaged; restore it from your backup.") from None

    def _no_study(self) -> str:
        """Why nothing was recognised here, with a remedy that works."""
        try:
            empty = not self.root.exists() or not any(self.root.iterdir())
        except OSError:
            empty = False
        if empty:
            return f"{self.root} is not a study; make one with: workbench init {self.root}"
        return f"{self.root} is not a study; name the folder of one with --study, or a new folder to workbench init."
