"""What the log records of releases."""

from audit.details.base import Action, Code, Count, Details, Digest, Entity, Id, Reasons


class ReleasePlanned(Details):
    """`excluded` counts the exchanges that stay behind, by reason."""

    action = Action.RELEASE_PLANNED
    object_type = "release"
    rows: Count
    excluded: Reasons


class ReleaseBuilt(Details):
    """`manifest_digest` is the SHA-256 of the bundle's MANIFEST.json."""

    action = Action.RELEASE_BUILT
    object_type = "release"
    rows: Count
    excluded: Reasons
    manifest_digest: Digest


class ReleaseRefused(Details):
    """The event's reason says why nothing was built."""

    action = Action.RELEASE_REFUSED
    object_type = "release"
    rows: Count
    excluded: Reasons


class ReleaseVerified(Details):
    """A bundle was checked; without `manifest_digest` it has no readable manifest."""

    action = Action.RELEASE_VERIFIED
    object_type = "release"
    rows: Count
    manifest_digest: Digest | None = None


class ReleaseSigned(Details):
    """A steward signed a release; `key` is the SHA-256 of their public key's text form."""

    action = Action.RELEASE_SIGNED
    object_type = "release"
    manifest_digest: Digest
    key: Digest


class ReleaseRevoked(Details):
    """Rows of a release must not be used any more; the event's reason says why."""

    action = Action.RELEASE_REVOKED
    object_type = "release"
    manifest_digest: Digest
    rows: Count


class ReleaseRescanned(Details):
    """Rows that would go were scanned afresh; `found` of them hold what identifies."""

    action = Action.RELEASE_RESCANNED
    object_type = "release"
    detector: Digest
    rows: Count
    found: Count


class ReleasePublished(Details):
    """A release was handed to somebody, as the study was told."""

    action = Action.RELEASE_PUBLISHED
    object_type = "release"
    manifest_digest: Digest
    destination: Code


class ConsentChanged(Details):
    """A subject's consent changed; `subject` is keyed, `sessions` and `rows` are how many that concerns."""

    action = Action.CONSENT_CHANGED
    object_type = "study"
    subject: Digest
    scopes: Count
    withdrawn: bool
    sessions: Count
    rows: Count


class StewardKeyAdded(Details):
    """A steward's public key, by the SHA-256 of its text form."""

    action = Action.STEWARD_KEY_ADDED
    object_type = "person"
    key: Digest


class SampleCommitted(Details):
    """A sample of `rows` rows will be drawn by the seed whose SHA-256 is `commitment`; `size`: of the log by then."""

    action = Action.SAMPLE_COMMITTED
    object_type = "sample"
    rows: Count
    size: Count
    commitment: Digest


class SampleDrawn(Details):
    """The seed (hex), and how many rows of how many stood in the frame; `digest` is over the drawn rows' digests."""

    action = Action.SAMPLE_DRAWN
    object_type = "sample"
    seed: Digest
    rows: Count
    frame: Count
    digest: Digest


class SampleLookedAt(Details):
    """A row of a sample was read once more by somebody who had not decided it."""

    action = Action.SAMPLE_LOOKED_AT
    object_type = "exchange"
    sample: Id
    version: Count
    leak: bool
    entity: Entity | None = None


class DossierWritten(Details):
    """The expert's file was written; its SHA-256."""

    action = Action.DOSSIER_WRITTEN
    object_type = "release"
    digest: Digest
