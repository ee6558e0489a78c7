"""The rows of a verified bundle."""

import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audit import revocation
from audit.bundle import Bundle, verify_bundle
from audit.checkpoint import PublicKey
from finetune.errors import TrainingError

COLUMNS = ("instruction", "input", "output")


@dataclass(frozen=True, slots=True)
class Row:
    """One exchange as it was released."""

    instruction: str
    input: str
    output: str


def open_release(
    path: Path, digest: str | None, public_key: Path | None, revocations: Path | None
) -> tuple[Bundle, set[str]]:
    """A release that was signed by as many as it needs, and the ids of its rows that were revoked.

    `digest` is what its manifest's must be, `public_key` the log's, for its proof and the revocation list.  Raises
    BundleError, KeyFileError and TrainingError.
    """
    key = PublicKey.load(public_key) if public_key else None
    bundle = verify_bundle(path, expected_digest=digest, key=key, signed=True)
    if revocations is None:
        return bundle, set()
    if key is None:
        raise TrainingError("A revocation list is checked with the log's public key; name that with --public-key.")
    return bundle, revocation.read(revocations, key).rows_of(bundle)


def read_rows(bundle: Bundle, configs: list[str], split: str = "train", without: Collection[str] = ()) -> list[Row]:
    """The rows of a split of these data sets of a bundle, in order, held in memory only (no data-set cache is written).

    `without` are ids of rows to leave out: those that were revoked.

    Raises BundleError for a data set that the bundle does not have, TrainingError for a bundle that cannot train.
    """
    rows: list[Row] = []
    for config in configs:
        if split not in bundle.splits(config):
            bundle.data_files(config)  # complains if there is no such data set at all
            continue
        for file in bundle.data_files(config, split):
            try:
                table = pq.read_table(file, columns=["id", *COLUMNS] if without else list(COLUMNS))
            except (pa.ArrowException, OSError, KeyError):
                raise TrainingError(f"{file} lacks a column of {', '.join(COLUMNS)}; build the release anew.") from None
            if without:
                revoked = pc.is_in(table.column("id"), pa.array(sorted(without), pa.string()))
                table = table.filter(pc.invert(revoked)).select(list(COLUMNS))
            rows += [Row(**{name: value or "" for name, value in row.items()}) for row in table.to_pylist()]
    if not rows and split == "train":
        raise TrainingError(f"{bundle.path} holds no rows to train on; approve exchanges and build the release anew.")
    return rows


def held_out(
    bundle: Bundle, configs: list[str], rows: list[Row], share: float, seed: int, without: Collection[str] = ()
) -> tuple[list[Row], list[Row]]:
    """Rows to train on, of these, and rows held out: the bundle's own `validation`, which nobody of `train` stands in;
    where it has none, a share of the rows themselves.
    """
    validation = read_rows(bundle, configs, "validation", without)
    return (rows, validation) if validation else split(rows, share, seed)


def split(rows: list[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows held out (at least one of each); the same seed gives the same split."""
    if len(rows) < 2:
        raise TrainingError("Early stopping needs at least two rows; use a larger release or the recipe `paper`.")
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    size = min(max(1, round(len(rows) * share)), len(rows) - 1)
    held = set(order[:size])
    return [r for i, r in enumerate(rows) if i not in held], [r for i, r in enumerate(rows) if i in held]


def usual_instruction(rows: list[Row]) -> str:
    """The instruction that most rows carry."""
    return min(Counter(row.instruction for row in rows).items(), key=lambda item: (-item[1], item[0]))[0]
