"""The rows of a bundle against the log: each one was approved, as it stands, before the release was built.

A bundle discloses the digest key of each of its rows (approvals.parquet).  With it anybody can compute the digest
under which the row's text was decided, and look in the log what was decided about exactly that text.
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audit.bundle import Bundle
from audit.bundle_data import APPROVALS, messages
from audit.decisions import VERDICTS
from audit.details import Action, ReleaseBuilt
from audit.errors import BundleError
from audit.events import Event, Outcome, parse_line
from audit.mirror import MirrorReader

UNDO = "undo"
"""Reason of a withdrawal that takes back one decision; any other takes back all of them."""
_ACTIONS = tuple(b'"action":"' + action + b'"' for action in (*VERDICTS, Action.RELEASE_BUILT.encode()))
_BATCH = 4096

Decision = tuple[str, str]
"""Verdict, and digest of the policy that it was given under."""


@dataclass(frozen=True)
class Approvals:
    """What the log says of a bundle's rows."""

    event: int
    """Number of the event that the release was built with."""
    rows: int
    missing: tuple[str, ...]
    """Ids of rows that were not approved as they stand under the bundle's policy, or not any more by then; in order."""


def check_rows(bundle: Bundle, mirror: MirrorReader) -> Approvals:
    """Hold every row of a verified bundle against the log.

    Reads the lines of the log, and takes them as they are: verify the log too.  Raises `BundleError` if the log knows
    nothing of this release, `LogFault` at a line that is no event.
    """
    digests = dict(row_digests(bundle))
    standing: dict[str, list[Decision]] = {}
    for event in _events(mirror):
        if isinstance(event.details, ReleaseBuilt):
            if event.details.manifest_digest == bundle.digest:
                approved = ("approve", bundle.manifest.policy.digest)
                last = {digest: decided[-1] for digest, decided in standing.items() if decided}
                missing = tuple(sorted(row for row, digest in digests.items() if last.get(digest) != approved))
                return Approvals(event.sequence, len(digests), missing)
            continue
        verdict = VERDICTS[event.action.encode()]
        decided = standing.setdefault(event.digest_after or "", [])
        if verdict != "withdraw":
            decided.append((verdict, event.policy_digest))
        elif event.reason == UNDO:
            del decided[-1:]
        else:
            decided.clear()
    raise BundleError(f"{mirror.path} does not know the release in {bundle.path}; name the study that it was built in")


def row_digests(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Id of each row, and the digest under which its text was decided (HMAC under the key that is disclosed)."""
    try:
        keys = pq.read_table(bundle.path / APPROVALS, columns=["id", "key"])
        key_of = {row: bytes.fromhex(key) for row, key in _pairs(keys, "id", "key")}
        for config in bundle.configs:
            for path in bundle.data_files(config):
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(_BATCH):
                        _check_messages(path, batch)
                        for row, question, answer in _pairs(batch, "id", "input", "output"):
                            text = json.dumps([question, answer], ensure_ascii=True)
                            yield row, hmac.digest(key_of[row], text.encode(), "sha256").hex()
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError):
        raise BundleError(f"{bundle.path} has rows whose approval cannot be looked for; ask for it again") from None


def _check_messages(path: Path, batch: pa.RecordBatch) -> None:
    """The conversations must say what the other columns do, which alone were approved."""
    told = messages(batch.column("instruction"), batch.column("input"), batch.column("output"))
    if not batch.column("messages").equals(told):
        raise BundleError(f"{path} has messages that say something else than its other columns; ask for it again")


def _pairs(table: pa.Table | pa.RecordBatch, *names: str) -> Iterator[tuple[str, ...]]:
    return zip(*(table.column(name).to_pylist() for name in names), strict=True)


def _events(mirror: MirrorReader) -> Iterator[Event]:
    """The decisions and releases of a log, in order; what was refused or failed is none."""
    number = 0
    for batch in mirror.batches():
        for line in batch:
            if line.startswith(_ACTIONS, 1):
                event = parse_line(line, number)
                if event.outcome == Outcome.OK:
                    yield event
            number += 1
