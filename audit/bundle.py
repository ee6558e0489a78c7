"""Release bundles: what their manifest says, and the check that a folder is exactly that.

Format `curation-bundle/2`: MANIFEST.json (canonical JSON) lists every other file with size and SHA-256,
SHA256SUMS covers the manifest too (`sha256sum --check SHA256SUMS` works), the data are Parquet files
`data/CONFIG/SPLIT-NNNNN-of-NNNNN.parquet`, and approvals.parquet has the digest key of each row.  Beside the manifest
stand the proof of the log and, once it is signed, the signatures: both come after it.  Whoever changes a file and
writes manifest and sums anew makes a different bundle: compare `Bundle.digest` with the manifest digest of the
release's event.
"""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from audit.bundle_proof import PROOF, check_proof
from audit.checkpoint import PublicKey
from audit.details import Code, Count, Digest, Id, Reasons, Strict
from audit.errors import BundleError
from audit.events import Time, canonical_json
from audit.release_note import MAX_BYTES as _MAX_NOTE_BYTES
from audit.release_note import NOTE
from audit.release_note import check as check_note

FORMAT = "curation-bundle/2"
MANIFEST = "MANIFEST.json"
SUMS = "SHA256SUMS"
_MAX_MANIFEST_BYTES = 16 * 1024 * 1024
SPLITS = ("train", "validation", "test")
_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"


def _list(least: int) -> object:
    """A list of the manifest, read as a tuple."""
    return Field(strict=False, min_length=least)


class BundleFile(Strict):
    """One file: path within the bundle (`/` between parts), size in bytes, SHA-256, rows if it holds data."""

    path: Annotated[str, Field(pattern=rf"^{_PART}(/{_PART})*$", max_length=200)]
    bytes: Count
    sha256: Digest
    rows: Count | None = None


class PolicyRef(Strict):
    """The policy under which the rows were approved: what they are for, on what ground, under which licence."""

    name: Id
    version: Count
    digest: Digest
    scope: Code
    basis: Code
    licence: Id
    expires: date | None = None
    """The last day of the expert's determination that the rows went out under; it is left out where there is none."""


class PromptRef(Strict):
    """A prompt that exchanges were condensed with."""

    name: Id
    digest: Digest


class ModelRef(Strict):
    """A backend and the digest of its model."""

    backend: Code
    digest: Digest


class ApplicationRef(Strict):
    """What built the bundle."""

    name: Id
    version: Id


class SignersRef(Strict):
    """How many stewards must sign the bundle, and the public keys (signed-note text form) of those who may.

    Whoever built it is not among them.
    """

    needed: Count
    keys: Annotated[tuple[Annotated[str, Field(pattern=r"^[!-~]{20,300}$")], ...], _list(0)]


class AssuranceRef(Strict):
    """The blind second look: how many rows of how many subjects, leaks found, and the upper 95 % bound of the share of
    rows with a leak and of people with one, clustered and corrected, in millionths.
    """

    sample: Count
    subjects: Count
    leaks: Count
    bound_rows: Count
    bound_people: Count


class LogRef(Strict):
    """Size and Merkle root (hex) of the audit log when the bundle was built."""

    size: Count
    root: Digest


class Manifest(Strict):
    """MANIFEST.json."""

    format: Literal["curation-bundle/2"] = "curation-bundle/2"
    name: Id
    version: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$", max_length=40)]
    """Semantic: a new major version where rows of the one before are gone, minor where rows came, else patch."""
    created: Time
    rows: Count
    files: Annotated[tuple[BundleFile, ...], _list(1)]
    columns: Annotated[tuple[Id, ...], _list(1)]
    policy: PolicyRef
    prompts: Annotated[tuple[PromptRef, ...], _list(0)]
    models: Annotated[tuple[ModelRef, ...], _list(0)]
    application: ApplicationRef
    excluded: Reasons
    approvers: Count
    """How many people approved these rows."""
    shuffle: Digest
    """SHA-256 of the seed by which rows were ordered and subjects were split; the seed stays in the study."""
    assurance: AssuranceRef | None = None
    signers: SignersRef
    log: LogRef

    def to_bytes(self) -> bytes:
        """The bytes of MANIFEST.json."""
        fields = self.model_dump(mode="json")
        for file in fields["files"]:
            if file["rows"] is None:
                del file["rows"]
        if fields["policy"]["expires"] is None:
            del fields["policy"]["expires"]
        return canonical_json(fields) + b"\n"


