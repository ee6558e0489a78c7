"""A bundle as a steward receives it: proven by a log, signed by stewards, and to be published."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq

from audit.bundle import MANIFEST, PolicyRef, SignersRef, file_digest, verify_bundle
from audit.bundle_data import APPROVALS
from audit.bundle_proof import PROOF
from audit.checkpoint import PublicKey, SigningKey, save_public_key
from audit.details import ReleaseBuilt
from audit.events import Context, EventDraft
from audit.log import Log
from audit.merkle import leaf_hash, root_of
from audit.proof import Proof
from audit.release_note import add_line, body, sign
from tests.audit.test_bundle import DATA, keys, seal, table

CARD = "---\nlicense: other\nextra_gated_fields:\n  Affiliation: text\n---\n# A release\n"


@dataclass(frozen=True)
class Received:
    """The folder of a bundle, and the log's public key beside it."""

    folder: Path
    key: PublicKey

    @property
    def key_file(self) -> Path:
        return self.folder.parent / "log.pub"

    def files(self) -> dict[str, bytes]:
        """Every file of the bundle, by path."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }


def make(
    folder: Path, *, needed: int = 1, signers: int = 1, scope: str = "training", basis: str = "safe_harbor",
    expires: date | None = None, card: str = CARD, figure: bool = True,
    log_key: SigningKey | None = None, **changed: Any,
) -> Received:  # fmt: skip
    """A bundle that needs so many signatures and has them of so many stewards."""
    folder.mkdir(parents=True)
    (folder / DATA).parent.mkdir(parents=True)
    pq.write_table(table(), folder / DATA)
    pq.write_table(keys(), folder / APPROVALS)
    (folder / "README.md").write_text(card)
    if figure:
        (folder / "figures").mkdir()
        (folder / "figures/lengths.png").write_bytes(Random(1).randbytes(1_500_000))
    stewards = [SigningKey.generate(f"steward-{number}") for number in range(max(needed, signers))]
    public = tuple(steward.public.text for steward in stewards)
    policy = PolicyRef(
        name="mentalchat16k", version=1, digest="a" * 64, scope=scope, basis=basis, licence="other", expires=expires
    )  # fmt: skip
    manifest = seal(folder, policy=policy, signers=SignersRef(needed=needed, keys=public), **changed)
    digest = file_digest(folder / MANIFEST)
    log_key = log_key or SigningKey.generate("study/test")
    built = ReleaseBuilt(rows=3, excluded={}, manifest_digest=digest)
    context = Context(
        actor="anna", role="steward", authenticated="os-uid", sitting="s1", host="h1", version="0.1.0",
        policy_digest="a" * 64, face="cli",
    )  # fmt: skip
    draft = EventDraft(details=built, object_id=manifest.name, digest_after=digest)
    _, line = Log().add(draft, context, datetime(2026, 5, 1, tzinfo=UTC))
    note = log_key.sign(1, root_of([leaf_hash(line)]))
    (folder / PROOF).write_text(Proof(0, (), note, line).text(), encoding="utf-8", newline="")
    for steward in stewards[:signers]:
        add_line(folder, manifest, digest, sign(body(manifest, digest), steward))
    if not (folder.parent / "log.pub").exists():
        save_public_key(log_key.public, folder.parent / "log.pub")
    verify_bundle(folder, key=log_key.public)
    return Received(folder, log_key.public)
