"""Model files that were registered in a study; a name, a path and a digest each stand for one file."""

from dataclasses import dataclass

from workbench.store.connection import Connection


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One registered file: absolute path, SHA-256 (hex), and the name of the known file that it is, if any."""

    name: str
    path: str
    bytes: int
    digest: str
    known: str | None


def add(db: Connection, model: ModelRow) -> None:
    """Register a file."""
    db.insert("models", [(model.name, model.path, model.bytes, model.digest, model.known)])


def everything(db: Connection) -> list[ModelRow]:
    """All registered files, in the order in which they were added."""
    return [ModelRow(*row) for row in db.rows("SELECT name, path, bytes, digest, known FROM models ORDER BY rowid")]
