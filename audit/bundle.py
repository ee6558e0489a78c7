"""Release bundles: what their manifest says, and the check that a folder is exactly that.

Format `curation-bundle/1`: MANIFEST.json (canonical JSON) lists every other file with size and SHA-256,
SHA256SUMS covers the manifest too (`sha256sum --check SHA256SUMS` works), the data are Parquet files under
`data/CONFIG/`.  Whoever changes a file and writes manifest and sums anew makes a different bundle: compare
`Bundle.digest` with the manifest digest of the release's event.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from audit.bundle_proof import PROOF, check_proof
from audit.checkpoint import PublicKey
from audit.details import Code, Count, Digest, Id, Reasons, Strict
from audit.errors import BundleError
from audit.events import Time, canonical_json

FORMAT = "curation-bundle/1"
MANIFEST = "MANIFEST.json"
SUMS = "SHA256SUMS"
_MAX_MANIFEST_BYTES = 16 * 1024 * 1024
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
    """The policy under which the rows were approved."""

    name: Id
    version: Count
    digest: Digest


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


class LogRef(Strict):
    """Size and Merkle root (hex) of the audit log when the bundle was built."""

    size: Count
    root: Digest


class Manifest(Strict):
    """MANIFEST.json."""

    format: Literal["curation-bundle/1"] = "curation-bundle/1"
    name: Id
    created: Time
    rows: Count
    files: Annotated[tuple[BundleFile, ...], _list(1)]
    columns: Annotated[tuple[Id, ...], _list(1)]
    policy: PolicyRef
    prompts: Annotated[tuple[PromptRef, ...], _list(0)]
    models: Annotated[tuple[ModelRef, ...], _list(0)]
    application: ApplicationRef
    excluded: Reasons
    log: LogRef

    def to_bytes(self) -> bytes:
        """The bytes of MANIFEST.json."""
        fields = self.model_dump(mode="json")
        for file in fields["files"]:
            if file["rows"] is None:
                del file["rows"]
        return canonical_json(fields) + b"\n"


@dataclass(frozen=True)
class Bundle:
    """A bundle that has been verified."""

    path: Path
    manifest: Manifest
    digest: str
    """SHA-256 of MANIFEST.json, hex: names the bundle."""

    @property
    def configs(self) -> list[str]:
        """Names of the data sets within the bundle, such as `interview`."""
        return sorted({file.path.split("/")[1] for file in self.manifest.files if file.rows is not None})

    def data_files(self, config: str) -> list[Path]:
        """Parquet files of one config, in order.  Raises `BundleError` if there is no such config."""
        names = sorted(file.path for file in self.manifest.files if file.path.startswith(f"data/{config}/"))
        if not names:
            raise BundleError(f"{self.path} has no data called {config}; it has {', '.join(self.configs)}")
        return [self.path / name for name in names]


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


def verify_bundle(path: Path, *, expected_digest: str | None = None, key: PublicKey | None = None) -> Bundle:
    """Check that a folder is exactly the bundle that its manifest describes.

    `expected_digest` is the manifest's SHA-256 as known from elsewhere, such as the release's event.  Raises
    `BundleError` naming the first fault.

    A proof that the bundle carries must be about this release; with the log's public key it must be there and hold.
    """
    try:
        return _verify(path, expected_digest, key)
    except OSError as error:
        raise BundleError(
            f"{error.filename or path} cannot be read ({error.strerror}); copy the bundle again"
        ) from None


def _verify(path: Path, expected_digest: str | None, key: PublicKey | None) -> Bundle:
    if not path.is_dir():
        raise BundleError(f"{path} is not a folder; name the folder of a release bundle")
    present = set(_walk(path))
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
    if extra := sorted(present - listed - {PROOF}):
        raise BundleError(f"{path / extra[0]} does not belong to the bundle; remove it or copy the bundle again")
    for file in manifest.files:
        if (path / file.path).stat().st_size != file.bytes or file_digest(path / file.path) != file.sha256:
            raise BundleError(f"{path / file.path} was changed after the release was built; copy the bundle again")
    _check_data(path, manifest)
    if PROOF in present:
        check_proof((path / PROOF).read_bytes().decode(errors="replace"), manifest.name, digest, key)
    elif key is not None:
        raise BundleError(f"{path} carries no proof that it stands in the log; ask for {PROOF}")
    return Bundle(path, manifest, digest)


def _walk(root: Path) -> Iterator[str]:
    """Paths of all files below a folder.  Raises `BundleError` at a link or special file."""

    def stop(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(root, onerror=stop):
        for name in [*folders, *files]:
            entry = Path(folder, name)
            mode = entry.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise BundleError(f"{entry} is a link or special file, which no bundle holds; copy the bundle again")
            if stat.S_ISREG(mode):
                yield entry.relative_to(root).as_posix()


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
    if len(set(paths)) != len(paths) or {MANIFEST, SUMS} & set(paths):
        raise BundleError(f"{where} lists a file twice, or itself; copy the bundle again")
    return manifest, sha256(data).hexdigest()


def _check_data(path: Path, manifest: Manifest) -> None:
    """Columns, types, row counts and ids of the Parquet files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids: set[str] = set()
    rows = 0
    for file in manifest.files:
        where = path / file.path
        is_data = file.path.startswith("data/")
        if is_data != (file.rows is not None) or (is_data and not _is_parquet(file.path)):
            raise BundleError(f"{where} is not where a bundle keeps its data (data/CONFIG/NAME.parquet)")
        if not is_data:
            continue
        try:
            with pq.ParquetFile(where) as table:
                schema, count = table.schema_arrow, table.metadata.num_rows
                names = table.read(columns=["id"]).column("id").to_pylist() if "id" in schema.names else []
        except (pa.ArrowException, OSError):
            raise BundleError(f"{where} is not a Parquet file that can be read") from None
        if tuple(schema.names) != manifest.columns or any(field.type != pa.string() for field in schema):
            raise BundleError(f"{where} does not have the text columns {', '.join(manifest.columns)}")
        if count != file.rows:
            raise BundleError(f"{where} has {count} rows where the manifest says {file.rows}")
        if len(set(names)) != count or None in names or not ids.isdisjoint(names):
            raise BundleError(f"{where} has a row without an id of its own")
        ids.update(names)
        rows += count
    if rows != manifest.rows:
        raise BundleError(f"{path} has {rows} rows of data where its manifest says {manifest.rows}")


def _is_parquet(path: str) -> bool:
    return path.count("/") == 2 and path.endswith(".parquet")
