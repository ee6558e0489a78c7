"""A whole release bundle as it is built: data with their approvals in a log, manifest, sums, proof, signatures."""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from audit import release_note, verify_release
from audit.bundle import (
    MANIFEST,
    SUMS,
    ApplicationRef,
    BundleFile,
    LogRef,
    Manifest,
    ModelRef,
    PolicyRef,
    PromptRef,
    SignersRef,
    file_digest,
    sums_bytes,
)
from audit.bundle_data import APPROVALS, KEYS, ROWS, messages
from audit.bundle_proof import PROOF
from audit.checkpoint import PublicKey, SigningKey
from audit.details import Details, ExchangeApproved, ExchangeScreened, ReleaseBuilt
from audit.events import Context, EventDraft
from audit.log import Log
from audit.merkle import inclusion_proof, leaf_hash
from audit.proof import Proof

DATA = {"data/interview/train-00000-of-00001.parquet": 5, "data/multi_turn/test-00000-of-00001.parquet": 2}
"""Rows by file."""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEWARD = Context(
    actor="berta", role="steward", authenticated="os-uid", sitting="s1", host="h1", version="0.1.0",
    policy_digest="a" * 64, face="cli",
)  # fmt: skip

Deed = tuple[Details, str, int | None, str | None, str | None]
"""Details, object, its version, digest after, reason."""


class Row(NamedTuple):
    """One row of a bundle, with its digest key and the exchange that it was."""

    id: str
    question: str
    answer: str
    key: bytes
    exchange: str

    @property
    def digest(self) -> str:
        """The digest that the row was approved under."""
        return hmac.new(self.key, json.dumps([self.question, self.answer]).encode(), "sha256").hexdigest()

    def approved(self) -> Deed:
        """The event of its approval."""
        return ExchangeApproved(findings=0, flags={}), self.exchange, 1, self.digest, None


class Sealed(NamedTuple):
    """A bundle, the log that it was built in, and the keys of those who sign."""

    path: Path
    log_key: SigningKey
    stewards: tuple[SigningKey, ...]
    manifest: Manifest
    digest: str
    rows: list[Row]
    lines: list[bytes]

    @property
    def key(self) -> PublicKey:
        """The log's public key."""
        return self.log_key.public

    def check(self, path: Path | None = None) -> verify_release.Result:
        """What the script finds."""
        return verify_release.check_bundle(str(path or self.path), verify_release.parse_key(self.key.text))


def rows_of(count: int, name: str = "") -> list[Row]:
    """So many rows, all different, with letters that JSON writes as escapes."""
    rows = []
    for number in range(count):
        random = hashlib.sha256(f"{name} {number}".encode())
        question = f"My worry number {number} keeps me awake — “every” night, and the dog 🐕 too."
        answer = f"One small step for worry {number}, then rest.\nThat is naïve, and works."
        rows.append(Row(random.hexdigest()[:32], question, answer, random.digest(), str(number + 1)))
    return rows


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [
        pa.array(values, pa.string())
        for values in (
            [row.id for row in rows], ["Answer as a coach would."] * len(rows), [row.question for row in rows],
            [row.answer for row in rows],
        )
    ]  # fmt: skip
    pq.write_table(pa.table([*columns, messages(*columns[1:])], schema=ROWS), path)


def seal_bundle(
    path: Path,
    *,
    needed: int = 2,
    signed: int = 2,
    rows: list[Row] | None = None,
    version: str = "1.0.0",
    deeds: list[Deed] | None = None,
    later: list[Deed] | None = None,
    policy: str = "a" * 64,
    change: Callable[[Path], None] = lambda path: None,
) -> Sealed:
    """Write such a bundle of seven rows into a new folder, with `signed` of the `needed` signatures.

    `change` is done to each data file before it is sealed.  `deeds` stand in the log before the release instead of one
    approval a row, `later` ones after it; `policy` is the digest of the bundle's policy, that of the events is aaa….
    """
    rows = rows_of(sum(DATA.values())) if rows is None else rows
    first = 0
    for name, count in DATA.items():
        write_rows(path / name, rows[first : first + count])
        change(path / name)
        first += count
    keys = {"id": [row.id for row in rows], "key": [row.key.hex() for row in rows]}
    pq.write_table(pa.table(keys, schema=KEYS), path / APPROVALS)
    deeds = [row.approved() for row in rows] if deeds is None else deeds
    sealed = seal_folder(path, DATA, needed, signed, version, deeds, later or [], policy)
    return sealed._replace(rows=rows)


def seal_folder(
    path: Path,
    counts: dict[str, int],
    needed: int = 2,
    signed: int = 2,
    version: str = "1.0.0",
    deeds: Sequence[Deed] = (),
    later: Sequence[Deed] = (),
    policy: str = "a" * 64,
) -> Sealed:
    """The same for data (rows by file) and approvals that lie there already."""
    (path / "README.md").write_text("---\nlicense: other\n---\n# A release\n")
    (path / "verify_release.py").write_bytes(Path(verify_release.__file__).read_bytes())
    log_key = SigningKey.generate("study-of-the-tests")
    stewards = tuple(SigningKey.generate(f"{log_key.name}/steward/{name}") for name in ("berta", "carl"))
    paths = sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
    sizes = {name: (path / name).stat().st_size for name in paths}
    manifest = Manifest(
        name="pilot-1", created=datetime(2026, 5, 1, tzinfo=UTC), rows=sum(counts.values()), columns=tuple(ROWS.names),
        version=version, approvers=2, shuffle="e" * 64,
        files=tuple(
            BundleFile(path=name, bytes=sizes[name], sha256=file_digest(path / name), rows=counts.get(name))
            for name in paths
        ),
        signers=SignersRef(needed=needed, keys=tuple(sorted(key.public.text for key in stewards))),
        policy=PolicyRef(
            name="mentalchat16k", version=1, digest=policy, scope="training", basis="safe_harbor", licence="other"
        ),
        prompts=(PromptRef(name="exchange", digest="b" * 64),),
        models=(ModelRef(backend="extractive", digest="c" * 64),),
        application=ApplicationRef(name="curation-workbench", version="0.1.0"), excluded={"too_short": 2},
        log=LogRef(size=9, root="d" * 64),
    )  # fmt: skip
    (path / MANIFEST).write_bytes(manifest.to_bytes())
    (path / SUMS).write_bytes(sums_bytes(manifest))
    digest = file_digest(path / MANIFEST)
    built = ReleaseBuilt(rows=manifest.rows, excluded=manifest.excluded, manifest_digest=digest)
    after: list[Deed] = [*later, *[(ExchangeScreened(findings={}, flags={}), "9", 1, "f" * 64, None)] * 4]
    lines, log = _log([*deeds, (built, manifest.name, None, digest, None), *after])
    leaves = [leaf_hash(line) for line in lines]
    proof = inclusion_proof(leaves, len(deeds))
    note = log_key.sign(log.size, log.root)
    (path / PROOF).write_bytes(Proof(len(deeds), tuple(proof), note, lines[len(deeds)]).text().encode())
    text = release_note.body(manifest, digest)
    for steward in stewards[:signed]:
        release_note.add_line(path, manifest, digest, release_note.sign(text, steward))
    return Sealed(path, log_key, stewards, manifest, digest, [], lines)


def _log(deeds: list[Deed]) -> tuple[list[bytes], Log]:
    log, lines = Log(), []
    for details, about, version, digest, reason in deeds:
        draft = EventDraft(details=details, object_id=about, object_version=version, digest_after=digest, reason=reason)
        lines.append(log.add(draft, STEWARD, NOON)[1])
    return lines, log
