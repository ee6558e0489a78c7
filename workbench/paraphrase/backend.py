"""What a paraphrase backend is: something that turns one page into the text of one exchange."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from workbench.desk.views import PageJob


class PageTooLong(Exception):
    """The page does not fit into the model's context."""


class Backend(Protocol):
    """A local paraphraser.  Everything that decides its output is recorded with each exchange."""

    name: str
    model_digest: str
    """SHA-256 (hex) of the model file, or of the rules where there is no model."""
    prompt_digest: str | None
    parameters: dict[str, float | int | str]

    def generate(self, job: PageJob, seed: int) -> str:
        """The raw output for one page, labels included.  Raises PageTooLong, BackendError."""
        ...

    def close(self) -> None:
        """Free what the backend holds."""
        ...


@runtime_checkable
class RemoteBackend(Backend, Protocol):
    """A backend that sends pages to another process, many at a time."""

    host: str
    in_flight: int

    def generate_many(self, jobs: Sequence[tuple[PageJob, int]]) -> Iterator[str | None]:
        """The raw output of each (page, seed) in their order; None for a page that does not fit."""
        ...
