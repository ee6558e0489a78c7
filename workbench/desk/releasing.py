"""What stewards can ask of a study beyond plan and build: consent, re-scan, samples, signatures, revocations."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from policies import Entity, Scope
from workbench.desk import release_views as rv
from workbench.desk.commands import Command, Handle

Subject = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A pseudonym of a manifest.  PHI: it never stands in the log."""


class ChangeConsent(Command[rv.Consent]):
    """Record what a subject consents to from a day on; `withdrawn`: to nothing any more."""

    subject: Subject
    scopes: tuple[Scope, ...]
    withdrawn: bool
    date: date


class RescanRows(Command[rv.Rescanned]):
    """Scan the next rows that would go once more with the detector as it is now; call it until none is left.

    Rows that this very detector has scanned as they are need no second scan, so that it resumes by itself.
    """

    rows: Annotated[int, Field(ge=1, le=1000)] = 100


class AddStewardKey(Command[rv.StewardKey]):
    """Make this person's public key known, with which they sign releases; an earlier one no longer counts."""

    key: Annotated[str, Field(pattern=r"^[!-~]{20,300}$")]


class ShowStewardKey(Command[rv.StewardKey]):
    """How this person's key must be called, and the one that is known of them."""


class SignRelease(Command[rv.Signed]):
    """Record this steward's signature of a release: the signature line of the signed note over its manifest."""

    name: Handle
    manifest_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    signature: Annotated[str, Field(max_length=300)]


class ShowSignatures(Command[rv.Signed]):
    """Who has signed a release."""

    name: Handle


class RecordPublication(Command[rv.Publication]):
    """Record that a release was handed to somebody, on a hub or on a medium; publishing itself needs no study."""

    name: Handle
    manifest_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    destination: Literal["hub", "path"]


class CommitSample(Command[rv.Sample]):
    """Choose the seed of a sample of what would go, and put its digest into the log before anything is drawn."""

    rows: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many rows; None as the policy says."""


class DrawSample(Command[rv.Sample]):
    """Draw the sample that was committed to; the seed is disclosed in the log."""


class ShowSample(Command[rv.Sample]):
    """How far the last sample is."""


class NextSampled(Command[rv.Sampled]):
    """Show the next row of the sample that this person has not decided first."""


class LookAgain(Command[rv.Sampled]):
    """Say whether a row of the sample still identifies somebody, then show the next one."""

    exchange: int
    leak: bool
    entity: Entity | None = None


class ShowBound(Command[rv.Bound]):
    """What the finished sample says of the leaks in what would go."""


class ShowRisks(Command[rv.Risks]):
    """What may single somebody out among the rows that would go: rare combinations and near duplicates."""


class WriteDossier(Command[rv.Dossier]):
    """Write the file for the expert who determines whether the risk is very small, into a new folder."""

    folder: str


class ShowRevocable(Command[rv.Revocable]):
    """Which rows `RevokeRows` would revoke now."""

    reason: Literal["consent_withdrawn", "identifying"]
    exchange: int | None = None


class RevokeRows(Command[rv.Revoked]):
    """Revoke every released row whose subject's consent was withdrawn, or the rows of an exchange, in all releases."""

    reason: Literal["consent_withdrawn", "identifying"]
    exchange: int | None = None
    folder: str | None = None
    """Where the signed revocation list is written; None: the study's releases folder."""
