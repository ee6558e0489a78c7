"""What must hold before a release is handed to anybody: the bundle itself, its signatures, its scope, its basis."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from audit import revocation
from audit.bundle import MANIFEST, SUMS, Bundle, Manifest, file_digest, sums_bytes, verify_bundle
from audit.checkpoint import PublicKey
from policies import Scope
from workbench.errors import Refused

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a bundle: path within it, size in bytes, SHA-256 (hex)."""

    path: str
    size: int
    sha256: str


def release_id(manifest: Manifest) -> str:
    """Name and version of a release: its tag on a hub, its folder on a medium.  Raises `Refused`."""
    name = f"{manifest.name}-{manifest.version}"
    if not _ID.fullmatch(name):
        raise Refused(
            f"{name} can be neither a tag nor a folder everywhere; build the release under a name of letters, digits, "
            "'_', '-' and single dots."
        )
    return name


def revocations_beside(folder: Path) -> Path | None:
    """The list of revoked rows where a study writes it: beside its releases."""
    path = folder.absolute().parent / revocation.LIST
    return path if path.is_file() else None


def check(folder: Path, key: PublicKey, *, public: bool, revocations: Path | None = None) -> Bundle:
    """Verify a bundle with the log's public key, and that it may be handed out; `public`: to everybody.

    `revocations` is the signed list of revoked rows.  Raises `BundleError` and `Refused`.
    """
    bundle = verify_bundle(folder, key=key, signed=True)
    if refusal := _refusal(bundle.manifest, public):
        raise Refused(refusal)
    release_id(bundle.manifest)
    if revocations is not None and (revoked := revocation.read(revocations, key).rows_of(bundle)):
        raise Refused(
            f"{len(revoked):,} of the {bundle.manifest.rows:,} rows of {bundle.manifest.name} were revoked, and it "
            "is not published any more; build a new release in the study and publish that."
        )
    return bundle


def _refusal(manifest: Manifest, public: bool) -> str | None:
    """Why scope and basis of a release forbid that it goes there, or goes anywhere any more."""
    policy = manifest.policy
    if policy.expires is not None and policy.expires < datetime.now(UTC).date():
        return (
            f"The expert's determination that {manifest.name} was built under ended on {policy.expires.isoformat()}; "
            "have it renewed, put it into the policy, and build a new release."
        )
    if policy.scope == Scope.INTERNAL or policy.basis == "internal":
        what = "scope" if policy.scope == Scope.INTERNAL else "basis"
        return (
            f"{manifest.name} was approved for use inside the house ({what} internal) and is never published; "
            "a release for others needs a policy that says so, and approvals under it."
        )
    if public and policy.basis == "limited_data_set":
        return (
            f"{manifest.name} is a limited data set, which goes only to whom its data use agreement names; "
            "leave --public out."
        )
    if public and policy.scope != Scope.PUBLIC:
        return (
            f"The rows of {manifest.name} were released for the scope {policy.scope}, which is not publication for "
            "everybody; leave --public out, or build a release under a policy with scope public."
        )
    return None


def files_of(bundle: Bundle) -> tuple[File, ...]:
    """Every file of a verified bundle, by path, with the digest that was verified.

    Proof and signed note come after the manifest and are taken as they are now.
    """
    manifest = bundle.manifest
    sums = sums_bytes(manifest)
    known = {file.path: File(file.path, file.bytes, file.sha256) for file in manifest.files}
    known[MANIFEST] = File(MANIFEST, len(manifest.to_bytes()), bundle.digest)
    known[SUMS] = File(SUMS, len(sums), sha256(sums).hexdigest())
    for path in bundle.path.iterdir():
        if path.is_file() and path.name not in known:
            known[path.name] = File(path.name, path.stat().st_size, file_digest(path))
    return tuple(known[name] for name in sorted(known))
