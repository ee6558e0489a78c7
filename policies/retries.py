"""What a model is told when a page is paraphrased again."""

from collections.abc import Iterable
from string import Template

from pydantic import BaseModel, ConfigDict

from policies.loader import digest_of, parse, read_shipped
from policies.names import FlagKind

NAME = "again"
RETRIED = (FlagKind.MALFORMED, FlagKind.LEAK, FlagKind.SHORT)
"""Flags for which an exchange is generated again, the worst first."""


class RetryNotes(BaseModel):
    """A line for each fault of an earlier attempt, and one that leads them in ($-placeholders as in the prompt).

    `unsupported` is told only when a reviewer sent an exchange back as unfaithful.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lead: str
    malformed: str
    leak: str
    short: str
    unsupported: str

    def render(self, faults: Iterable[FlagKind], **values: str) -> str:
        """The stricter instruction for these faults, to stand after the page."""
        lines = [self.lead, *(getattr(self, fault.value) for fault in dict.fromkeys(faults))]
        return Template("\n".join(lines)).substitute(values)


def load_retry_notes() -> tuple[RetryNotes, str]:
    """The notes that ship with the project and their digest (SHA-256, hex)."""
    body = read_shipped("prompts", NAME, ".yaml")
    return parse(RetryNotes, body, "The retry notes"), digest_of(body)
