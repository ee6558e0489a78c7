"""What the log records of files, rosters, models, pages and runs."""

from typing import Annotated

from pydantic import Field

from audit.details.base import Action, Code, Count, Details, Digest, EntityCounts, FileKind, Id


class FileIngested(Details):
    """`digest` is keyed; `number` is what the operator's terminal shows beside the file's name."""

    action = Action.FILE_INGESTED
    object_type = "file"
    number: Count
    digest: Digest
    kind: FileKind
    sessions: Count
    pages: Count
    words: Count


class FileRefused(Details):
    """The event's reason says why; `digest` (keyed) is absent when the file could not be read at all."""

    action = Action.FILE_REFUSED
    object_type = "file"
    number: Count
    digest: Digest | None = None
    kind: FileKind | None = None


class FileDuplicate(Details):
    """The same bytes came before, as file number `first`."""

    action = Action.FILE_DUPLICATE
    object_type = "file"
    number: Count
    first: Count
    digest: Digest


class PageScanned(Details):
    action = Action.PAGE_SCANNED
    object_type = "page"
    findings: EntityCounts
    words: Count


class RosterAdded(Details):
    """A roster was stored: rows by entity, pages with new findings, exchanges that wait again because of it."""

    action = Action.ROSTER_ADDED
    object_type = "roster"
    rows: EntityCounts
    pages: Count
    exchanges: Count


class ModelRegistered(Details):
    """A model file may be used from now on, under the name that is the event's object; `digest` is its SHA-256."""

    action = Action.MODEL_REGISTERED
    object_type = "model"
    digest: Digest
    bytes: Count


class ModelRefused(Details):
    """A file was put in the place of the one that was `registered`; `digest` is what was found."""

    action = Action.MODEL_REFUSED
    object_type = "model"
    registered: Digest
    digest: Digest


class RunStarted(Details):
    """A paraphrase run over `pages` pages that had no exchange yet."""

    action = Action.RUN_STARTED
    object_type = "run"
    backend: Code
    model_digest: Digest
    prompt_digest: Digest | None = None
    pages: Count


class RunFinished(Details):
    action = Action.RUN_FINISHED
    object_type = "run"
    backend: Code
    model_digest: Digest
    prompt_digest: Digest | None = None
    pages: Count
    malformed: Count
    milliseconds: Count
    interrupted: bool


class PageSent(Details):
    """A page is about to be sent to an engine on `host`; the event is stored before the first byte leaves."""

    action = Action.PAGE_SENT
    object_type = "page"
    run: Id
    host: Id


class HostRefused(Details):
    """Somebody named an engine on a machine that the policy does not allow; nothing was sent."""

    action = Action.HOST_REFUSED
    object_type = "run"
    host: Id


class TurnsExtracted(Details):
    """A session was cut into multi-turn records: a run of its own, by fixed rules (`model_digest`) and no model.

    Of its `coach_turns` so many were short, and so many became records.
    """

    action = Action.TURNS_EXTRACTED
    object_type = "run"
    session: Id
    backend: Code
    model_digest: Digest
    pages: Count
    coach_turns: Count
    short_turns: Count
    records: Count


class PageSplit(Details):
    """A page that does not fit into the model's context was replaced by parts, each with an exchange of its own."""

    action = Action.PAGE_SPLIT
    object_type = "page"
    run: Id
    parts: Annotated[tuple[Id, ...], Field(strict=False, min_length=2)]