@dataclass(frozen=True)
class Bundle:
    """A bundle that has been verified."""

    path: Path
    manifest: Manifest
    digest: str
    """SHA-256 of MANIFEST.json, hex: names the bundle."""
    signed_by: tuple[str, ...] = ()
    """Names of the keys with which stewards have signed it."""

    @property
    def configs(self) -> list[str]:
        """Names of the data sets within the bundle, such as `interview`."""
        return sorted({path.split("/")[1] for path in self._data()})

    def splits(self, config: str) -> list[str]:
        """Splits of a data set that hold rows: `train` first, then `validation` and `test`."""
        return [split for split in SPLITS if self._data(config, split)]

    def data_files(self, config: str, split: str | None = None) -> list[Path]:
        """Parquet files of one config, or of one split of it, in order.  Raises `BundleError` if there is none."""
        if config not in self.configs:
            raise BundleError(f"{self.path} has no data called {config}; it has {', '.join(self.configs)}")
        names = [name for each in (SPLITS if split is None else (split,)) for name in self._data(config, each)]
        if not names:
            raise BundleError(f"{self.path} has no {split} in {config}; it has {', '.join(self.splits(config))}")
        return [self.path / name for name in names]

    def _data(self, config: str = "", split: str = "") -> list[str]:
        start = f"data/{config}/{split}-" if split else "data/"
        return sorted(file.path for file in self.manifest.files if file.path.startswith(start))


