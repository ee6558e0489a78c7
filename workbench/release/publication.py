"""The study learns that a release was handed to somebody: publishing itself happens where there is no study."""

from audit.details import ReleasePublished
from policies import Role
from workbench.desk import release_views as rv
from workbench.desk import releasing
from workbench.errors import NotThere, Refused
from workbench.store import releases
from workbench.study.study import Study


def record_publication(study: Study, command: releasing.RecordPublication, role: Role) -> rv.Publication:
    """Record that a release which was built here was published.  Raises Refused for any other release."""
    release = releases.named(study.db, command.name)
    if release is None:
        raise NotThere(f"No release named {command.name} was built in this study; check the receipt.")
    if release.manifest_digest != command.manifest_digest:
        raise Refused(f"What was published is not the release {release.name} that was built here; find out what it is.")
    with study.change(role) as change:
        details = ReleasePublished(manifest_digest=release.manifest_digest, destination=command.destination)
        change.record(details, release.name)
    return rv.Publication(name=release.name, manifest_digest=release.manifest_digest, destination=command.destination)
