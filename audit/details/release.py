"""What the log records of releases."""

from audit.details.base import Action, Count, Details, Digest, Reasons


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