def file_digest(path: Path) -> str:
    """SHA-256 of a regular file, hex; a symbolic link is an error."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    digest = sha256()
    with open(descriptor, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def sums_bytes(manifest: Manifest) -> bytes:
    """The bytes of SHA256SUMS for a manifest: every file of the bundle but SHA256SUMS itself, by path."""
    digests = {file.path: file.sha256 for file in manifest.files}
    digests[MANIFEST] = sha256(manifest.to_bytes()).hexdigest()
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode("ascii")


def verify_bundle(
    path: Path, *, expected_digest: str | None = None, key: PublicKey | None = None, signed: bool = False
) -> Bundle:
    """Check that a folder is exactly the bundle that its manifest describes.

    `expected_digest` is the manifest's SHA-256 as known from elsewhere, such as the release's event.  Raises
    `BundleError` naming the first fault.

    A proof that the bundle carries must be about this release; with the log's public key it must be there and hold.
    Signatures that it carries must hold; `signed`: as many as its manifest asks for.
    """
    try:
        return _verify(path, expected_digest, key, signed)
    except OSError as error:
        raise BundleError(
            f"{error.filename or path} cannot be read ({error.strerror}); copy the bundle again"
        ) from None


def _verify(path: Path, expected_digest: str | None, key: PublicKey | None, signed: bool) -> Bundle:
    if not path.is_dir():
        raise BundleError(f"{path} is not a folder; name the folder of a release bundle")
    present, folders = _walk(path)
    for name in (MANIFEST, SUMS):
        if name not in present:
            raise BundleError(f"{path} has no {name}: it is not a release bundle, or not all of it was copied")
    manifest, digest = _read_manifest(path)
    if expected_digest not in (None, digest):
        raise BundleError(f"{path} is not the expected release: its manifest has another digest")
    if (path / SUMS).read_bytes() != sums_bytes(manifest):
        raise BundleError(f"{path / SUMS} does not fit MANIFEST.json; copy the bundle again")
    listed = {file.path for file in manifest.files} | {MANIFEST, SUMS}
    if missing := sorted(listed - present):
        raise BundleError(f"{path / missing[0]} is missing; copy the bundle again")
    if extra := sorted(present - listed - {NOTE, PROOF}) or sorted(folders - folders_of(listed)):
        raise BundleError(f"{path / extra[0]} does not belong to the bundle; remove it or copy the bundle again")
    for file in manifest.files:
        if (path / file.path).stat().st_size != file.bytes or file_digest(path / file.path) != file.sha256:
            raise BundleError(f"{path / file.path} was changed after the release was built; copy the bundle again")
    _check_data(path, manifest)
    if PROOF in present:
        check_proof(_read_small(path / PROOF).decode(errors="replace"), manifest.name, digest, key)
    elif key is not None:
        raise BundleError(f"{path} carries no proof that it stands in the log; ask for {PROOF}")
    signed_by = check_note(_read_small(path / NOTE), manifest, digest) if NOTE in present else ()
    if signed and len(signed_by) < manifest.signers.needed:
        raise BundleError(
            f"{path} has {len(signed_by)} of the {manifest.signers.needed} signatures that it needs; ask a steward who "
            "did not build it to run: workbench release sign"
        )
    return Bundle(path, manifest, digest, signed_by)


def _read_small(path: Path) -> bytes:
    """A proof or a note, not more of it than there can be."""
    with open(path, "rb") as file:
        return file.read(_MAX_NOTE_BYTES + 1)


def folders_of(paths: Iterable[str]) -> set[str]:
    """The folders in which these paths lie."""
    return {parent.as_posix() for path in paths for parent in PurePosixPath(path).parents} - {"."}


def _walk(root: Path) -> tuple[set[str], set[str]]:
    """Paths of all files and of all folders below a folder.  Raises `BundleError` at a link or special file."""
    present: set[str] = set()
    within: set[str] = set()

    def stop(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(root, onerror=stop):
        for name in [*folders, *files]:
            entry = Path(folder, name)
            mode = entry.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise BundleError(f"{entry} is a link or special file, which no bundle holds; copy the bundle again")
            (present if stat.S_ISREG(mode) else within).add(entry.relative_to(root).as_posix())
    return present, within


def _read_manifest(path: Path) -> tuple[Manifest, str]:
    """The manifest and the SHA-256 of its file."""
    where = path / MANIFEST
    if where.stat().st_size > _MAX_MANIFEST_BYTES:
        raise BundleError(f"{where} is too large for a manifest; copy the bundle again")
    data = where.read_bytes()
    try:
        manifest = Manifest.model_validate_json(data)
    except (ValidationError, ValueError):
        raise BundleError(f"{where} is not a manifest of format {FORMAT}; copy the bundle again") from None
    if manifest.to_bytes() != data:
        raise BundleError(f"{where} is not spelled as a manifest is; copy the bundle again")
    paths = [file.path for file in manifest.files]
    if len(set(paths)) != len(paths) or {MANIFEST, SUMS, NOTE, PROOF} & set(paths):
        raise BundleError(f"{where} lists a file twice, or itself; copy the bundle again")
    return manifest, sha256(data).hexdigest()


def _check_data(path: Path, manifest: Manifest) -> None:
    """Columns, types, row counts and ids of the Parquet files."""
    # Brings pyarrow along, which who only reads a manifest never needs.
    from audit.bundle_data import APPROVALS, check_numbering, check_tables, parse_path

    data: list[tuple[str, int]] = []
    for file in manifest.files:
        if file.path.startswith("data/") != (file.rows is not None) or (
            file.rows is not None and parse_path(file.path) is None
        ):
            raise BundleError(
                f"{path / file.path} is not where a bundle keeps its data (data/CONFIG/SPLIT-NNNNN-of-NNNNN.parquet)"
            )
        if file.rows is not None:
            data.append((file.path, file.rows))
    if wrong := check_numbering(name for name, _ in data):
        raise BundleError(f"{path / wrong} does not fit the numbers of the other files of its split")
    if APPROVALS not in {file.path for file in manifest.files}:
        raise BundleError(f"{path} has no {APPROVALS}; ask for the release again")
    check_tables(path, data, manifest.columns, manifest.rows)
